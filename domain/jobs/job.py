"""
A job: one accepted piece of fan-out work, its states and the table of moves between them.

How a finished job ended is not decided here but in `aggregate.final_status`, from the rows.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

import attrs
from attrs import field, frozen
from attrs.validators import ge, gt, optional

from domain.jobs.budget import Budget
from domain.jobs.errors import Conflict
from domain.jobs.item import Document
from domain.origin import UNKNOWN, Origin
from domain.tenancy import OrganizationId, UserId

JobId = NewType("JobId", str)


class JobStatus(StrEnum):
    """Where a job stands; four of the six are ends."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        """Whether the status changes only by an explicit resume or retry-failed."""
        return self not in (JobStatus.PENDING, JobStatus.PROCESSING)


class Priority(StrEnum):
    """How a job stands beside other jobs of its organization; it never takes anything from other organizations."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def weight(self) -> int:
        """The places a job gets, while jobs of other priorities wait: 1, 4 or 16."""
        return _WEIGHTS[self]


_WEIGHTS = {Priority.LOW: 1, Priority.NORMAL: 4, Priority.HIGH: 16}


@frozen(kw_only=True)
class JobOptions:
    """
    How a job's items are to be run; fixed when the job is accepted.

    *concurrency*: items in flight at once over all workers. *deadline_s*: how long one attempt may take before its
    item is failed as timed out. *max_attempts*: tries after which a failure that may pass is final; a try that was
    lost with its worker counts among them, and is itself repeated in any case (so tries less losses never exceed it).
    *follows_latency*: that deadline is the longest; what is usual in the run shortens it (`patience.py`). *priority*:
    how the job stands beside others of its organization where places are short (`fairness.py`). The rest is its
    budget (`budget.py`).

    *max_wait_s*: how long an accepted job may wait until its first item begins; past that it is not worth beginning.
    """

    concurrency: int = field(default=16, validator=ge(1))
    deadline_s: float = field(default=60.0, validator=gt(0))
    follows_latency: bool = False
    max_attempts: int = field(default=4, validator=ge(1))
    priority: Priority = field(default=Priority.NORMAL, converter=Priority)
    max_wait_s: float | None = field(default=None, validator=optional(gt(0)))
    max_requests: int | None = None
    max_tokens: int | None = None
    max_cost_nanousd: int | None = None
    max_duration_s: float | None = None

    @property
    def budget(self) -> Budget:
        """What one revision of the job may spend."""
        return Budget(
            max_requests=self.max_requests,
            max_tokens=self.max_tokens,
            max_cost_nanousd=self.max_cost_nanousd,
            max_duration_s=self.max_duration_s,
        )

    def __attrs_post_init__(self) -> None:
        _ = self.budget  # refuses limits that are none


@frozen(kw_only=True)
class JobPlace:
    """Where a job stands in lists, which begin with the newest; of two made in one moment, the greater id is first."""

    created_at: datetime
    id: JobId


@frozen(kw_only=True)
class PlanningLease:
    """The right of one worker to write the plan; *token* is the fence, as for items."""

    token: int
    until: datetime


@frozen(kw_only=True)
class Job:
    """
    One accepted piece of fan-out work.

    *spec* is the family's own JSON, a snapshot: nothing that changes later changes it. *planned* is the number of
    items once the plan is frozen, None before. *revision* grows with each resume and retry-failed; *opened_at* is when
    the newest one began. *origin* is the request that it was accepted by.
    """

    id: JobId
    organization_id: OrganizationId
    kind: str
    spec: Document
    started_by: UserId
    created_at: datetime
    updated_at: datetime
    subject: str | None = None
    options: JobOptions = field(factory=JobOptions)
    status: JobStatus = JobStatus.PENDING
    planned: int | None = None
    window: int = 1
    chunk: int = 1
    revision: int = 1
    planning: PlanningLease | None = None
    planning_token: int = 0
    celery_task_id: str | None = None
    cancel_requested_at: datetime | None = None
    started_at: datetime | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    origin: Origin = UNKNOWN

    @property
    def place(self) -> JobPlace:
        """Where it stands in lists."""
        return JobPlace(created_at=self.created_at, id=self.id)

    @property
    def is_frozen(self) -> bool:
        """Whether the plan is complete: its items can neither grow nor shrink any more."""
        return self.planned is not None


_MOVES = {
    JobStatus.PENDING: {JobStatus.PROCESSING, JobStatus.CANCELLED, JobStatus.FAILED},
    JobStatus.PROCESSING: {JobStatus.COMPLETED, JobStatus.PARTIAL, JobStatus.FAILED, JobStatus.CANCELLED},
}


def planning(job: Job, *, lease: PlanningLease, task_id: str | None, now: datetime) -> Job:
    """Return the job with its plan being written under *lease* (again, when an earlier writer vanished)."""
    if job.status is not JobStatus.PROCESSING:
        job = _moved(job, JobStatus.PROCESSING, now)
    return attrs.evolve(
        job,
        planning=lease,
        planning_token=lease.token,
        celery_task_id=task_id or job.celery_task_id,
        started_at=job.started_at or now,
        opened_at=job.opened_at or now,
    )


def frozen_plan(job: Job, *, planned: int, window: int, chunk: int, now: datetime) -> Job:
    """Return the job with its plan complete."""
    if job.is_frozen:
        raise Conflict(f"job {job.id}: its plan of {job.planned} items is frozen already")
    return attrs.evolve(job, planned=planned, window=window, chunk=chunk, planning=None, updated_at=now)


def cancelling(job: Job, *, now: datetime) -> Job:
    """Return the job with a cancel asked for; asking again changes nothing."""
    if job.status.is_end:
        raise Conflict(f"job {job.id} has ended as {job.status}; there is nothing left to cancel")
    return attrs.evolve(job, cancel_requested_at=job.cancel_requested_at or now, updated_at=now)


def closed(job: Job, status: JobStatus, *, now: datetime, failure: str | None = None) -> Job:
    """Return the job at its end."""
    return attrs.evolve(_moved(job, status, now), planning=None, ended_at=now, failure=failure)


def revised(job: Job, *, now: datetime) -> Job:
    """Return an ended job as open again: the same plan, the next revision."""
    if not job.status.is_end:
        raise Conflict(f"job {job.id} is {job.status}: only an ended job can be opened again")
    return attrs.evolve(
        job,
        status=JobStatus.PROCESSING if job.is_frozen else JobStatus.PENDING,
        revision=job.revision + 1,
        cancel_requested_at=None,
        opened_at=now,
        ended_at=None,
        failure=None,
        updated_at=now,
    )


def _moved(job: Job, status: JobStatus, now: datetime) -> Job:
    if status not in _MOVES.get(job.status, set()):
        raise Conflict(f"job {job.id} is {job.status} and can't become {status}")
    return attrs.evolve(job, status=status, updated_at=now)
