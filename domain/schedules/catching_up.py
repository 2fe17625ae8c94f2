"""What a scheduler does about a schedule that is due: which ticks run, and which were missed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from attrs import frozen

from domain.schedules.ports import WallTimes
from domain.schedules.schedule import CatchUp, Schedule
from domain.schedules.ticking import newest_ticks, next_tick, ticks

ON_TIME = timedelta(minutes=5)
"""A tick that is acted on within this is not late: a worker that restarts, or is busy, is no outage."""
MOST_CAUGHT_UP = 100
MOST_COUNTED = 1000


@frozen(kw_only=True)
class Turnout:
    """
    *run*: the ticks to run now, in order. *missed_at*: the newest tick that is not run, where none is run after it.

    *missed*: how many are not run, counted up to `MOST_COUNTED`. *next_due*: the tick to wait for; None: there is none.
    """

    run: tuple[datetime, ...]
    missed_at: datetime | None
    missed: int
    next_due: datetime | None


def turnout(schedule: Schedule, *, now: datetime, times: WallTimes) -> Turnout:
    """Return what is to be done about a schedule whose next tick may have come."""
    first = schedule.next_due
    if first is None or schedule.start_of(first) > now:
        return Turnout(run=(), missed_at=None, missed=0, next_due=first)
    before = first - timedelta(seconds=1)
    most = MOST_CAUGHT_UP + 1 if schedule.catch_up is CatchUp.ALL else 2
    newest = newest_ticks(schedule.rhythm, after=before, until=now, most=most, times=times)
    begun = tuple(tick for tick in newest if schedule.start_of(tick) <= now) or (first,)
    run = _to_run(schedule, begun, now)
    last = begun[-1]
    counted = len(list(islice(ticks(schedule.rhythm, after=before, until=last, times=times), MOST_COUNTED + len(run))))
    return Turnout(
        run=run,
        missed_at=None if run else last,
        missed=counted - len(run),
        next_due=next_tick(schedule.rhythm, last, times=times),
    )


def _to_run(schedule: Schedule, begun: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    if schedule.catch_up is CatchUp.ALL:
        return begun[-MOST_CAUGHT_UP:]
    last = begun[-1:]
    is_late = now - schedule.start_of(last[0]) > ON_TIME
    return () if schedule.catch_up is CatchUp.SKIP and is_late else last
