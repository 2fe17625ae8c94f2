"""What a process that runs items needs beside the ports of the kernel: a desk for its rows, and places to run on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.fairness import Party
from domain.jobs.job import JobId
from domain.tenancy import TenantContext


class Desk(Protocol):
    """Claims and records of one process; an answer means that the rows are committed."""

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """
        Claim items; blocks until the claim is committed.

        Raises:
            ServiceUnavailable: the store refuses to work.
        """

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record one attempt's report; the future says whether the attempt was still the item's live one."""


class Bench(Protocol):
    """
    The bounded set of places that items run on in one process.

    A place is reserved before an item is claimed, and given back by whoever settles the attempt first: the thread that
    ran it, or the keeper whose deadline passed. A thread that never returns thus costs a thread, not a place.
    """

    def reserve(self, party: Party, at_most: int, *, timeout_s: float) -> int:
        """
        Wait up to *timeout_s* for a free place, take up to *at_most*, return how many; 0 also when closing.

        Where several parties wait, each free place goes to the neediest (`fairness.py`).
        """

    def start(self, call: Callable[[], None]) -> None:
        """Run *call*, which raises nothing, on a thread of a reserved place."""

    def give_back(self, party: Party, places: int) -> None:
        """Free places that the party had reserved."""
