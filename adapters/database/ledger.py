"""
The ledger of one organization in one transaction: each move is in the module that owns its rules.

`items` reads and adds rows, `claims` begins attempts, `reports` records them, `recovery` changes many rows at once,
`shards` keeps the cut and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import frozen

from adapters.database import claims, kept_tallies, recovery
from adapters.database import items as item_rows
from adapters.database import reports as attempt_reports
from adapters.database import shards as shard_rows
from adapters.database.scope import Scope
from adapters.database.spending import spent_on
from domain.jobs.aggregate import Tally
from domain.jobs.budget import Spending
from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.item import Failure, Item, ItemNo, ItemState, PlannedItem, WorkerId
from domain.jobs.job import JobId
from domain.jobs.plan import Shard, ShardState


@frozen(kw_only=True)
class SqlLedger:
    """`Ledger` in one transaction."""

    scope: Scope

    def add(self, job_id: JobId, first: ItemNo, items: Sequence[PlannedItem]) -> None:
        """Store planned items, numbered from *first* on."""
        item_rows.add(self.scope, job_id, first, items)

    def discard(self, job_id: JobId) -> None:
        """Forget the items of a plan that was never frozen."""
        recovery.discard(self.scope, job_id)

    def cut(self, job_id: JobId, shards: Iterable[Shard]) -> None:
        """Store the shards of a plan."""
        shard_rows.cut(self.scope, job_id, shards)

    def claim(self, claim: Claim) -> ClaimAnswer:
        """Begin an attempt at as many of the wanted items as may begin, each under a new fencing token."""
        return claims.claim(self.scope, claim)

    def record(self, job_id: JobId, reports: Sequence[Report], *, now: datetime) -> list[bool]:
        """Apply each report whose token is still the item's live one; return for each whether it was."""
        return attempt_reports.record(self.scope, job_id, reports, now=now)

    def extend(self, job_id: JobId, tokens: Sequence[tuple[ItemNo, int]], *, lease_until: datetime) -> None:
        """Extend the leases held under these tokens; those lost meanwhile stay lost."""
        claims.extend(self.scope, job_id, tokens, lease_until=lease_until)

    def expire(self, job_id: JobId, *, now: datetime) -> list[Item]:
        """Return to pending, and return, the running items whose lease ran out: their worker vanished."""
        return recovery.expire(self.scope, job_id, now=now)

    def forsake(self, job_id: JobId, worker_id: WorkerId, *, now: datetime) -> list[Item]:
        """As `expire`, for the items of one worker that is known to be gone."""
        return recovery.forsake(self.scope, job_id, worker_id, now=now)

    def overdue(self, job_id: JobId, *, now: datetime) -> list[Item]:
        """Return the running items whose deadline has passed, whatever their lease."""
        return claims.overdue(self.scope, job_id, now=now)

    def fail_pending(self, job_id: JobId, numbers: Sequence[ItemNo], failure: Failure, *, now: datetime) -> None:
        """End these items, where they are still pending, as failed."""
        recovery.fail_pending(self.scope, job_id, numbers, failure, now=now)

    def fail_all_pending(self, job_id: JobId, failure: Failure, *, now: datetime) -> int:
        """End every pending item as failed; return how many there were."""
        return recovery.fail_all_pending(self.scope, job_id, failure, now=now)

    def cancel_pending(self, job_id: JobId, *, now: datetime) -> int:
        """End every pending item as cancelled; return how many there were."""
        return recovery.cancel_pending(self.scope, job_id, now=now)

    def reset(self, job_id: JobId, states: Sequence[ItemState]) -> int:
        """Make the items in these end states as good as new, reopen their shards; return how many there were."""
        return recovery.reset(self.scope, job_id, states)

    def get(self, job_id: JobId, numbers: Sequence[ItemNo]) -> list[Item]:
        """Return these items, in number order; unknown ones are left out."""
        return item_rows.get(self.scope, job_id, numbers)

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
        return item_rows.page(self.scope, job_id, after=after, limit=limit, states=states, verdicts=verdicts)

    def pending_in(self, job_id: JobId, shard: Shard) -> list[ItemNo]:
        """Return the numbers of the shard's pending items, in order."""
        return item_rows.pending_between(self.scope, job_id, shard.first, shard.last)

    def workers_of(self, job_id: JobId) -> set[WorkerId]:
        """Return the workers that hold a lease on an item of the job."""
        return claims.workers_of(self.scope, job_id)

    def count(self, job_id: JobId) -> int:
        """Return how many items are stored."""
        return shard_rows.count(self.scope, job_id)

    def tally(self, job_id: JobId, shard: Shard | None = None) -> Tally:
        """Count the items of the shard, or of the whole job."""
        if shard is None:
            return kept_tallies.of_jobs(self.scope, [job_id]).get(job_id) or shard_rows.tally_of_job(self.scope, job_id)
        return shard_rows.tally_of_shard(self.scope, job_id, shard)

    def keep_tally(self, job_id: JobId, tally: Tally) -> None:
        """Keep what an ended job came to, until it is reset; the caller holds the job's lock."""
        kept_tallies.keep(self.scope, job_id, tally)

    def kept_tallies(self, job_ids: Sequence[JobId]) -> dict[JobId, Tally]:
        """Return what these jobs came to, as far as it was kept."""
        return kept_tallies.of_jobs(self.scope, job_ids)

    def spending(self, job_id: JobId) -> Spending:
        """Return what the newest revision of the job has spent, as far as attempts reported it."""
        return spent_on(self.scope, job_id)

    def shard(self, job_id: JobId, no: int) -> Shard:
        """Return the shard."""
        return shard_rows.get(self.scope, job_id, no)

    def shards(self, job_id: JobId, state: ShardState, *, limit: int) -> list[Shard]:
        """Return the first shards in *state*, in order."""
        return shard_rows.in_state(self.scope, job_id, state, limit=limit)

    def put_shard(self, job_id: JobId, shard: Shard) -> None:
        """Store a changed shard; the caller holds the job's lock."""
        shard_rows.put(self.scope, job_id, shard)

    def last_activity(self, job_id: JobId, shard: Shard) -> datetime | None:
        """Return when an item of the shard last began or ended an attempt, or comes due."""
        return shard_rows.last_activity(self.scope, job_id, shard)
