"""A clock that stands still until it is told to move: time for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock


class ManualClock:
    """`Clock` that begins at *start* (with its zone) and moves only by `advance`."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"start: {start.isoformat()} has no zone; give one, such as UTC")
        self._now = start
        self._lock = Lock()

    def now(self) -> datetime:
        """Return the time."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> datetime:
        """Let *seconds* pass, and return the new time."""
        if seconds < 0:
            raise ValueError(f"seconds: {seconds} would turn time back; expected 0 or more")
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now
