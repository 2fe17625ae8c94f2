"""
Who asks for a job's places: one thread of a process at a time, while the others stand in line.

If all asked at once, each place that gets free would go to another thread, alone, with a claim of its own; in line,
what gets free during one claim is in the next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from attrs import define, field

LONGEST_TURN_S = 1.0
"""So long a thread waits in line that somebody else may need."""

LONGEST_IN_LINE_S = 30.0
"""Nobody stands longer in line: a broker believes a message lost that is not answered for long."""


@define(eq=False)
class Crew:
    """The threads of a process that may execute items, *size* in all; how many of them do, or wait to."""

    size: int
    _inside: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count this thread as busy for the length of the block."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    @property
    def is_needed(self) -> bool:
        """Whether no thread is left for a message that comes now, so that those who only wait should leave."""
        return self._inside >= self.size

    def _add(self, number: int) -> None:
        with self._lock:
            self._inside += number


@define(eq=False)
class Line:
    """The line of one job in one process; times in seconds."""

    crew: Crew
    turn_s: float = LONGEST_TURN_S
    longest_s: float = LONGEST_IN_LINE_S
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait in line, then be the only one; yields false when it took too long, or the thread is needed elsewhere."""
        has_turn = self._wait()
        try:
            yield has_turn
        finally:
            if has_turn:
                self._turn.release()

    def _wait(self) -> bool:
        ends = monotonic() + self.longest_s
        while not self._turn.acquire(timeout=self.turn_s):
            if self.crew.is_needed or monotonic() > ends:
                return False
        return True
