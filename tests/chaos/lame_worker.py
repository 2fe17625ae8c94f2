"""
`antiphon` in a process with something wrong: a clock that is minutes off, or a death at an exact point of the code.

ANTIPHON_TEST_CLOCK_OFF_S: seconds the machine's clock is ahead. ANTIPHON_TEST_DIES: `POINT:N`, SIGKILL at the N-th
time the process comes to that point.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.clock import SystemClock
from adapters.group_commit import GroupCommit
from domain.jobs.collection import Collector
from domain.jobs.planning import Planner
from domain.jobs.relaying import Relay
from domain.jobs.sweeping import Sweeper
from entrypoints.cli.main import main

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


if __name__ == "__main__":
    if off := os.environ.get("ANTIPHON_TEST_CLOCK_OFF_S"):
        set_clock_off(float(off))
    if dies := os.environ.get("ANTIPHON_TEST_DIES"):
        point, _, nth = dies.partition(":")
        die_at(point, int(nth))
    main()
