"""/v1/jobs: jobs of every kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from domain.jobs.job import JobId, JobPlace, JobStatus
from entrypoints.api.callers import Reader, Services
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.api.paging import After, Limit, Page, cursor, position
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


def _job_id(job_id: Annotated[UUID, Path(description="The job's id.")]) -> JobId:
    return JobId(str(job_id))


TheJob = Annotated[JobId, Depends(_job_id)]


@router.get("", operation_id="list_jobs")
def list_jobs(
    caller: Reader,
    antiphon: Services,
    limit: Limit = 20,
    after: After = None,
    status: Annotated[JobStatus | None, Query(description="Only jobs that are so.")] = None,
    kind: Annotated[str | None, Query(max_length=100, description="Only jobs of this kind.")] = None,
) -> Page[JobDocument]:
    """List jobs, newest first."""
    views = antiphon.jobs.page(caller, before=position(after, _place), limit=limit + 1, status=status, kind=kind)
    more = len(views) > limit
    last = views[limit - 1].job if more else None
    return Page(
        items=[job_document(view) for view in views[:limit]],
        next=cursor(last.created_at.isoformat(), last.id) if last else None,
    )


@router.get("/{job_id}", operation_id="get_job", responses=documented(404))
def get_job(caller: Reader, antiphon: Services, job_id: TheJob) -> JobDocument:
    """Look at a job."""
    return job_document(antiphon.jobs.get(caller, job_id))


def _place(created_at: str, job_id: str) -> JobPlace:
    moment = datetime.fromisoformat(created_at)
    if moment.tzinfo is None:
        raise ValueError(created_at)
    return JobPlace(created_at=moment, id=JobId(str(UUID(job_id))))
