"""What the rows of a job say to those who look on: its items, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.jobs.errors import NotFound
from domain.jobs.events import Envelope, Fact
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import Job, JobId
from domain.jobs.ports import Store
from domain.jobs.service import JobView
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Events:
    """
    Facts about a job, oldest first, and how the job stood when they were read.

    *read_to* is the id of the last message that was looked at: what is read after it continues these.
    """

    view: JobView
    facts: tuple[Envelope, ...]
    read_to: int
    has_more: bool


@frozen(kw_only=True)
class JobRecords:
    """Reads what was written about jobs, and changes nothing."""

    store: Store

    def items(
        self,
        tenant: TenantContext,
        job_id: JobId,
        *,
        after: ItemNo | None,
        limit: int,
        states: Sequence[ItemState] = (),
        verdicts: Sequence[str] = (),
    ) -> list[Item]:
        """
        Return items in their order, from just behind *after*; only those in *states* and with *verdicts*, if named.

        Raises:
            NotFound: no such job in this organization.
        """
        with self.store.view(tenant) as work:
            work.jobs.get(job_id)
            return work.ledger.page(job_id, after=after, limit=limit, states=states, verdicts=verdicts)

    def item(self, tenant: TenantContext, job_id: JobId, no: ItemNo) -> Item:
        """
        Return one item.

        Raises:
            NotFound: no such job in this organization, or no such item in it.
        """
        with self.store.view(tenant) as work:
            job = work.jobs.get(job_id)
            found = work.ledger.get(job_id, [no])
        if not found:
            planned = (
                "its plan is being written" if job.planned is None else f"its items are numbered 0 to {job.planned - 1}"
            )
            raise NotFound(f"job {job_id} has no item {no}; {planned}")
        return found[0]

    def events(self, tenant: TenantContext, job_id: JobId, *, after: int, limit: int) -> Events:
        """
        Return what happened to the job, from just behind event *after*; what was only to be sent is no event.

        Raises:
            NotFound: no such job in this organization.
        """
        with self.store.view(tenant) as work:
            view = JobView(job=work.jobs.get(job_id), tally=work.ledger.tally(job_id))
            messages = work.outbox.history(job_id, after=after, limit=limit)
        return Events(
            view=view,
            facts=tuple(envelope for envelope in messages if isinstance(envelope.message, Fact)),
            read_to=messages[-1].id if messages else after,
            has_more=len(messages) == limit,
        )

    def of_task(self, tenant: TenantContext, task_id: str) -> Job:
        """
        Return the job that this Celery task started.

        Raises:
            NotFound: no such task of a job of this organization.
        """
        with self.store.view(tenant) as work:
            job = work.jobs.by_task(task_id)
        if job is None:
            raise NotFound(
                f"task {task_id!r}: no task of that id has started a job; ids are in `celery_task_id` of jobs"
            )
        return job
