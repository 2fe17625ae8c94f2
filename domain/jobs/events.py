"""
What the outbox carries: facts that happened, and the commands that move work on. All plain values.

The relay sends commands to the workers; the announcer tells facts to whoever waits for them.

A message is stored in the transaction of the change it belongs to, and leaves only after the commit. Consumers get it
at least once, with the row's id as event id. What concerns no job says so: its `job_id` is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from domain.jobs.item import ItemNo
from domain.jobs.job import JobId, JobStatus
from domain.tenancy import OrganizationId, UserId


@frozen(kw_only=True)
class StartJob:
    """Command: write the job's plan and send its first shards."""

    kind: ClassVar[str] = "start_job"
    job_id: JobId


@frozen(kw_only=True)
class SendShard:
    """Command: send the shard's pending items to the workers; only *items*, when they are named."""

    kind: ClassVar[str] = "send_shard"
    job_id: JobId
    shard: int
    items: tuple[ItemNo, ...] = ()


@frozen(kw_only=True)
class RunTask:
    """
    Command, of no job: send a task by its name, with these arguments, for this user.

    The *task_id* is the same however often it is sent, so that whoever carries it out knows it again.
    """

    kind: ClassVar[str] = "run_task"
    job_id: ClassVar[None] = None
    task: str
    task_id: str
    arguments: Mapping[str, str]
    user_id: UserId


@frozen(kw_only=True)
class JobAccepted:
    """Fact: the job was stored; it will be worked on."""

    kind: ClassVar[str] = "job_accepted"
    job_id: JobId


@frozen(kw_only=True)
class PlanFrozen:
    """Fact: the job's items are all known."""

    kind: ClassVar[str] = "plan_frozen"
    job_id: JobId
    planned: int
    shards: int


@frozen(kw_only=True)
class CancelRequested:
    """Fact: somebody asked for the job's end; *stopped* items had not begun and will not."""

    kind: ClassVar[str] = "cancel_requested"
    job_id: JobId
    stopped: int


@frozen(kw_only=True)
class BudgetReached:
    """Fact: the *limit* of this revision is used up; *stopped* items that waited were ended as failed."""

    kind: ClassVar[str] = "budget_reached"
    job_id: JobId
    revision: int
    limit: str
    stopped: int


@frozen(kw_only=True)
class LeasesLost:
    """Fact: items whose worker vanished were taken back."""

    kind: ClassVar[str] = "leases_lost"
    job_id: JobId
    items: tuple[ItemNo, ...]


@frozen(kw_only=True)
class LateRecord:
    """Fact: an attempt that had lost its lease came back with a result; it changed nothing."""

    kind: ClassVar[str] = "late_record"
    job_id: JobId
    item: ItemNo
    token: int


@frozen(kw_only=True)
class JobRevised:
    """Fact: an ended job was opened again (*why*: resume or retry_failed), with *items* to do."""

    kind: ClassVar[str] = "job_revised"
    job_id: JobId
    revision: int
    why: str
    items: int


@frozen(kw_only=True)
class JobEnded:
    """Fact: the job reached its end; stored exactly once a revision, by the closer that won."""

    kind: ClassVar[str] = "job_ended"
    job_id: JobId
    revision: int
    status: JobStatus
    planned: int
    succeeded: int
    failed: int
    skipped: int
    cancelled: int


@frozen(kw_only=True)
class DocumentCreated:
    """Fact, of no job: the library has a new document, or new content of one."""

    kind: ClassVar[str] = "document_created"
    job_id: ClassVar[None] = None
    document_id: str


@frozen(kw_only=True)
class LlmApiStateChanged:
    """
    Fact, of no job: an LLM API, or a *model* of it, went from one state to another; *model* is empty for the API.

    Times are ISO 8601; *last_good_at* is when it last worked, None where nobody saw that. *failure* and *message* are
    those of the check that brought the change, if it failed.
    """

    kind: ClassVar[str] = "llm_api_state_changed"
    job_id: ClassVar[None] = None
    api_id: str
    api: str
    model: str
    previous: str
    state: str
    checked_at: str
    last_good_at: str | None
    failure: str | None
    message: str


Command = StartJob | SendShard | RunTask
JobFact = JobAccepted | PlanFrozen | CancelRequested | BudgetReached | LeasesLost | LateRecord | JobRevised | JobEnded
Fact = JobFact | DocumentCreated | LlmApiStateChanged
Message = Command | Fact
MESSAGES: dict[str, type[Message]] = {
    message.kind: message
    for message in (
        StartJob, SendShard, RunTask, JobAccepted, PlanFrozen, CancelRequested, BudgetReached, LeasesLost, LateRecord,
        JobRevised, JobEnded, DocumentCreated, LlmApiStateChanged,
    )
}  # fmt: skip


@frozen(kw_only=True)
class Envelope:
    """A stored message: *id* grows, and is the event id consumers see."""

    id: int
    organization_id: OrganizationId
    message: Message
    created_at: datetime
    attempts: int = 0
