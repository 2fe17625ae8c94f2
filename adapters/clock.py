"""The time of the machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from domain.jobs.ports import Clock


class SharedClock(Clock, Protocol):
    """A clock that is compared, from time to time, with the one it follows."""

    def refresh(self) -> None:
        """
        Compare.

        Raises:
            ServiceUnavailable: the other clock can't be read; this one goes on.
        """


class SystemClock:
    """`Clock` of the machine, in UTC."""

    def now(self) -> datetime:
        """Return the time, in UTC, with its zone."""
        return datetime.now(UTC)

    def refresh(self) -> None:
        """Nothing: the machine sets its clock itself."""
