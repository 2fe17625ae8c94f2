"""
Budgets: what a job may spend, and when that is reached.

A budget is that of one revision: whoever has failed items run again agrees to spend as much once more. What has been
spent is known in the ledger and looked at in every claim, under the job's lock, so nothing begins once a limit is
reached. What is in flight then ends as it ends: requests can pass their limit only by items that make several, tokens
and money by what at most `concurrency` items cost, time by one deadline.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import ge, gt, optional

from domain.jobs.usage import NOTHING, Usage, dollars


class Limit(StrEnum):
    """What was used up; named as the option that sets it."""

    REQUESTS = "max_requests"
    TOKENS = "max_tokens"
    COST = "max_cost"
    DURATION = "max_duration"


@frozen(kw_only=True)
class Spending:
    """What the newest revision of a job has spent, and since when it runs (None: its plan was never begun)."""

    usage: Usage = NOTHING
    since: datetime | None = None


@frozen(kw_only=True)
class Budget:
    """Limits of one revision; None: as much as it takes. The duration counts from the beginning of its plan."""

    max_requests: int | None = field(default=None, validator=optional(ge(1)))
    max_tokens: int | None = field(default=None, validator=optional(ge(1)))
    max_cost_nanousd: int | None = field(default=None, validator=optional(ge(1)))
    max_duration_s: float | None = field(default=None, validator=optional(gt(0)))

    def __bool__(self) -> bool:
        return self != UNLIMITED

    def reached(self, spending: Spending, *, now: datetime) -> Limit | None:
        """Return the first limit that is used up, if one is."""
        spent = spending.usage
        limits = (
            (Limit.REQUESTS, self.max_requests, spent.requests),
            (Limit.TOKENS, self.max_tokens, spent.tokens),
            (Limit.COST, self.max_cost_nanousd, spent.cost_nanousd),
            (Limit.DURATION, self.max_duration_s, _seconds(spending.since, now)),
        )
        return next((limit for limit, most, used in limits if most is not None and used >= most), None)

    def room(self, spending: Spending, *, running: int) -> int | None:
        """Return how many items may begin beside those *running*, each of which makes a request at least."""
        if self.max_requests is None:
            return None
        return max(self.max_requests - spending.usage.requests - running, 0)

    def describe(self, limit: Limit) -> str:
        """Return a limit in words."""
        match limit:
            case Limit.REQUESTS:
                return f"{self.max_requests} requests (--max-requests)"
            case Limit.TOKENS:
                return f"{self.max_tokens} tokens (--max-tokens)"
            case Limit.COST:
                return f"{dollars(self.max_cost_nanousd or 0)} (--max-cost)"
            case Limit.DURATION:
                return f"{self.max_duration_s:g} s (--max-duration)"


UNLIMITED = Budget()


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()
