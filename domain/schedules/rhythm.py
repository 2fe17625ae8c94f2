"""
When a schedule runs: by cron in a time zone, every so often from an anchor, or once.

Values only; which moments come of them is said in `ticking.py`. Nothing here is finer than a second.
"""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from attrs import field, frozen

from domain.jobs.errors import InvalidInput

SHORTEST_S, LONGEST_S = 10, 366 * 86_400
"""How often a schedule may run: a job costs more than a second to begin, and whoever wants one a year says when."""
LONGEST_CRON = 200
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FIELDS = 5


def zone_named(name: str) -> ZoneInfo:
    """
    Return the time zone of this name.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as exc:  # OSError: the name of a region, which is a folder
        near = get_close_matches(name, _zone_names(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InvalidInput(
            f"timezone {name[:100]!r}: no such time zone{hint} Expected a name such as Europe/Berlin or UTC"
        ) from exc


@cache
def _zone_names() -> tuple[str, ...]:
    """Return the names there are: asking opens hundreds of files."""
    return tuple(sorted(available_timezones()))


def _five_fields(words: str) -> str:
    return " ".join(MACROS.get(words.strip().lower(), words).split())


@frozen(kw_only=True)
class Cron:
    """
    Five fields (minute, hour, day of month, month, day of week), read by the clocks of a time zone.

    Macros such as @daily are written out. Whether the fields can be read at all only a `WallTimes` knows.
    """

    kind: ClassVar[str] = "cron"
    expression: str = field(converter=_five_fields)
    timezone: str = "UTC"

    def __attrs_post_init__(self) -> None:
        found = len(self.expression.split())
        if found != FIELDS or len(self.expression) > LONGEST_CRON:
            raise InvalidInput(
                f"cron {self.expression[:LONGEST_CRON]!r}: {found} fields; expected five (minute, hour, day of month, "
                "month, day of week), such as '0 3 * * *', or @hourly, @daily, @weekly, @monthly, @yearly"
            )
        zone_named(self.timezone)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def is_at_fixed_times(self) -> bool:
        """
        Whether it names times of the day, as opposed to running all day long in steps.

        Debian's cron draws the line so: steps, those with a `*` in front of minute or hour, go by the time that passes;
        fixed times run once each, also on the two days of the year on which clocks are changed.
        """
        return not any(part.startswith("*") for part in self.expression.split()[:2])

    def __str__(self) -> str:
        return f"{self.expression} {self.timezone}"


@frozen(kw_only=True)
class Every:
    """Each *seconds* since *anchor*, by the time that passes: no change of clocks moves it."""

    kind: ClassVar[str] = "every"
    seconds: int
    anchor: datetime

    def __attrs_post_init__(self) -> None:
        if not SHORTEST_S <= self.seconds <= LONGEST_S:
            raise InvalidInput(
                f"every: {self.seconds} s; expected {SHORTEST_S} s to {LONGEST_S} s (366 days), such as 15m or 1h"
            )
        _check_moment("anchor", self.anchor)

    def __str__(self) -> str:
        return f"every {spoken(self.seconds)}"


@frozen(kw_only=True)
class Once:
    """A single moment."""

    kind: ClassVar[str] = "once"
    at: datetime

    def __attrs_post_init__(self) -> None:
        _check_moment("at", self.at)

    def __str__(self) -> str:
        return f"once at {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


Rhythm = Cron | Every | Once


def _check_moment(name: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise InvalidInput(f"{name}: {moment.isoformat()} has no time zone; write it as 2026-12-24T18:00:00+01:00")
    if moment.microsecond:
        raise InvalidInput(f"{name}: {moment.isoformat()} has a part of a second; expected whole seconds")


def spoken(seconds: int) -> str:
    """Return a length of time as people write it: 15m, 1h, 90s."""
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
