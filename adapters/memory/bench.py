"""A bench without threads: for unit tests, where the order of things must be the test's own."""

from __future__ import annotations

from collections.abc import Callable

from domain.jobs.fairness import Party


class InlineBench:
    """
    `Bench` that runs each call on the thread that starts it, at once.

    Nobody else could free a place meanwhile, so `reserve` never waits: without a free place it answers 0.
    """

    def __init__(self, *, places: int = 16) -> None:
        self._free = places

    def reserve(self, party: Party, at_most: int, *, timeout_s: float) -> int:  # noqa: ARG002  # nothing to wait for
        """Take up to *at_most* free places, and return how many."""
        taken = min(self._free, at_most)
        self._free -= taken
        return taken

    def start(self, call: Callable[[], None]) -> None:
        """Run *call*; return when it has returned."""
        call()

    def give_back(self, party: Party, places: int) -> None:  # noqa: ARG002  # nobody waits, so nobody is preferred
        """Free reserved places."""
        self._free += places
