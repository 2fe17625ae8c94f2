"""A moment that a call may not outlive, whatever the other side does."""

from __future__ import annotations

from time import perf_counter

from attrs import frozen


@frozen
class Deadline:
    """A point in time on the clock that latencies are measured by."""

    _ends: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that is *seconds* from now."""
        return cls(perf_counter() + seconds)

    def remaining_s(self) -> float:
        """
        Return the seconds that are left, more than 0.

        Raises:
            TimeoutError: none are.
        """
        remaining = self._ends - perf_counter()
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        return remaining
