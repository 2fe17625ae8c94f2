"""Jobs as the API shows them."""

from __future__ import annotations

from datetime import datetime

import attrs
from pydantic import BaseModel, Field

from domain.jobs.job import JobStatus, Priority
from domain.jobs.service import JobView
from domain.jobs.usage import NANOUSD, Usage


class UsageDocument(BaseModel):
    """What was spent, as far as the far sides told."""

    requests: int = Field(examples=[200])
    prompt_tokens: int = Field(examples=[8120])
    completion_tokens: int = Field(examples=[12044])
    cost_usd: float = Field(examples=[0.0042])
    cost_nanousd: int = Field(description="The same exactly, in billionths of a US dollar.", examples=[4_200_000])


class OptionsDocument(BaseModel):
    """How the items are run; null: no such limit."""

    concurrency: int = Field(description="Items at once, over all workers.", examples=[16])
    deadline_s: float = Field(description="Seconds an attempt may take.", examples=[60.0])
    follows_latency: bool = Field(description="Whether the latencies of the run shorten the deadline.")
    max_attempts: int = Field(examples=[4])
    priority: Priority
    max_wait_s: float | None
    max_requests: int | None
    max_tokens: int | None
    max_cost_nanousd: int | None
    max_duration_s: float | None


class JobDocument(BaseModel):
    """A job: one accepted piece of fan-out work."""

    id: str = Field(examples=["5f0d8a3e-6c9b-4e58-9f5b-0a8c2b1f7d11"])
    kind: str = Field(examples=["test_execution"])
    status: JobStatus
    subject: str | None = Field(description="What no second active job of the kind may work on.")
    started_by: str
    revision: int = Field(description="Grows with each resume and retry-failed.", examples=[1])
    progress: float = Field(description="Share of the items that have ended, 0 to 1.", examples=[1.0])
    planned: int | None = Field(description="Items there are; null while the plan is being written.", examples=[200])
    pending: int = Field(examples=[0])
    running: int = Field(examples=[0])
    succeeded: int = Field(examples=[198])
    failed: int = Field(examples=[2])
    skipped: int = Field(examples=[0])
    cancelled: int = Field(examples=[0])
    verdicts: dict[str, int] = Field(description="Succeeded items by verdict.", examples=[{"pass": 190, "fail": 8}])
    usage: UsageDocument
    options: OptionsDocument
    celery_task_id: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    cancel_requested_at: datetime | None
    failure: str | None = Field(description="Why the job as a whole failed, where it did.")


def job_document(view: JobView) -> JobDocument:
    """Return the document of a job."""
    job, tally = view.job, view.tally
    return JobDocument(
        id=job.id,
        kind=job.kind,
        status=job.status,
        subject=job.subject,
        started_by=job.started_by,
        revision=job.revision,
        progress=round(view.progress, 4),
        planned=job.planned,
        pending=tally.pending,
        running=tally.running,
        succeeded=tally.succeeded,
        failed=tally.failed,
        skipped=tally.skipped,
        cancelled=tally.cancelled,
        verdicts=dict(tally.verdicts),
        usage=_usage(tally.usage),
        options=OptionsDocument(**attrs.asdict(job.options)),
        celery_task_id=job.celery_task_id,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        updated_at=job.updated_at,
        cancel_requested_at=job.cancel_requested_at,
        failure=job.failure,
    )


def _usage(usage: Usage) -> UsageDocument:
    return UsageDocument(cost_usd=usage.cost_nanousd / NANOUSD, **attrs.asdict(usage))
