"""
What workers and the ledger say to each other: claims and their answers, and the reports about an attempt.

*spent* in a report is what the item has cost in all, over its attempts, as far as the reporter knows; None leaves what
is stored. A total and no increment: a report that is written twice must not be counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from attrs import evolve, field, frozen

from domain.jobs.budget import UNLIMITED, Budget, Spending
from domain.jobs.item import (
    Document,
    Failure,
    Item,
    ItemNo,
    Outcome,
    WorkerId,
    claimed,
    ended,
    kept,
    postponed,
    released,
)
from domain.jobs.job import JobId
from domain.jobs.usage import Usage


class Refusal(StrEnum):
    """Why an item was not given to who asked for it."""

    ENDED = "ended"
    LEASED = "leased"
    NOT_DUE = "not_due"
    BUSY = "busy"
    BUDGET = "budget"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Claim:
    """
    A worker's wish to begin attempts at *numbers*; as many are granted as concurrency and budget leave room for.

    *unconfirmed* are tokens of its own earlier claims whose commit was never answered: those that were committed after
    all are granted as they stand, since nobody else knows of them.
    """

    job_id: JobId
    numbers: tuple[ItemNo, ...]
    worker_id: WorkerId
    concurrency: int
    lease_until: datetime
    deadline_at: datetime
    now: datetime
    budget: Budget = UNLIMITED
    unconfirmed: Mapping[ItemNo, int] = field(factory=dict)

    def begun_unheard(self, no: ItemNo, *, worker_id: WorkerId | None, token: int) -> bool:
        """Return whether a running item is this worker's, by a claim whose answer it never got."""
        return worker_id == self.worker_id and self.unconfirmed.get(no) == token

    def room(self, spending: Spending, *, running: int) -> int:
        """Return how many items may begin beside those *running*."""
        rooms = (self.concurrency - running, self.budget.room(spending, running=running))
        return max(min(room for room in rooms if room is not None), 0)

    def no_room(self, spending: Spending) -> Refusal:
        """Return why there is no room: for now, or because the budget is used up."""
        return Refusal.BUSY if self.budget.reached(spending, now=self.now) is None else Refusal.BUDGET


@frozen(kw_only=True)
class ClaimAnswer:
    """The items whose attempt has begun, and the reason for each of the others (*due* for those not due yet)."""

    granted: tuple[Item, ...] = ()
    refused: dict[ItemNo, Refusal] = field(factory=dict)
    due: dict[ItemNo, datetime] = field(factory=dict)


@frozen(kw_only=True)
class Ended:
    """Report: the attempt under *token* ended the item."""

    no: ItemNo
    token: int
    outcome: Outcome
    spent: Usage | None = None


@frozen(kw_only=True)
class Postponed:
    """Report: the attempt under *token* failed in a way that may pass; try again from *not_before* on."""

    no: ItemNo
    token: int
    failure: Failure
    not_before: datetime
    spent: Usage | None = None


@frozen(kw_only=True)
class Released:
    """Report: the attempt under *token* is given back as if it had not begun; not to be begun before *not_before*."""

    no: ItemNo
    token: int
    not_before: datetime | None = None
    spent: Usage | None = None


@frozen(kw_only=True)
class Kept:
    """Report: the attempt under *token* goes on, and has come to *progress*, which the next attempt will find."""

    no: ItemNo
    token: int
    progress: Document
    spent: Usage


Report = Ended | Postponed | Released | Kept


def begun(item: Item, claim: Claim) -> Item:
    """Return the item as the claim begins an attempt at it."""
    return claimed(
        item,
        worker_id=claim.worker_id,
        lease_until=claim.lease_until,
        deadline_at=claim.deadline_at,
        now=claim.now,
    )


def begun_again(item: Item, claim: Claim) -> Item:
    """Return a running item whose attempt begins only now, as its worker did not hear of the claim that began it."""
    if item.lease is None:
        raise ValueError(f"item {item.no} is {item.state} and has no lease")
    lease = evolve(item.lease, until=claim.lease_until, deadline_at=claim.deadline_at)
    return evolve(item, lease=lease, started_at=claim.now)


def applied(item: Item, report: Report, *, now: datetime) -> Item:
    """Return the item after a report of its live attempt."""
    match report:
        case Ended():
            return ended(item, report.outcome, now=now, spent=report.spent)
        case Postponed():
            return postponed(item, report.failure, not_before=report.not_before, spent=report.spent)
        case Released():
            return released(item, not_before=report.not_before, spent=report.spent)
        case Kept():
            return kept(item, report.progress, spent=report.spent)
        case _:
            assert_never(report)
