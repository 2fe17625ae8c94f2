"""
Whether a failed attempt is repeated, and when: the only place that decides it.

One budget per item covers every cause. Delays grow by doubling with full jitter (Brooker, "Exponential Backoff And
Jitter", AWS Architecture Blog 2015), unless the far side said how long to wait.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from attrs import field, frozen
from attrs.validators import ge, gt

from domain.jobs.errors import ItemFailure, TransientFailure


@frozen(kw_only=True)
class RetryAfter:
    """Try again when *delay* has passed."""

    delay: timedelta


@frozen(kw_only=True)
class GiveUp:
    """The failure is the item's outcome; *reason* says why there is no further attempt."""

    reason: str


Decision = RetryAfter | GiveUp


@frozen(kw_only=True)
class RetryPolicy:
    """
    Delays in seconds: the first is at most *first_delay_s*, later ones at most twice the one before, up to *cap_s*.

    A wait that the far side asked for is taken as said, but never longer than *retry_after_cap_s*.
    """

    first_delay_s: float = field(default=0.5, validator=gt(0))
    cap_s: float = field(default=30.0, validator=gt(0))
    retry_after_cap_s: float = field(default=300.0, validator=ge(0))

    def decide(self, failure: ItemFailure, *, attempt: int, max_attempts: int, jitter: Callable[[], float]) -> Decision:
        """
        Return what happens after the *attempt*-th try (the first is 1) of at most *max_attempts* ended in *failure*.

        *jitter* returns a number from 0 to 1. A permanent failure is never tried again.
        """
        if not isinstance(failure, TransientFailure):
            return GiveUp(reason="another attempt would fail the same way")
        if attempt >= max_attempts:
            return GiveUp(reason=f"all {max_attempts} attempts are used up")
        if failure.retry_after_s is not None:
            return RetryAfter(delay=timedelta(seconds=min(max(failure.retry_after_s, 0.0), self.retry_after_cap_s)))
        delay_s = full_jitter_s(attempt, first_delay_s=self.first_delay_s, cap_s=self.cap_s, jitter=jitter)
        return RetryAfter(delay=timedelta(seconds=delay_s))


def full_jitter_s(attempt: int, *, first_delay_s: float, cap_s: float, jitter: Callable[[], float]) -> float:
    """Return the seconds to wait after the *attempt*-th try (the first is 1); *jitter* returns a number from 0 to 1."""
    return min(cap_s, first_delay_s * 2.0 ** min(attempt - 1, 63)) * jitter()
