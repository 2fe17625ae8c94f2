"""A run under way on real servers and workers, and what can be broken about it."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from tests.chaos.audit import Rows, assert_true_end, rows_of
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.dead_workers import LONG_LEASE_S, DeadWorkers
from tests.integration.gate import Gate
from tests.integration.processes import Command, Installation
from tests.pipelines.looking import look_until
from tests.services.started import ANTIPHON

SLOTS, LIMIT = 16, 24
QUICK = {"lease_s": LONG_LEASE_S, "sweep_s": 0.5, "resend_after_s": 1}
"""Seconds; the defaults (30, 5, 60) make the same moves, later. Leases of the dead run out at once."""
LAME_WORKER = (sys.executable, str(Path(__file__).with_name("lame_worker.py")))
AWAY_S = 1.5
HELD_FROM = 0.7
"""The share of the calls after which the target lets wait until the fault is over: no run ends before it is broken."""


@define(eq=False)
class Scene:
    """
    An installation whose ways to broker and database lead through gates, a target that counts, and a run.

    *kills* counts the worker processes that were ended by force; *dead* lets their leases run out.
    """

    installation: Installation
    target: ChatTarget
    database_url: str
    broker_gate: Gate
    database_gate: Gate
    folder: Path
    items: int
    seed: int
    workers: list[Command] = field(factory=list)
    kills: int = 0
    dead: DeadWorkers = field(init=False)
    run: Command = field(init=False)
    broken_at: float = field(default=0.0, init=False)
    random: random.Random = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.dead = DeadWorkers(self.database_url)

    def add_worker(self, **settings: object) -> Command:
        """Start a worker."""
        return self._add(ANTIPHON, settings)

    def add_lame_worker(self, **settings: object) -> Command:
        """Start a worker with something wrong with it."""
        return self._add(LAME_WORKER, settings)

    def start(self, *, held_from: float = HELD_FROM) -> None:
        """Start the run; the command itself goes round the gates, it only looks on."""
        file = a_test_file(self.folder, tests=self.items, url=self.target.url)
        self.target.hold(after=int(self.items * held_from))
        self.run = self.installation.run(file, concurrency=LIMIT, database_url=self.database_url)

    def go_on_until_some_moment(self) -> None:
        """Wait until the seed's share of the calls has been made."""
        calls = int(self.items * self.random.uniform(0.1, 0.6))
        look_until(lambda: self.target.calls >= calls, what=f"{calls} calls")
        self.broken_at = time.monotonic()

    def go_on_for_some_calls(self) -> None:
        """Wait until more calls were made: the run goes on."""
        calls = self.target.calls
        self.target.hold(after=calls + 1)
        look_until(lambda: self.target.calls > calls, what="work that goes on")

    def kill(self, worker: Command) -> None:
        """End a worker as a machine that loses power does."""
        self.dead.kill(worker)
        self.kills += 1

    def wait_for_death(self, worker: Command) -> None:
        """Wait until a lame worker has come to its point."""
        look_until(lambda: not worker.is_running, what="the point at which the worker dies")
        self.dead.add(worker)
        self.kills += 1
        self.broken_at = time.monotonic()

    def cut(self, gate: Gate, *, away_s: float = AWAY_S) -> None:
        """Close a gate for a while."""
        gate.close()
        began = time.monotonic()
        look_until(lambda: time.monotonic() - began > away_s)
        gate.open()

    def end(self) -> tuple[dict[str, Any], Rows]:
        """Wait for the run's end; return what the command printed and what the rows say; print how long it took."""
        self.target.release()
        self.dead.look_until(lambda: not self.run.is_running, within_s=180, what="the end of the run")
        document = self.run.document()
        recovery_s = time.monotonic() - self.broken_at
        rows = rows_of(self.database_url, document["job"]["id"])
        print(
            f"seed {self.seed}: ended {rows.status} {recovery_s:.1f} s after the fault; {self.items} items, "
            f"{self.target.calls} calls, {self.kills} kills, {rows.losses} attempts lost"
        )
        return document, rows

    def assert_whole(self) -> None:
        """
        Hold the run to its promise: all items succeeded once, and only what was in flight was asked again.

        That are attempts of the dead, or of those that could not reach the database for longer than their leases.
        """
        document, rows = self.end()
        assert_true_end(rows, planned=self.items)
        assert (rows.status, document["exit_code"]) == ("completed", 0)
        assert rows.states == {"succeeded": self.items}
        assert self.target.calls <= self.items + rows.losses
        assert rows.losses <= self.kills * SLOTS or self.kills == 0

    def _add(self, program: Sequence[str], settings: dict[str, object]) -> Command:
        words = ("worker", "--slots", str(SLOTS))
        worker = self.installation.start_program(program, *words, **{**QUICK, **settings})
        self.workers.append(worker)
        return worker
