"""Jobs as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from pydantic import BaseModel, Field

from domain.jobs.errors import FailureKind
from domain.jobs.item import Item
from domain.jobs.job import JobStatus, Priority
from domain.jobs.service import JobView
from entrypoints.api.documents.usage import UsageDocument, usage_document
from entrypoints.job_names import name_of


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
    name: str | None = Field(description="What it is about: a run's test set, the file of an RFP.", examples=["smoke"])
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


class JobErrorDocument(BaseModel):
    """An item that could not be done, and why."""

    item: str = Field(description="The item's key.")
    no: int
    kind: FailureKind
    message: str


class JobDetailDocument(JobDocument):
    """A job with the first of its errors."""

    errors: list[JobErrorDocument] = Field(description="The first failed items, at most 20; `items` has them all.")


def job_document(view: JobView) -> JobDocument:
    """Return the document of a job."""
    return JobDocument(**_shown(view))


def job_detail_document(view: JobView, failures: Sequence[Item]) -> JobDetailDocument:
    """Return the document of a job and of the items that failed."""
    errors = [
        JobErrorDocument(item=item.key, no=item.no, kind=failure.kind, message=failure.message)
        for item in failures
        if item.outcome is not None and (failure := item.outcome.failure) is not None
    ]
    return JobDetailDocument(**_shown(view), errors=errors)


def _shown(view: JobView) -> dict[str, Any]:
    job, tally = view.job, view.tally
    return {
        "id": job.id,
        "kind": job.kind,
        "name": name_of(job),
        "status": job.status,
        "subject": job.subject,
        "started_by": job.started_by,
        "revision": job.revision,
        "progress": round(view.progress, 4),
        "planned": job.planned,
        "pending": tally.pending,
        "running": tally.running,
        "succeeded": tally.succeeded,
        "failed": tally.failed,
        "skipped": tally.skipped,
        "cancelled": tally.cancelled,
        "verdicts": dict(tally.verdicts),
        "usage": usage_document(tally.usage),
        "options": OptionsDocument(**attrs.asdict(job.options)),
        "celery_task_id": job.celery_task_id,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "updated_at": job.updated_at,
        "cancel_requested_at": job.cancel_requested_at,
        "failure": job.failure,
    }
