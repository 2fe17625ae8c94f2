"""What the store's contract suites build on: values, and moves that most tests begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import attrs

from domain.jobs.claims import Claim, ClaimAnswer, Ended, Report
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemNo, ItemState, Outcome, PlannedItem, WorkerId
from domain.jobs.job import Job, JobId, JobStatus, PlanningLease, cancelling, frozen_plan, planning
from domain.jobs.plan import Shard
from domain.jobs.ports import Installation, Store
from domain.tenancy import OrganizationId, TenantContext, UserId

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
US = TenantContext(organization_id=OrganizationId("11111111-1111-4111-8111-111111111111"), user_id=UserId("ada"))
THEM = TenantContext(organization_id=OrganizationId("22222222-2222-4222-8222-222222222222"), user_id=UserId("eve"))
JOB = JobId("00000000-0000-4000-8000-000000000001")
OTHER_JOB = JobId("00000000-0000-4000-8000-000000000002")
WORKER = WorkerId("worker-1")
PASSED = Outcome(state=ItemState.SUCCEEDED, verdict="pass", result={"answer": "yes"})
REFUSED = Failure(kind=FailureKind.REFUSED, message="status 403")
LATER = Failure(kind=FailureKind.RATE_LIMITED, message="status 429")
FAILED = Outcome(state=ItemState.FAILED, failure=REFUSED)


class KernelStore(Store, Installation, Protocol):
    """A store as the program uses it: for one organization at a time, and for the installation."""


def after(seconds: float) -> datetime:
    """Return the moment that many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


def numbers(*values: int) -> tuple[ItemNo, ...]:
    """Return item numbers."""
    return tuple(ItemNo(value) for value in values)


def a_job(
    job_id: JobId = JOB, *, tenant: TenantContext = US, created_at: datetime = NOW, subject: str | None = None
) -> Job:
    """Return a job as it is accepted."""
    return Job(
        id=job_id,
        organization_id=tenant.organization_id,
        kind="test_execution",
        spec={"test_set_id": "s"},
        started_by=tenant.user_id,
        created_at=created_at,
        updated_at=created_at,
        subject=subject,
    )


def ended_as(job: Job, status: JobStatus) -> Job:
    """Return the job at an end."""
    return attrs.evolve(job, status=status, planned=job.planned or 0, ended_at=after(60))


def add_job(store: Store, job: Job) -> Job:
    """Store the job, in the organization it belongs to."""
    tenant = attrs.evolve(US, organization_id=job.organization_id)
    with store.begin(tenant) as work:
        work.jobs.add(job)
        work.commit()
    return job


def items(count: int, *, first: int = 0) -> list[PlannedItem]:
    """Return planned items; key and input tell them apart."""
    return [PlannedItem(key=f"test-{no}", input={"no": no}) for no in range(first, first + count)]


def processing(store: Store, job: Job, *, planned: int, shard_size: int = 4) -> Job:
    """Store *job* with a frozen plan of *planned* items, in shards of *shard_size*."""
    add_job(store, job)
    tenant = attrs.evolve(US, organization_id=job.organization_id)
    lease = PlanningLease(token=1, until=after(60))
    ready = frozen_plan(
        planning(job, lease=lease, task_id="task", now=NOW), planned=planned, window=2, chunk=1, now=NOW
    )
    with store.begin(tenant) as work:
        work.ledger.add(job.id, ItemNo(0), items(planned))
        work.ledger.cut(job.id, shards(planned, size=shard_size))
        work.jobs.put(ready)
        work.commit()
    return ready


def shards(planned: int, *, size: int) -> list[Shard]:
    """Return the shards of *size* items that cover a plan."""
    return [
        Shard(no=no, first=ItemNo(first), last=ItemNo(min(first + size, planned) - 1))
        for no, first in enumerate(range(0, planned, size))
    ]


def a_claim(
    *wanted: int,
    job_id: JobId = JOB,
    worker_id: WorkerId = WORKER,
    concurrency: int = 100,
    lease_s: float = 30,
    deadline_s: float = 300,
    now: datetime = NOW,
) -> Claim:
    """Return a claim of these items."""
    return Claim(
        job_id=job_id,
        numbers=numbers(*wanted),
        worker_id=worker_id,
        concurrency=concurrency,
        lease_until=now + timedelta(seconds=lease_s),
        deadline_at=now + timedelta(seconds=deadline_s),
        now=now,
    )


def claim(store: Store, wanted: Claim, *, tenant: TenantContext = US) -> ClaimAnswer:
    """Claim in a unit of work of its own."""
    with store.begin(tenant) as work:
        answer = work.ledger.claim(wanted)
        work.commit()
    return answer


def begun(store: Store, *wanted: int, now: datetime = NOW) -> list[Item]:
    """Begin an attempt at each of these items; all must be granted."""
    answer = claim(store, a_claim(*wanted, now=now))
    assert [item.no for item in answer.granted] == list(wanted)
    return list(answer.granted)


def record(store: Store, *reports: Report, now: datetime = NOW, tenant: TenantContext = US) -> list[bool]:
    """Record in a unit of work of its own."""
    with store.begin(tenant) as work:
        applied = work.ledger.record(JOB, reports, now=now)
        work.commit()
    return applied


def end(store: Store, *wanted: int, outcome: Outcome = PASSED, now: datetime = NOW) -> None:
    """Begin these items and end each with *outcome*."""
    reports = [Ended(no=item.no, token=item.token, outcome=outcome) for item in begun(store, *wanted, now=now)]
    assert all(record(store, *reports, now=now))


def request_cancel(store: Store) -> None:
    """Ask for the job's end as the service does: the pending items end, the job remembers."""
    with store.begin(US) as work:
        work.jobs.put(cancelling(work.jobs.get(JOB, lock=True), now=NOW))
        work.ledger.cancel_pending(JOB, now=NOW)
        work.commit()


def item(store: Store, no: int, *, tenant: TenantContext = US) -> Item:
    """Return the item as it is stored."""
    with store.view(tenant) as work:
        return work.ledger.get(JOB, numbers(no))[0]


def states(store: Store) -> list[str]:
    """Return the states of all items, in number order."""
    with store.view(US) as work:
        return [str(stored.state) for stored in work.ledger.page(JOB, after=None, limit=1000)]


def nos(found: Sequence[Item]) -> list[int]:
    """Return the numbers of the items."""
    return [int(stored.no) for stored in found]
