"""
Turns at writing to SQLite, which has one writer at a time: the threads of a process wait for theirs in a lock.

A thread that SQLite itself lets wait sleeps and looks again, longer each time: 64 threads that each had a write of 1 ms
to make took up to 300 ms for it, and held all connections meanwhile, so that readers waited, too. For other processes
SQLite waits in its own way.
"""

from __future__ import annotations

from threading import Lock

from attrs import define, field
from sqlalchemy import Connection, Engine

from adapters.database.engine import TURN, WAIT_FOR_LOCK_S, WRITING
from adapters.database.errors import locked


@define(eq=False, kw_only=True)
class WriteTurn:
    """The turn of one unit of work; on Postgres, which lets many write at once, there is nothing to wait for."""

    engine: Engine
    _held: Lock | None = field(default=None, init=False)

    def take(self) -> None:
        """
        Wait until nobody else of this process writes, unless the turn is held already.

        Raises:
            ServiceUnavailable: others took too long.
        """
        writing: Lock | None = self.engine.get_execution_options().get(WRITING)
        if writing is None or self._held is not None:
            return
        if not writing.acquire(timeout=WAIT_FOR_LOCK_S):
            raise locked(self.engine)
        self._held = writing

    def give_back(self) -> None:
        """Let the next one write; nothing where the turn is not held."""
        held, self._held = self._held, None
        if held is not None:
            held.release()


def commit(connection: Connection) -> None:
    """Make a transaction durable, and let the next one write; what this unit of work does later has another turn."""
    connection.commit()
    turn: WriteTurn | None = connection.get_execution_options().get(TURN)
    if turn is not None:
        turn.give_back()
