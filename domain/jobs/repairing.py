"""Repairing a job by hand: what the sweeper would do in time is done now, and told."""

from __future__ import annotations

import attrs
from attrs import frozen

from domain.jobs.events import JobEnded, LeasesLost, Message, SendShard, StartJob
from domain.jobs.job import JobId
from domain.jobs.ports import Store
from domain.jobs.sweeping import Sweeper
from domain.tenancy import TenantContext

PAGE = 500


@frozen(kw_only=True)
class Repairer:
    """
    Makes the sweeper's moves for one job, with a second's patience instead of a minute's.

    Repeating it is harmless: what is under way is left alone, and items are claimed once however often they are sent.
    """

    store: Store
    sweeper: Sweeper

    def repair(self, tenant: TenantContext, job_id: JobId) -> list[str]:
        """
        Close the job, or set it going again; return what was done, empty when there was nothing to do.

        Raises:
            NotFound: no such job in this organization.
        """
        before = self._newest(tenant, job_id)
        rules = attrs.evolve(self.sweeper.rules, resend_after_s=1.0)
        attrs.evolve(self.sweeper, rules=rules).sweep_job(tenant, job_id)
        with self.store.view(tenant) as work:
            events = work.outbox.history(job_id, after=before, limit=PAGE)
        return [told for event in events if (told := _told(event.message))]

    def _newest(self, tenant: TenantContext, job_id: JobId) -> int:
        newest = 0
        with self.store.view(tenant) as work:
            work.jobs.get(job_id)
            while page := work.outbox.history(job_id, after=newest, limit=PAGE):
                newest = page[-1].id
        return newest


def _told(message: Message) -> str:
    match message:
        case StartJob():
            return "its start is sent again"
        case SendShard(items=()):
            return f"shard {message.shard} is sent again"
        case SendShard():
            return f"{len(message.items)} items of shard {message.shard} are sent again"
        case LeasesLost():
            return f"{len(message.items)} items were taken back from workers that are gone"
        case JobEnded():
            return f"closed as {message.status}"
    return ""
