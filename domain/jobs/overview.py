"""
How a whole installation stands, in numbers: what its operator watches. No organization, job or user is named in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen

from domain.jobs.usage import NOTHING, Usage


@frozen
class Waiting:
    """How many wait, and since when the oldest of them."""

    count: int = 0
    since: datetime | None = None


NONE_WAIT = Waiting()


@frozen(kw_only=True)
class Overview:
    """
    Counts over all organizations.

    *jobs* by status; *items* by state, of the jobs that have not ended, None when there were too many to count them in
    time. *waiting_since*: when the oldest job that
    nobody has started was accepted. *unsent*: commands that the relay has not sent; *untold*: facts that nobody was
    told yet; *undelivered*: deliveries to webhooks that are still tried. *lease_expiries*: how often items were taken
    back from workers that vanished; *late_records*: answers that came after that. *spent*: what all jobs of all times
    have spent.
    """

    jobs: Mapping[str, int]
    items: Mapping[str, int] | None
    waiting_since: datetime | None = None
    unsent: Waiting = NONE_WAIT
    untold: Waiting = NONE_WAIT
    undelivered: Waiting = NONE_WAIT
    lease_expiries: int = 0
    late_records: int = 0
    spent: Usage = NOTHING


class Overviews(Protocol):
    """Counts."""

    def look(self) -> Overview:
        """
        Return how the installation stands, in bounded time.

        Raises:
            ServiceUnavailable: the store can't be reached, or is too busy to count.
        """
