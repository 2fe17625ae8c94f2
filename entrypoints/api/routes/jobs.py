"""/v1/jobs: jobs of every kind, and the moves of their owner."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from domain.jobs.job import JobId, JobPlace, JobStatus
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.conditional import TAGGED, Tagging
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.jobs import JobDetailDocument, JobDocument, job_detail_document, job_document
from entrypoints.api.paging import After, Limit, Page, dated, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.starting import STARTS, accepted

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
    return page_of([job_document(view) for view in views], limit=limit, place=_cursor)


@router.get(
    "/{job_id}", operation_id="get_job", response_model=JobDetailDocument, responses={**TAGGED, **documented(404)}
)
def get_job(caller: Reader, antiphon: Services, job_id: TheJob, tagging: Tagging) -> Response:
    """Look at a job."""
    view = antiphon.jobs.get(caller, job_id)
    failures = antiphon.jobs.failures(caller, job_id) if view.tally.failed else []
    return tagging.answer(job_detail_document(view, failures))


@router.post("/{job_id}/cancel", status_code=202, operation_id="cancel_job", responses=STARTS)
def cancel_job(caller: Writer, antiphon: Services, job_id: TheJob, response: Response) -> JobDocument:
    """
    Cancel a job: items that have not begun never will, those in flight end as they end.

    Asking again changes nothing. 409: the job has ended.
    """
    return accepted(response, antiphon, caller, antiphon.jobs.cancel(caller, job_id))


@router.post("/{job_id}/resume", status_code=202, operation_id="resume_job", responses=STARTS)
def resume_job(caller: Writer, antiphon: Services, job_id: TheJob, response: Response) -> JobDocument:
    """
    Go on with a job: an ended one runs its cancelled items; one under way is sent to the workers again.

    What has ended is not done again. 409: the job has ended, and none of its items was cancelled.
    """
    return accepted(response, antiphon, caller, antiphon.jobs.resume(caller, job_id))


@router.post("/{job_id}/retry-failed", status_code=202, operation_id="retry_failed_items", responses=STARTS)
def retry_failed_items(caller: Writer, antiphon: Services, job_id: TheJob, response: Response) -> JobDocument:
    """
    Run the failed items of an ended job again.

    Those that could not be executed, that is: what was judged stays as it is, wrong answers too. 409: the job has not
    ended, or nothing of it failed.
    """
    return accepted(response, antiphon, caller, antiphon.jobs.retry_failed(caller, job_id))


def _cursor(job: JobDocument) -> str:
    return cursor(job.created_at.isoformat(), job.id)


def _place(moment: str, row_id: str) -> JobPlace:
    created_at, job_id = dated(moment, row_id)
    return JobPlace(created_at=created_at, id=JobId(job_id))
