"""
The time of the database server: the one clock that all processes of an installation share.

Leases, deadlines and waits are written by one machine and judged by another. With each machine's own clock, a worker
whose clock is minutes ahead takes every running item of the others for lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, field, frozen
from sqlalchemy import Engine, text

from adapters.clock import SharedClock, SystemClock
from adapters.database.connection import logged_in

_NOW = text("SELECT clock_timestamp()")


def machine_ticks() -> float:
    """Return seconds since some moment; never set, and going on while the machine sleeps (where it can be asked)."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


@frozen
class _Reading:
    """What the server's clock showed at a tick of this machine."""

    shown: datetime
    at_tick: float


@define(eq=False)
class PostgresClock:
    """`Clock` that follows the server's; asked of the server once, and at each `refresh`, and counted on in between."""

    engine: Engine
    ticks: Callable[[], float] = machine_ticks
    _reading: _Reading | None = field(default=None, init=False)

    def now(self) -> datetime:
        """
        Return the server's time, in UTC, with its zone.

        Raises:
            ServiceUnavailable: it was never asked before, and the database can't be reached.
        """
        reading = self._reading or self._read()
        return reading.shown + timedelta(seconds=self.ticks() - reading.at_tick)

    def refresh(self) -> None:
        """
        Ask the server: oscillators drift by seconds a week.

        Raises:
            ServiceUnavailable: the database can't be reached; the clock goes on by what it knew.
        """
        self._read()

    def _read(self) -> _Reading:
        with logged_in(self.engine, reads=True) as connection:
            connection.execute(_NOW)  # the first statement of a connection pays for its set-up
            before = self.ticks()
            shown = connection.execute(_NOW).scalar_one()
            after = self.ticks()
        # half the round trip (Cristian, "Probabilistic clock synchronization", 1989)
        self._reading = _Reading(shown, (before + after) / 2)
        return self._reading


def shared_clock(engine: Engine) -> SharedClock:
    """Return the clock that the processes on this database share: its server's, or their one machine's."""
    return PostgresClock(engine) if engine.dialect.name == "postgresql" else SystemClock()
