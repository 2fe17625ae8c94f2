"""Jobs as a server tells of them, as commands show them."""

from __future__ import annotations

import attrs

from domain.jobs.aggregate import Tally
from domain.jobs.job import Job, JobId, JobOptions, JobStatus
from domain.jobs.service import JobView
from domain.jobs.usage import Usage
from domain.tenancy import OrganizationId, UserId
from entrypoints.api.documents.events import ProgressDocument
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.job_names import NAME

UNTOLD = OrganizationId("untold")
"""A server names no organization: its caller's key has one, and only that."""


def view_of(document: JobDocument) -> JobView:
    """Return a job; of its specification, what it is about is told."""
    job = Job(
        id=JobId(document.id),
        organization_id=UNTOLD,
        kind=document.kind,
        spec={} if document.name is None else {NAME: document.name},
        options=JobOptions(**document.options.model_dump()),
        subject=document.subject,
        status=document.status,
        started_by=UserId(document.started_by),
        celery_task_id=document.celery_task_id,
        created_at=document.created_at,
        updated_at=document.updated_at,
        started_at=document.started_at,
        ended_at=document.ended_at,
        planned=document.planned,
        revision=document.revision,
        failure=document.failure,
    )
    spent = document.usage.model_dump(exclude={"cost_usd"})
    return JobView(job=job, tally=attrs.evolve(_tally(document), usage=Usage(**spent)))


def moved(view: JobView, standing: ProgressDocument) -> JobView:
    """Return the view with what has changed since."""
    job = attrs.evolve(view.job, status=JobStatus(standing.status), planned=standing.planned)
    return JobView(job=job, tally=_tally(standing))


def _tally(document: JobDocument | ProgressDocument) -> Tally:
    return Tally(
        pending=document.pending,
        running=document.running,
        succeeded=document.succeeded,
        failed=document.failed,
        skipped=document.skipped,
        cancelled=document.cancelled,
        verdicts=document.verdicts,
    )
