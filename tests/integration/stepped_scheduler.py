"""
A scheduler in a process of its own, whose time is told to it: `python -m tests.integration.stepped_scheduler URL`.

Each line on standard input is a moment; it acts on what is due then, and answers with how many ticks it sent.
"""

from __future__ import annotations

import sys
from datetime import datetime

from attrs import define, evolve

from domain.jobs.ports import Clock
from entrypoints.container import build
from entrypoints.schedules import make_scheduler
from entrypoints.settings import read_settings


@define
class ToldClock:
    """A `Clock` that shows what it was told last."""

    shown: datetime

    def now(self) -> datetime:
        """Return the time."""
        return self.shown


def main() -> None:
    """Act at each moment that is told."""
    antiphon = build(read_settings())
    clock = ToldClock(datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    told: Clock = clock
    scheduler = evolve(make_scheduler(antiphon), clock=told)
    for line in sys.stdin:
        clock.shown = datetime.fromisoformat(line.strip())
        print(scheduler.run_once(limit=1000), flush=True)


if __name__ == "__main__":
    main()
