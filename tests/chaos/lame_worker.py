"""
`antiphon` in a process with something wrong: a clock that is off, odd messages, a death at an exact point of the code.

ANTIPHON_TEST_CLOCK_OFF_S: seconds the machine's clock is ahead. ANTIPHON_TEST_DIES: `POINT:N`, SIGKILL at the N-th
time the process comes to that point. ANTIPHON_TEST_SENDS: `thrice`, each message, with callbacks ahead of their chord;
or `no-callbacks`. ANTIPHON_TEST_MEMORY_ENDS_AT: from the N-th record on the process gets no more memory.
ANTIPHON_TEST_CHORD_LOOKS: how often a chord without a counter is asked after before Celery gives it up.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from attrs import evolve

from adapters.clock import SystemClock
from adapters.group_commit import GroupCommit
from domain.jobs.collection import Collector
from domain.jobs.item import ItemNo
from domain.jobs.job import Job
from domain.jobs.planning import Planner
from domain.jobs.relaying import Relay
from domain.jobs.sweeping import Sweeper
from domain.tenancy import TenantContext
from entrypoints import worker_side
from entrypoints.cli.main import main
from pipelines.canvas import CeleryDispatcher
from pipelines.headers import acting_for
from pipelines.names import FAMILIES

POINTS: dict[str, tuple[type, str, bool]] = {
    "planning-before-freeze": (Planner, "_freeze", False),
    "relay-before-send": (Relay, "_send", False),
    "relay-after-send": (Relay, "_send", True),
    "claimed-not-run": (GroupCommit, "claim", True),
    "run-not-recorded": (GroupCommit, "record", False),
    "collect-before": (Collector, "collect", False),
    "collect-after": (Collector, "collect", True),
    "sweep-before": (Sweeper, "sweep_job", False),
    "sweep-after": (Sweeper, "sweep_job", True),
}
"""Each point: the class and method, and whether the process dies after it (else before)."""


def set_clock_off(seconds: float) -> None:
    """Make everything in this process that looks at the machine's clock see it ahead by so much."""
    right = time.time
    time.time = lambda: right() + seconds
    setattr(SystemClock, "now", lambda _: datetime.now(UTC) + timedelta(seconds=seconds))  # noqa: B010  # a method


def die_at(point: str, nth: int) -> None:
    """Kill this process when it comes to the point for the *nth* time."""
    owner, name, is_after = POINTS[point]
    move: Callable[..., object] = getattr(owner, name)
    times = 0

    def dying(*args: object, **kwargs: object) -> object:
        nonlocal times
        times += 1
        answer = move(*args, **kwargs) if is_after or times != nth else None
        if times >= nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, dying)


def end_memory_at(nth: int) -> None:
    """Let the process grow no further from its *nth* record on: allocations fail, and threads can't be started."""
    record = GroupCommit.record
    times = 0

    def recording(self: GroupCommit, *args: Any, **kwargs: Any) -> Any:
        nonlocal times
        times += 1
        if times == nth:
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        return record(self, *args, **kwargs)

    setattr(GroupCommit, "record", recording)  # noqa: B010  # a method


def send_thrice() -> None:
    """Publish every start and chord three times, and each callback early as well."""
    start, send = CeleryDispatcher.start, CeleryDispatcher.send

    def starting(self: CeleryDispatcher, tenant: TenantContext, job: Job) -> None:
        for _ in range(3):
            start(self, tenant, job)

    def sending(
        self: CeleryDispatcher, tenant: TenantContext, job: Job, shard: int, chunks: Sequence[Sequence[ItemNo]]
    ) -> None:
        for _ in range(3):
            with acting_for(tenant):
                self.app.tasks[FAMILIES[job.kind].collect].apply_async((job.id, shard))
            send(self, tenant, job, shard, chunks)

    setattr(CeleryDispatcher, "start", starting)  # noqa: B010  # methods of a frozen class
    setattr(CeleryDispatcher, "send", sending)  # noqa: B010


def send_no_callbacks() -> None:
    """Publish the tasks of a chord, and never its body."""

    def sending(
        self: CeleryDispatcher,
        tenant: TenantContext,
        job: Job,
        shard: int,  # noqa: ARG001  # nobody will be told of it
        chunks: Sequence[Sequence[ItemNo]],
    ) -> None:
        with acting_for(tenant):
            for chunk in chunks:
                self.app.tasks[FAMILIES[job.kind].execute].apply_async((job.id, list(chunk)))

    setattr(CeleryDispatcher, "send", sending)  # noqa: B010  # a method of a frozen class


def give_chords_up_after(looks: int) -> None:
    """Ask only so often whether a chord's header is complete."""
    usual = worker_side.broker_settings
    setattr(worker_side, "broker_settings", lambda settings: evolve(usual(settings), chord_looks=looks))  # noqa: B010


if __name__ == "__main__":
    if off := os.environ.get("ANTIPHON_TEST_CLOCK_OFF_S"):
        set_clock_off(float(off))
    if dies := os.environ.get("ANTIPHON_TEST_DIES"):
        point, _, nth = dies.partition(":")
        die_at(point, int(nth))
    if ends_at := os.environ.get("ANTIPHON_TEST_MEMORY_ENDS_AT"):
        end_memory_at(int(ends_at))
    if looks := os.environ.get("ANTIPHON_TEST_CHORD_LOOKS"):
        give_chords_up_after(int(looks))
    if sends := os.environ.get("ANTIPHON_TEST_SENDS"):
        {"thrice": send_thrice, "no-callbacks": send_no_callbacks}[sends]()
    main()
