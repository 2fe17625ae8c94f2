"""
Cron's five fields, read by cronsim: as Debian's cron reads them, with names, steps, `L` and `#` besides.

It is only asked about times without a zone; what time zones make of them is the domain's (`wall_clock.py`). Asked with
a zone, it passes over times where clocks are changed by half an hour (Australia/Lord_Howe).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from domain.jobs.errors import InvalidInput

if TYPE_CHECKING:
    from cronsim import CronSim

ANY_START = datetime(2000, 1, 1)
"""Every date there can be comes within the fifty years that cronsim looks ahead, a fifth Monday in February too."""


class CronSimWallTimes:
    """`WallTimes` over cronsim."""

    def check(self, expression: str) -> None:
        """Refuse fields that can't be read, or name no time at all."""
        from cronsim import CronSimError

        try:
            first = next(_simulated(expression, ANY_START), None)
        except CronSimError as exc:
            raise InvalidInput(
                f"cron {expression!r}: {exc}; expected minute (0-59), hour (0-23), day of month (1-31), month (1-12 or "
                "JAN-DEC), day of week (0-7 or SUN-SAT), each a number, *, a range 1-5, a list 1,15 or a step */10"
            ) from exc
        if first is None:
            raise InvalidInput(f"cron {expression!r}: there is no such time in fifty years; correct day and month")

    def behind(self, expression: str, shown: datetime) -> Iterator[datetime]:
        """Yield, in order, the times behind *shown*."""
        return iter(_simulated(expression, shown))


def _simulated(expression: str, shown: datetime) -> CronSim:
    from cronsim import CronSim

    return CronSim(expression, shown)
