"""
From what the clocks on a wall show to moments: the two days a year on which clocks are changed.

When they are put forward, some times are shown by no clock; when they are put back, some are shown twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


def shown_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks in *zone* show at the moment, as a time without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moments_of(shown: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return, in UTC, when clocks in *zone* show this: once, twice, or never."""
    first, second = _moment(shown, zone, fold=0), _moment(shown, zone, fold=1)
    if first == second:
        return (first,)
    return (first, second) if first < second else ()


def first_moment_of(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return when clocks in *zone* first show this; for what none shows, the moment at which they skip it."""
    there = moments_of(shown, zone)
    return there[0] if there else _skip(shown, zone)


def earliest_needed(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a time such that all that clocks show after the moment, a second time included, is later than it."""
    shown = shown_at(moment, zone)
    there = moments_of(shown, zone)
    repeats = there[-1] - there[0] if there else timedelta(0)
    return shown - repeats if there and moment < there[-1] else shown


def _moment(shown: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    return shown.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _skip(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of the change of clocks that skips *shown*: between its readings by both offsets (PEP 495)."""
    before, behind = _moment(shown, zone, fold=1), _moment(shown, zone, fold=0)
    of_behind = behind.astimezone(zone).utcoffset()
    while behind - before > SECOND:
        middle = before + (behind - before) // 2
        if middle.astimezone(zone).utcoffset() == of_behind:
            behind = middle
        else:
            before = middle
    return behind.replace(microsecond=0)
