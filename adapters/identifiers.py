"""Identifiers: random ones for use, counted ones for tests."""

from __future__ import annotations

from itertools import count
from uuid import UUID, uuid4


class UuidSource:
    """`IdSource` of random UUIDs."""

    def new_id(self) -> str:
        """Return a random UUID in its text form."""
        return str(uuid4())


class CountingIds:
    """`IdSource` whose n-th identifier is the UUID of the number n: the same in every run of a test."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new_id(self) -> str:
        """Return the UUID of the next number in its text form."""
        return str(UUID(int=next(self._numbers)))
