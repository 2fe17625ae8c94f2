"""What was done last about a subject, and who is at work on it."""

from __future__ import annotations

from domain.jobs.job import Job, JobId
from domain.jobs.ports import JobRepository


def newest_about(jobs: JobRepository, *, kind: str, subject: str) -> Job | None:
    """Return the newest job of a kind about a subject: the active one, if one is."""
    return jobs.newest(kind=kind, subjects=[subject]).get(subject)


def at_work_on(jobs: JobRepository, *, kind: str, subject: str) -> Job | None:
    """Return the job of a kind that is at work on a subject; None: none is."""
    newest = newest_about(jobs, kind=kind, subject=subject)
    return None if newest is None or newest.status.is_end else newest


def look_or_cancel(job_id: JobId) -> str:
    """Return the words, behind `wait for ...`, that tell whom a job keeps from something what there is to do."""
    return f"(`antiphon jobs watch {job_id}` looks on), or cancel it (`antiphon jobs cancel {job_id}`)"
