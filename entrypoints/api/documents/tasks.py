"""Celery tasks as the API shows them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from domain.jobs.job import Job, JobStatus


class TaskState(StrEnum):
    """Celery's words for where a task stands."""

    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    REVOKED = "REVOKED"


class TaskDocument(BaseModel):
    """The Celery task that started a job: it writes the plan and sends the first items."""

    id: str = Field(examples=["0d2c6c2c-9a0e-4b8e-8f54-9d4d6f9a7b55"])
    state: TaskState
    job_id: str = Field(description="How the work itself stands is said there.")
    job_status: JobStatus


def task_document(task_id: str, job: Job) -> TaskDocument:
    """Return the document of the task that started *job*."""
    return TaskDocument(id=task_id, state=_state(job), job_id=job.id, job_status=job.status)


def _state(job: Job) -> TaskState:
    if job.status is JobStatus.CANCELLED and not job.is_frozen:
        return TaskState.REVOKED
    if job.status is JobStatus.FAILED and job.failure is not None:
        return TaskState.FAILURE
    return TaskState.SUCCESS if job.is_frozen else TaskState.STARTED
