"""The undo log of one unit of work: every write to the shared tables goes through it, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


@contextmanager
def journaled(*, is_view: bool) -> Iterator[Journal]:
    """Yield the journal of a unit of work, which is undone at the end unless it was committed."""
    journal = Journal(is_view=is_view)
    try:
        yield journal
    finally:
        journal.undo()


class Journal:
    """
    Writes to dicts, and what each write replaced.

    Undoing costs what was written and nothing else, so that a unit of work on one item of a job of 10,000 stays cheap:
    copying the tables for each unit would not.
    """

    def __init__(self, *, is_view: bool = False) -> None:
        self._is_view = is_view
        self._undo: list[Callable[[], object]] = []

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Set *key* of the table."""
        if key in table:
            self._undo.append(partial(table.__setitem__, key, table[key]))
        else:
            self._undo.append(partial(table.pop, key))
        table[key] = value

    def drop(self, table: dict[K, V], key: K) -> None:
        """Remove *key* from the table."""
        self._undo.append(partial(table.__setitem__, key, table.pop(key)))

    def commit(self) -> None:
        """Keep what was written so far, whatever comes; a view has nothing to keep."""
        if self._is_view:
            raise RuntimeError("a view is read-only and can't be committed; change rows in a unit of `begin`")
        self._undo.clear()

    def undo(self) -> None:
        """Take back what was written since the last commit, newest first."""
        while self._undo:
            self._undo.pop()()
