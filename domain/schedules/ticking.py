"""
The moments a rhythm names. Pure: the same question has the same answer in every process, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import takewhile

from domain.schedules.ports import WallTimes
from domain.schedules.rhythm import Cron, Every, Once, Rhythm
from domain.schedules.wall_clock import earliest_needed, first_moment_of, moments_of

FIRST_LOOK = timedelta(minutes=1)


def ticks_after(rhythm: Rhythm, after: datetime, *, times: WallTimes) -> Iterator[datetime]:
    """Yield the rhythm's ticks behind *after*, in UTC, each later than the one before."""
    if isinstance(rhythm, Every):
        return _every(rhythm, after)
    if isinstance(rhythm, Once):
        return iter([rhythm.at.astimezone(UTC)] if rhythm.at > after else [])
    moments = _at_fixed_times(rhythm, after, times) if rhythm.is_at_fixed_times else _by_the_clock(rhythm, after, times)
    return _rising(moments, after)


def ticks(rhythm: Rhythm, *, after: datetime, until: datetime, times: WallTimes) -> Iterator[datetime]:
    """Yield the ticks behind *after*, up to and with *until*."""
    return takewhile(lambda tick: tick <= until, ticks_after(rhythm, after, times=times))


def next_tick(rhythm: Rhythm, after: datetime, *, times: WallTimes) -> datetime | None:
    """Return the first tick behind *after*; None: there is none any more."""
    return next(ticks_after(rhythm, after, times=times), None)


def newest_ticks(
    rhythm: Rhythm, *, after: datetime, until: datetime, most: int, times: WallTimes
) -> tuple[datetime, ...]:
    """
    Return the last *most* ticks behind *after* up to and with *until*, in order.

    Looks back from *until*, each time twice as far: a rhythm of seconds that was down for a year has millions.
    """
    look = FIRST_LOOK
    while True:
        start = max(after, until - look)
        found = tuple(ticks(rhythm, after=start, until=until, times=times))
        if len(found) >= most or start == after:
            return found[-most:]
        look *= 2


def _every(rhythm: Every, after: datetime) -> Iterator[datetime]:
    anchor, step = rhythm.anchor.astimezone(UTC), timedelta(seconds=rhythm.seconds)
    passed = max((after - anchor) // step + 1, 0)
    while True:
        yield anchor + passed * step
        passed += 1


def _at_fixed_times(cron: Cron, after: datetime, times: WallTimes) -> Iterator[datetime]:
    """Yield when each time is first shown; where clocks skip it, the moment they do."""
    for shown in times.behind(cron.expression, earliest_needed(after, cron.zone)):
        yield first_moment_of(shown, cron.zone)


def _by_the_clock(cron: Cron, after: datetime, times: WallTimes) -> Iterator[datetime]:
    """Yield whenever a time is shown, also a second time; what is shown twice waits for what is shown between."""
    waiting: list[datetime] = []
    for shown in times.behind(cron.expression, earliest_needed(after, cron.zone)):
        there = moments_of(shown, cron.zone)
        while waiting and there and waiting[0] < there[0]:
            yield heappop(waiting)
        if len(there) == 1:
            yield there[0]
            continue
        for moment in there:
            heappush(waiting, moment)
    yield from sorted(waiting)


def _rising(moments: Iterator[datetime], after: datetime) -> Iterator[datetime]:
    newest = after
    for moment in moments:
        if moment > newest:
            newest = moment
            yield moment
