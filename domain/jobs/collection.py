"""
Collecting: what the body of every chord does, and may do early, late, repeatedly or never.

It is only a wake-up call. What it finds it reads from the ledger.
"""

from __future__ import annotations

from attrs import frozen

from domain.jobs.closing import advance, settle_shard
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
