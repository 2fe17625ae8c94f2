"""The time of the machine."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """`Clock` of the machine, in UTC."""

    def now(self) -> datetime:
        """Return the time, in UTC, with its zone."""
        return datetime.now(UTC)
