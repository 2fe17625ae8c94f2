"""
The items and shards of the jobs of one organization, in memory.

The transitions are those of `domain.jobs.item`; this module owns only where the rows are and which of them a move
concerns. A job of another organization has no rows here: it reads as empty, and writes to it are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory import reading
from adapters.memory.journal import Journal
from adapters.memory.rows import LedgerRows, OrganizationRows
from domain.jobs.aggregate import Tally
from domain.jobs.budget import Spending
from domain.jobs.claims import Claim, ClaimAnswer, Refusal, Report, applied, begun, begun_again
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.item import (
    Failure,
    Item,
    ItemNo,
    ItemState,
    Lease,
    Outcome,
    PlannedItem,
    WorkerId,
    ended,
    holds,
    is_claimable,
    lost,
    reset,
)
from domain.jobs.job import JobId
from domain.jobs.plan import Shard, ShardState
from domain.jobs.usage import NOTHING, Usage

CANCELLED = Outcome(state=ItemState.CANCELLED)


@frozen(kw_only=True)
class MemoryLedger:
    """`Ledger` over the rows of one organization; the unit of work holds the store's lock."""

    rows: OrganizationRows
    journal: Journal

    def add(self, job_id: JobId, first: ItemNo, items: Sequence[PlannedItem]) -> None:
        """Store planned items, numbered from *first* on; numbers run from 0 without gaps."""
        rows = self._rows_to_change(job_id)
        if first != len(rows.items):
            raise Conflict(f"job {job_id}: items from number {first} on don't follow the {len(rows.items)} stored ones")
        for no, item in enumerate(items, start=first):
            self._put(rows, Item(no=ItemNo(no), key=item.key, input=item.input))

    def discard(self, job_id: JobId) -> None:
        """Forget the items of a plan that was never frozen."""
        if self.rows.jobs[self._known(job_id)].is_frozen:
            raise Conflict(f"job {job_id}: its plan is frozen, and its items are the truth about it")
        self.journal.put(self.rows.ledgers, job_id, LedgerRows())

    def cut(self, job_id: JobId, shards: Iterable[Shard]) -> None:
        """Store the shards of a plan."""
        for shard in shards:
            self.put_shard(job_id, shard)

    def claim(self, claim: Claim) -> ClaimAnswer:
        """Begin an attempt at as many of the wanted items as may begin, each under a new fencing token."""
        rows = self._rows(claim.job_id)
        spending = self.spending(claim.job_id)
        no_room = claim.no_room(spending)
        running = sum(_lease(item).until > claim.now for item in rows.running.values())
        room = 0 if no_room is Refusal.BUDGET else claim.room(spending, running=running)
        granted: list[Item] = []
        refused: dict[ItemNo, Refusal] = {}
        for no in dict.fromkeys(claim.numbers):
            if (known := rows.running.get(no)) is not None and self._is_unheard(known, claim):
                granted.append(self._put(rows, begun_again(known, claim)))
                room += 1  # it is among those that run
                continue
            refusal = _refusal(rows.items.get(no), now=claim.now, room=room - len(granted))
            if refusal is None:
                granted.append(self._put(rows, begun(rows.items[no], claim)))
            else:
                refused[no] = no_room if refusal is Refusal.BUSY else refusal
        due = {
            no: when for no, why in refused.items() if why is Refusal.NOT_DUE and (when := rows.items[no].not_before)
        }
        return ClaimAnswer(granted=tuple(granted), refused=refused, due=due)

    def record(self, job_id: JobId, reports: Sequence[Report], *, now: datetime) -> list[bool]:
        """Apply each report whose token is still the item's live one; return for each whether it was."""
        return [self._apply(job_id, report, now=now) for report in reports]

    def extend(self, job_id: JobId, tokens: Sequence[tuple[ItemNo, int]], *, lease_until: datetime) -> None:
        """Extend the leases held under these tokens; those lost meanwhile stay lost."""
        rows = self._rows(job_id)
        for no, token in tokens:
            item = rows.items.get(no)
            if item is not None and holds(item, token):
                self._put(rows, attrs.evolve(item, lease=attrs.evolve(_lease(item), until=lease_until)))

    def expire(self, job_id: JobId, *, now: datetime) -> list[Item]:
        """Return to pending, and return, the running items whose lease ran out: their worker vanished."""
        return self._lose(job_id, lambda lease: lease.until <= now, now=now)

    def forsake(self, job_id: JobId, worker_id: WorkerId, *, now: datetime) -> list[Item]:
        """As `expire`, for the items of one worker that is known to be gone."""
        return self._lose(job_id, lambda lease: lease.worker_id == worker_id, now=now)

    def overdue(self, job_id: JobId, *, now: datetime) -> list[Item]:
        """Return the running items whose deadline has passed, whatever their lease."""
        return self._running(job_id, lambda lease: lease.deadline_at <= now)

    def fail_pending(self, job_id: JobId, numbers: Sequence[ItemNo], failure: Failure, *, now: datetime) -> None:
        """End these items, where they are still pending, as failed."""
        self._end_pending(job_id, self.get(job_id, numbers), _failed(failure), now=now)

    def fail_all_pending(self, job_id: JobId, failure: Failure, *, now: datetime) -> int:
        """End every pending item as failed; return how many there were."""
        return self._end_pending(job_id, self._all(job_id), _failed(failure), now=now)

    def cancel_pending(self, job_id: JobId, *, now: datetime) -> int:
        """End every pending item as cancelled; return how many there were."""
        return self._end_pending(job_id, self._all(job_id), CANCELLED, now=now)

    def reset(self, job_id: JobId, states: Sequence[ItemState]) -> int:
        """Make the items in these end states as good as new, reopen their shards; return how many there were."""
        rows = self._rows(job_id)
        if job_id in self.rows.kept:
            self.journal.drop(self.rows.kept, job_id)
        again = [item for item in rows.items.values() if item.state.is_end and item.state in states]
        for item in again:
            self._put(rows, reset(item))
        numbers = {item.no for item in again}
        for shard in list(rows.shards.values()):
            if shard.state is ShardState.CLOSED and not numbers.isdisjoint(range(shard.first, shard.last + 1)):
                self.put_shard(job_id, attrs.evolve(shard, state=ShardState.PLANNED, tally=None))
        return len(again)

    def get(self, job_id: JobId, numbers: Sequence[ItemNo]) -> list[Item]:
        """Return these items, in number order; unknown ones are left out."""
        items = self._rows(job_id).items
        return [items[no] for no in sorted(set(numbers)) if no in items]

    def page(
        self,
        job_id: JobId,
        *,
        after: ItemNo | None,
        limit: int,
        states: Sequence[ItemState] = (),
        verdicts: Sequence[str] = (),
    ) -> list[Item]:
        """Return items in number order from just behind *after*; only those in *states* and with *verdicts*."""
        return reading.page(self._rows(job_id), after=after, limit=limit, states=states, verdicts=verdicts)

    def pending_in(self, job_id: JobId, shard: Shard) -> list[ItemNo]:
        """Return the numbers of the shard's pending items, in order."""
        return reading.pending_in(self._rows(job_id), shard)

    def workers_of(self, job_id: JobId) -> set[WorkerId]:
        """Return the workers that hold a lease on an item of the job."""
        return {_lease(item).worker_id for item in self._rows(job_id).running.values()}

    def count(self, job_id: JobId) -> int:
        """Return how many items are stored."""
        return len(self._rows(job_id).items)

    def tally(self, job_id: JobId, shard: Shard | None = None) -> Tally:
        """Count the items of the shard, or of the whole job."""
        rows = self._rows(job_id)
        if shard is not None:
            return reading.tally_of_shard(rows, shard)
        return self.rows.kept.get(job_id) or reading.tally_of_job(rows)

    def keep_tally(self, job_id: JobId, tally: Tally) -> None:
        """Keep what an ended job came to, until it is reset."""
        self.journal.put(self.rows.kept, self._known(job_id), tally)

    def kept_tallies(self, job_ids: Sequence[JobId]) -> dict[JobId, Tally]:
        """Return what these jobs came to, as far as it was kept."""
        return {job_id: self.rows.kept[job_id] for job_id in job_ids if job_id in self.rows.kept}

    def spending(self, job_id: JobId) -> Spending:
        """Return what the newest revision of the job has spent, as far as attempts reported it."""
        job = self.rows.jobs.get(job_id)
        if job is None:
            return Spending()
        return Spending(usage=self._rows(job_id).spent.get(job.revision, NOTHING), since=job.opened_at)

    def shard(self, job_id: JobId, no: int) -> Shard:
        """Return the shard."""
        shard = self._rows(job_id).shards.get(no)
        if shard is None:
            raise NotFound(f"job {job_id} has no shard {no} in this organization")
        return shard

    def shards(self, job_id: JobId, state: ShardState, *, limit: int) -> list[Shard]:
        """Return the first shards in *state*, in order."""
        shards = self._rows(job_id).shards
        return [shards[no] for no in sorted(shards) if shards[no].state is state][:limit]

    def put_shard(self, job_id: JobId, shard: Shard) -> None:
        """Store a changed shard."""
        self.journal.put(self._rows_to_change(job_id).shards, shard.no, shard)

    def last_activity(self, job_id: JobId, shard: Shard) -> datetime | None:
        """Return when an item of the shard last began or ended an attempt, or comes due."""
        items = reading.between(self._rows(job_id), shard.first, shard.last)
        moments = (moment for item in items for moment in (item.started_at, item.ended_at, item.not_before))
        return max((moment for moment in moments if moment is not None), default=None)

    def _known(self, job_id: JobId) -> JobId:
        if job_id not in self.rows.jobs:
            raise NotFound(f"there is no job {job_id} in this organization: store the job before its items")
        return job_id

    def _all(self, job_id: JobId) -> list[Item]:
        return list(self._rows(job_id).items.values())

    def _rows(self, job_id: JobId) -> LedgerRows:
        return self.rows.ledgers.get(job_id) or LedgerRows()

    def _rows_to_change(self, job_id: JobId) -> LedgerRows:
        return self.rows.ledgers[self._known(job_id)]

    def _put(self, rows: LedgerRows, item: Item) -> Item:
        self.journal.put(rows.items, item.no, item)
        if item.state is ItemState.RUNNING:
            self.journal.put(rows.running, item.no, item)
        elif item.no in rows.running:
            self.journal.drop(rows.running, item.no)
        return item

    def _apply(self, job_id: JobId, report: Report, *, now: datetime) -> bool:
        rows = self._rows(job_id)
        item = rows.items.get(report.no)
        if item is None or not holds(item, report.token):
            return False
        if report.spent is not None:
            self._spend(job_id, report.spent - item.usage)
        after = applied(item, report, now=now)
        if after.state is ItemState.PENDING:
            self._give_back(job_id, after, now=now)
        else:
            self._put(rows, after)
        return True

    def _is_unheard(self, item: Item, claim: Claim) -> bool:
        is_mine = claim.begun_unheard(item.no, worker_id=_lease(item).worker_id, token=item.token)
        return is_mine and self.rows.jobs[claim.job_id].cancel_requested_at is None

    def _spend(self, job_id: JobId, usage: Usage) -> None:
        spent, revision = self._rows(job_id).spent, self.rows.jobs[job_id].revision
        self.journal.put(spent, revision, spent.get(revision, NOTHING) + usage)

    def _give_back(self, job_id: JobId, item: Item, *, now: datetime) -> Item:
        """Store the item as pending; as cancelled after a cancel, so that nothing is pending behind its back."""
        is_cancelled = self.rows.jobs[job_id].cancel_requested_at is not None
        return self._put(self._rows(job_id), ended(item, CANCELLED, now=now) if is_cancelled else item)

    def _lose(self, job_id: JobId, is_lost: Callable[[Lease], bool], *, now: datetime) -> list[Item]:
        return [self._give_back(job_id, lost(item), now=now) for item in self._running(job_id, is_lost)]

    def _running(self, job_id: JobId, concerns: Callable[[Lease], bool]) -> list[Item]:
        running = self._rows(job_id).running
        return [running[no] for no in sorted(running) if concerns(_lease(running[no]))]

    def _end_pending(self, job_id: JobId, items: Iterable[Item], outcome: Outcome, *, now: datetime) -> int:
        pending = [item for item in items if item.state is ItemState.PENDING]
        for item in pending:
            self._put(self._rows(job_id), ended(item, outcome, now=now))
        return len(pending)


def _failed(failure: Failure) -> Outcome:
    return Outcome(state=ItemState.FAILED, failure=failure)


def _refusal(item: Item | None, *, now: datetime, room: int) -> Refusal | None:
    if item is None:
        return Refusal.UNKNOWN
    if item.state.is_end:
        return Refusal.ENDED
    if item.state is ItemState.RUNNING:
        return Refusal.LEASED
    if not is_claimable(item, now):
        return Refusal.NOT_DUE
    return None if room > 0 else Refusal.BUSY


def _lease(item: Item) -> Lease:
    if item.lease is None:
        raise ValueError(f"item {item.no} is {item.state} and has no lease")
    return item.lease
