"""Workers killed at moments nobody chose: each run still ends truly. The seeds are fixed, and printed."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.chaos.audit import assert_true_end, rows_of
from tests.chaos.scene import SLOTS
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.dead_workers import LONG_LEASE_S, DeadWorkers
from tests.integration.processes import Command, Installation
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(3600)]

ITEMS, LIMIT = 200, 24
QUICK_RUNS, LONG_RUNS = 3, 100
QUICK = {"lease_s": LONG_LEASE_S, "sweep_s": 0.3, "resend_after_s": 1}


def test_no_item_is_lost_or_doubled_at_any_moment_of_death(
    installation: Installation, database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Between claim and call, call and record, record and acknowledgement, and in the relay: whatever was going on."""
    runs = LONG_RUNS if request.config.getoption("--chaos") == "long" else QUICK_RUNS
    workers = [installation.worker(slots=SLOTS, **QUICK) for _ in range(2)]
    for seed in range(1, runs + 1):
        _run_and_kill(installation, workers, database_url, _folder(tmp_path / str(seed)), seed)


def _run_and_kill(
    installation: Installation, workers: list[Command], database_url: str, folder: Path, seed: int
) -> None:
    chance, dead = random.Random(seed), DeadWorkers(database_url)
    target = ChatTarget(delay_s=0.05)
    with target.serving():
        run = installation.run(a_test_file(folder, tests=ITEMS, url=target.url), concurrency=LIMIT)
        look_until(lambda: target.calls > 0, what="the first call")
        kills = chance.randint(1, 3)
        for _ in range(kills):
            _let_pass(chance.uniform(0.0, 0.4))
            chosen = chance.randrange(len(workers))
            dead.kill(workers[chosen])
            workers[chosen] = installation.worker(slots=SLOTS, **QUICK)
        dead.look_until(lambda: not run.is_running, what="the end of the run")
        document = run.document()
    rows = rows_of(database_url, document["job"]["id"])
    print(f"seed {seed}: {kills} kills, {target.calls} calls for {ITEMS} items, {rows.losses} attempts lost")
    assert_true_end(rows, planned=ITEMS)
    assert rows.states == {"succeeded": ITEMS}
    assert target.calls <= ITEMS + rows.losses <= ITEMS + kills * SLOTS


def _let_pass(seconds: float) -> None:
    until = time.monotonic() + seconds
    look_until(lambda: time.monotonic() >= until)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
