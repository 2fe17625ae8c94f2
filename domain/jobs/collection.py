"""
Collecting: what the body of every chord does, and may do early, late, repeatedly or never.

It is only a wake-up call. What it finds it reads from the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.jobs.closing import advance, in_broker, room, send_again, settle_shard
from domain.jobs.item import ItemNo
from domain.jobs.job import Job, JobId
from domain.jobs.plan import ShardState
from domain.jobs.ports import Clock, Doorbell, Store
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Collector:
    """Closes shards, sends the next ones, closes jobs."""

    store: Store
    clock: Clock
    doorbell: Doorbell

    def collect(self, tenant: TenantContext, job_id: JobId, shard_no: int) -> Job:
        """
        Close the shard if its items have all ended, move the job on, and return it.

        Raises:
            NotFound: no such job, or shard, in this organization.
        """
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            if job.status.is_end:
                return job
            shard = work.ledger.shard(job_id, shard_no)
            if shard.state is ShardState.SENT:
                settle_shard(work, job, shard)
            job = advance(work, job, now=now)
            work.commit()
        self.doorbell.ring()
        return job

    def top_up(self, tenant: TenantContext, job_id: JobId) -> None:
        """
        Send further shards if the window has room for some; cheap when it has none.

        Shards end with their slowest item, and their callback comes only then; the slots must not wait for it.
        """
        with self.store.view(tenant) as work:
            job = work.jobs.get(job_id)
            waits = bool(work.ledger.shards(job_id, ShardState.PLANNED, limit=1))
            has_room = waits and room(work, job, in_broker(work, job)) > 0
        if job.status.is_end or not has_room:
            return
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            if not job.status.is_end:
                advance(work, job, now=self.clock.now())
            work.commit()
        self.doorbell.ring()

    def hand_back(self, tenant: TenantContext, job_id: JobId, numbers: Sequence[ItemNo]) -> None:
        """
        Have items sent again that wait, as the message which was to ask for them could not be sent.

        The outbox keeps the wish until the broker is back; without it they would wait for the sweeper's patience.

        Raises:
            NotFound: no such job in this organization.
            ServiceUnavailable: the store refuses to work; the sweeper will notice.
        """
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            if job.status.is_end:
                return
            send_again(work, job, numbers, now=self.clock.now())
            work.commit()
        self.doorbell.ring()
