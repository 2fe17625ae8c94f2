"""
What the rows of a job should say, kept in a dict: a second, plain statement of the ledger's rules.

The machine tells it of every move; afterwards its fates and the stored items must say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from attrs import define, field

from domain.jobs.claims import Claim, ClaimAnswer, Ended, Kept, Postponed, Refusal, Released, Report
from domain.jobs.events import JobEnded
from domain.jobs.item import Document, Item, ItemNo, ItemState, WorkerId
from domain.jobs.job import Job, JobOptions, JobStatus
from domain.jobs.usage import NOTHING, Usage

ENDS = {ItemState.SUCCEEDED, ItemState.FAILED, ItemState.SKIPPED, ItemState.CANCELLED}


@define
class Fate:
    """Where one item should stand."""

    state: ItemState = ItemState.PENDING
    token: int = 0
    attempts: int = 0
    losses: int = 0
    worker: WorkerId | None = None
    lease_until: datetime | None = None
    deadline_at: datetime | None = None
    not_before: datetime | None = None
    progress: Document | None = None
    spent: Usage = NOTHING

    def end(self, state: ItemState) -> None:
        """End in *state*; what an attempt held is gone."""
        if state in (ItemState.SUCCEEDED, ItemState.SKIPPED):
            self.progress = None
        self.state, self.not_before = state, None
        self.worker = self.lease_until = self.deadline_at = None

    def wait(self, until: datetime | None, *, is_cancelling: bool) -> None:
        """Go back to pending; after a cancel there is no going back."""
        self.end(ItemState.CANCELLED if is_cancelling else ItemState.PENDING)
        self.not_before = None if is_cancelling else until


@define(eq=False)
class JobFate:
    """Where one job and its items should stand."""

    planned: int
    options: JobOptions
    poison_after: int
    grace_s: float
    items: dict[ItemNo, Fate] = field(factory=dict)
    is_cancelling: bool = False
    was_cancelled: bool = False
    ends: list[JobEnded] = field(factory=list)
    end_rows: tuple[Job, list[Item]] | None = None

    def freeze(self) -> None:
        """Know the items, once the plan is complete."""
        self.items = self.items or {ItemNo(no): Fate() for no in range(self.planned)}

    def claim(self, claim: Claim) -> ClaimAnswer:
        """Begin what may begin; return what the ledger should answer, without the granted items."""
        refused = {no: why for no in dict.fromkeys(claim.numbers) if (why := self._begin(no, claim)) is not None}
        due = {no: self._due(no) for no, why in refused.items() if why is Refusal.NOT_DUE}
        return ClaimAnswer(refused=refused, due=due)

    def running_at(self, now: datetime) -> int:
        """Return how many items run under a live lease."""
        return sum(fate.lease_until is not None and fate.lease_until > now for fate in self.items.values())

    def record(self, report: Report) -> bool:
        """Apply the report if its attempt is the live one; return whether it was."""
        fate = self.items[report.no]
        if fate.state is not ItemState.RUNNING or fate.token != report.token:
            return False
        fate.spent = fate.spent if report.spent is None else report.spent
        match report:
            case Kept():
                fate.progress = report.progress or None
            case Ended():
                fate.end(report.outcome.state)
            case Postponed():
                fate.wait(report.not_before, is_cancelling=self.is_cancelling)
            case Released():
                fate.attempts -= 1
                fate.wait(report.not_before, is_cancelling=self.is_cancelling)
        return True

    def extend(self, tokens: Collection[tuple[ItemNo, int]], *, until: datetime) -> None:
        """Extend the leases that are still held."""
        for no, token in tokens:
            fate = self.items[no]
            if fate.state is ItemState.RUNNING and fate.token == token:
                fate.lease_until = until

    def sweep(self, now: datetime) -> None:
        """Take back what nobody keeps, then fail what is kept long past its deadline."""
        self._lose(lambda fate: fate.lease_until is not None and fate.lease_until <= now)
        latest = now - timedelta(seconds=self.grace_s)
        for fate in self.items.values():
            if fate.deadline_at is not None and fate.deadline_at <= latest:
                fate.end(ItemState.FAILED)

    def forsake(self, workers: Collection[WorkerId]) -> None:
        """Take back what these workers hold."""
        self._lose(lambda fate: fate.worker in workers)

    def cancel(self) -> None:
        """End what has not begun."""
        self.is_cancelling = self.was_cancelled = True
        for fate in self.items.values():
            if fate.state is ItemState.PENDING:
                fate.end(ItemState.CANCELLED)

    def reopen(self, state: ItemState) -> None:
        """Begin a revision: the items in *state* are as good as new, but for their fence and what was paid for."""
        self.is_cancelling, self.end_rows = False, None
        for no, fate in self.items.items():
            if fate.state is state:
                self.items[no] = Fate(token=fate.token, progress=fate.progress, spent=fate.spent)

    def can_resume(self) -> bool:
        """Return whether an ended job has something to go on with: cancelled items, or a plan to write."""
        return (not self.items and self.is_cancelling) or self.count(ItemState.CANCELLED) > 0

    def count(self, state: ItemState) -> int:
        """Return how many items are in that state."""
        return sum(fate.state is state for fate in self.items.values())

    def expected_status(self) -> JobStatus:
        """Return how a job ends whose items stand so, in the product's own words."""
        states = [fate.state for fate in self.items.values()]
        assert set(states) <= ENDS, "an open item, and the job has ended"
        if (self.was_cancelled and ItemState.CANCELLED in states) or (self.is_cancelling and not states):
            return JobStatus.CANCELLED
        if ItemState.FAILED not in states:
            return JobStatus.COMPLETED
        good = {ItemState.SUCCEEDED, ItemState.SKIPPED}
        return JobStatus.PARTIAL if good & set(states) else JobStatus.FAILED

    def _begin(self, no: ItemNo, claim: Claim) -> Refusal | None:
        refusal = self._refusal(no, claim)
        if refusal is None:
            fate = self.items[no]
            fate.state, fate.not_before = ItemState.RUNNING, None
            fate.token, fate.attempts = fate.token + 1, fate.attempts + 1
            fate.worker, fate.lease_until, fate.deadline_at = claim.worker_id, claim.lease_until, claim.deadline_at
        return refusal

    def _refusal(self, no: ItemNo, claim: Claim) -> Refusal | None:
        fate = self.items[no]
        if fate.state in ENDS:
            return Refusal.ENDED
        if fate.state is ItemState.RUNNING:
            return Refusal.LEASED
        if fate.not_before is not None and fate.not_before > claim.now:
            return Refusal.NOT_DUE
        return Refusal.BUSY if self.running_at(claim.now) >= self.options.concurrency else None

    def _due(self, no: ItemNo) -> datetime:
        due = self.items[no].not_before
        assert due is not None
        return due

    def _lose(self, is_lost: Callable[[Fate], bool]) -> None:
        for fate in [fate for fate in self.items.values() if is_lost(fate)]:
            fate.losses += 1
            fate.wait(None, is_cancelling=self.is_cancelling)
            if fate.losses >= self.poison_after and not self.is_cancelling:
                fate.end(ItemState.FAILED)


def fates_of(items: Sequence[Item]) -> dict[ItemNo, Fate]:
    """Return where the stored items stand, in the model's words."""
    return {
        item.no: Fate(
            state=item.state,
            token=item.token,
            attempts=item.attempts,
            losses=item.losses,
            worker=item.lease.worker_id if item.lease else None,
            lease_until=item.lease.until if item.lease else None,
            deadline_at=item.lease.deadline_at if item.lease else None,
            not_before=item.not_before,
            progress=item.progress,
            spent=item.usage,
        )
        for item in items
    }
