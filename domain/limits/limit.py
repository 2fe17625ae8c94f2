"""
Limits: how often and how much a target or an account at a provider may be asked, whoever asks.

A limit is known by its key alone, so that workers and jobs that never heard of each other keep to it together. The
amounts travel with each wish: two jobs may hold the same account to different amounts, and each counts all calls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NewType, TypeVar

from attrs import field, frozen
from attrs.validators import ge, gt, optional

LimitKey = NewType("LimitKey", str)
T = TypeVar("T")

MICROSECONDS = 1_000_000
BURST_PERCENT = 4
"""So much of a rate may come at once; the rest is spread over the window, at a pace that is as much slower."""


@frozen(kw_only=True)
class Rate:
    """
    At most *amount* in any *window_s* seconds, as a token bucket with the pace and burst that keep to it exactly.

    With a burst of B and one more every interval I, a window of W holds at most B + ceil(W / I) - 1 of them; the
    interval W / (amount - B + 1) makes that *amount*. (GCRA, ITU-T I.371, 1996, in whole microseconds.)
    """

    amount: int = field(validator=ge(1))
    window_s: float = field(default=60.0, validator=gt(0))

    @property
    def burst(self) -> int:
        """How many may come at once."""
        return 1 + self.amount * BURST_PERCENT // 100

    @property
    def tolerance_us(self) -> int:
        """The burst as time."""
        return self.burst * self.charge_us(1)

    def charge_us(self, cost: int) -> int:
        """Return the time that *cost* takes at the pace, rounded up: never more than the amount, rather a bit less."""
        return -(-cost * round(self.window_s * MICROSECONDS) // (self.amount - self.burst + 1))


@frozen(kw_only=True)
class Limit:
    """What everybody who shares *key* keeps to: calls at once, requests and tokens in a window; None: no limit."""

    key: LimitKey
    concurrency: int | None = field(default=None, validator=optional(ge(1)))
    requests: Rate | None = None
    tokens: Rate | None = None

    @property
    def counts(self) -> bool:
        """Whether anything is limited; if not, calls are only held up while the far side asked for a pause."""
        return any(amount is not None for amount in (self.concurrency, self.requests, self.tokens))

    def tightest(self, other: Limit) -> Limit:
        """Return the limit that keeps to both; they are of one key."""
        return Limit(
            key=self.key,
            concurrency=_least(self.concurrency, other.concurrency, by=int),
            requests=_least(self.requests, other.requests, by=_pace),
            tokens=_least(self.tokens, other.tokens, by=_pace),
        )


@frozen(kw_only=True)
class CallLimits:
    """The limits of one target as people write them; None: no limit."""

    concurrency: int | None = field(default=None, validator=optional(ge(1)))
    requests_per_minute: int | None = field(default=None, validator=optional(ge(1)))
    tokens_per_minute: int | None = field(default=None, validator=optional(ge(1)))

    @property
    def are_set(self) -> bool:
        """Whether there is any."""
        return self != CallLimits()

    def under(self, key: LimitKey) -> Limit:
        """Return them as what is shared under *key*."""
        return Limit(
            key=key,
            concurrency=self.concurrency,
            requests=Rate(amount=self.requests_per_minute) if self.requests_per_minute else None,
            tokens=Rate(amount=self.tokens_per_minute) if self.tokens_per_minute else None,
        )


def limit_key(kind: str, *parts: str) -> LimitKey:
    """
    Return a stable name for what *parts* say (an address, an account): a hash, so that no secret can stand in it.

    *kind* says in clear what it is a limit of (`target`, `account`).
    """
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    return LimitKey(f"{kind}:{digest}")


def _least(one: T | None, other: T | None, *, by: Callable[[T], float]) -> T | None:
    there = [amount for amount in (one, other) if amount is not None]
    return min(there, key=by) if there else None


def _pace(rate: Rate) -> float:
    return rate.amount / rate.window_s
