"""Closing a job: one of several closers wins, and only the winner tells."""

from __future__ import annotations

import pytest

from domain.jobs.closing import close
from domain.jobs.errors import Conflict
from domain.jobs.events import JobEnded
from domain.jobs.job import Job, JobStatus
from tests.contract.building import US
from tests.kernel.world import Kernel


def test_of_several_closers_of_one_revision_one_wins() -> None:
    """Webhooks and the next stage hang on the end: it is told once, and it is the one that is stored."""
    kernel = Kernel()
    job = kernel.sent(1)

    for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.COMPLETED):
        _close(kernel, job, status)

    assert kernel.job(job.id).status is JobStatus.COMPLETED
    assert [end.status for end in _ends(kernel, job)] == [JobStatus.COMPLETED]


def test_a_closer_of_an_earlier_revision_is_too_late() -> None:
    """It slept through the end and the resume; what it knows of the job is history."""
    kernel = Kernel()
    job = kernel.sent(1)
    kernel.jobs.cancel(US, job.id)
    resumed = kernel.jobs.resume(US, job.id)

    _close(kernel, job, JobStatus.COMPLETED)

    assert kernel.job(job.id) == resumed
    assert [(end.revision, end.status) for end in _ends(kernel, job)] == [(1, JobStatus.CANCELLED)]


def test_an_ended_job_is_not_closed_again() -> None:
    """Whoever reads that it has ended and closes it all the same has made a mistake."""
    kernel = Kernel()
    job = kernel.sent(1)
    kernel.run()

    with pytest.raises(Conflict, match="is completed and can't become failed"):
        _close(kernel, kernel.job(job.id), JobStatus.FAILED)


def _close(kernel: Kernel, job: Job, status: JobStatus) -> None:
    with kernel.store.begin(US) as work:
        close(work, job, status, now=kernel.clock.now())
        work.commit()


def _ends(kernel: Kernel, job: Job) -> list[JobEnded]:
    return [message for message in kernel.history(job.id) if isinstance(message, JobEnded)]
