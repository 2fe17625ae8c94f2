"""What somebody wants a schedule to be, and whether it can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.schedules.ports import WallTimes
from domain.schedules.rhythm import Cron, Every, Rhythm
from domain.schedules.schedule import CatchUp
from domain.schedules.ticking import next_tick

ANY_DAY, DAY = datetime(2026, 1, 5), timedelta(days=1)


@frozen(kw_only=True)
class Wanted:
    """What a schedule is to be like."""

    name: str
    rhythm: Rhythm
    task: str
    arguments: Mapping[str, str]
    catch_up: CatchUp = CatchUp.ONE
    jitter_s: int = 0


def check_rhythm(rhythm: Rhythm, *, jitter_s: int, times: WallTimes) -> None:
    """
    Refuse cron fields that name nothing, and a jitter that would let a tick be overtaken by the next.

    Raises:
        InvalidInput: which.
    """
    if isinstance(rhythm, Cron):
        times.check(rhythm.expression)
    gap_s = _shortest_gap_s(rhythm, times)
    if gap_s is not None and jitter_s >= gap_s:
        raise InvalidInput(f"jitter: {jitter_s} s; expected less than the {gap_s} s between two ticks")


def check_is_ahead(rhythm: Rhythm, *, now: datetime, times: WallTimes) -> None:
    """
    Refuse a rhythm without a tick after *now*.

    Raises:
        InvalidInput: it has none.
    """
    if next_tick(rhythm, now, times=times) is None:
        raise InvalidInput(f"when: {rhythm} has passed, so it would never run; name a moment that is still to come")


def _shortest_gap_s(rhythm: Rhythm, times: WallTimes) -> int | None:
    """Return it; None: it is a day or longer. Cron's other fields name whole days, so two days in a row show it."""
    if isinstance(rhythm, Every):
        return rhythm.seconds
    if not isinstance(rhythm, Cron):
        return None
    shown = times.behind(rhythm.expression, ANY_DAY)
    first = next(shown, None)
    if first is None:
        return None
    soon = takewhile(lambda one: one < first + 2 * DAY, shown)
    return min((int((later - earlier).total_seconds()) for earlier, later in pairwise((first, *soon))), default=None)
