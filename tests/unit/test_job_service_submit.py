"""Accepting jobs, and looking at them."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.aggregate import Tally
from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, KeyReused, NotFound
from domain.jobs.events import JobAccepted, StartJob
from domain.jobs.job import JobId, JobOptions, JobStatus
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobView, Submission
from tests.contract.building import THEM, US, a_job
from tests.kernel.family import KIND
from tests.kernel.world import Kernel

ASKED = Submission(kind=KIND, spec={"items": 2}, idempotency_key=IdempotencyKey("key"))
ON_A_SUBJECT = Submission(kind=KIND, spec={"items": 1}, subject="document-1")


def test_an_accepted_job_lies_in_the_store_with_its_start() -> None:
    """Both in one transaction: what was accepted is never forgotten, broker or no broker."""
    kernel = Kernel()
    options = JobOptions(concurrency=3, deadline_s=5, max_attempts=2)

    job = kernel.submit(2, options=options)

    assert kernel.job(job.id) == job
    assert (job.status, job.planned, job.options, job.started_by) == (JobStatus.PENDING, None, options, US.user_id)
    assert kernel.history(job.id) == [JobAccepted(job_id=job.id), StartJob(job_id=job.id)]
    assert kernel.bell.rings == 1


def test_an_unknown_kind_is_refused_before_anything_is_stored() -> None:
    """The message names the kinds there are: it is most often a typing mistake."""
    kernel = Kernel()

    with pytest.raises(InvalidInput, match=f"'script'.*known kinds: {KIND}"):
        kernel.jobs.submit(US, attrs.evolve(ASKED, kind="script"))

    assert kernel.jobs.page(US) == []


def test_a_key_that_comes_again_returns_its_first_job() -> None:
    """A client that got no answer asks again; it must not pay for two runs."""
    kernel = Kernel()
    first = kernel.jobs.submit(US, ASKED)

    again = kernel.jobs.submit(US, ASKED)

    assert again == first
    assert len(kernel.jobs.page(US)) == 1
    assert kernel.history(first.id) == [JobAccepted(job_id=first.id), StartJob(job_id=first.id)]


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(ASKED, spec={"items": 3}),
        attrs.evolve(ASKED, options=JobOptions(concurrency=1)),
        attrs.evolve(ASKED, subject="another"),
    ],
)
def test_a_key_that_comes_with_other_words_is_refused(other: Submission) -> None:
    """Returning the first job would tell the client that its second request was done."""
    kernel = Kernel()
    job = kernel.jobs.submit(US, ASKED)

    with pytest.raises(KeyReused, match=f"'key' belongs to job {job.id}"):
        kernel.jobs.submit(US, other)


def test_a_key_belongs_to_one_organization() -> None:
    """Two clients may think of the same key; neither may learn of the other's job."""
    kernel = Kernel()

    assert kernel.jobs.submit(US, ASKED).id != kernel.jobs.submit(THEM, ASKED).id


def test_a_second_active_job_on_a_subject_is_refused_until_the_first_has_ended() -> None:
    """Two syncs of one source would undo each other's work."""
    kernel = Kernel()
    first = kernel.jobs.submit(US, ON_A_SUBJECT)

    with pytest.raises(AlreadyRunning, match="document-1"):
        kernel.jobs.submit(US, ON_A_SUBJECT)

    kernel.run()
    assert kernel.job(first.id).status.is_end
    assert kernel.jobs.submit(US, ON_A_SUBJECT).id != first.id


def test_opening_a_job_again_is_refused_while_another_has_its_subject() -> None:
    """The guard holds for every way into activity; nothing of the refused move is left behind."""
    kernel = Kernel()
    first = kernel.jobs.submit(US, ON_A_SUBJECT)
    kernel.jobs.cancel(US, first.id)
    ended = kernel.job(first.id)
    kernel.jobs.submit(US, ON_A_SUBJECT)

    with pytest.raises(AlreadyRunning):
        kernel.jobs.resume(US, first.id)

    assert kernel.job(first.id) == ended


def test_another_organizations_job_is_not_found() -> None:
    """Not even that it exists may be learned."""
    kernel = Kernel()
    job = kernel.submit(1)

    for move in (kernel.jobs.get, kernel.jobs.cancel, kernel.jobs.resume, kernel.jobs.retry_failed):
        with pytest.raises(NotFound):
            move(THEM, job.id)
    assert kernel.jobs.page(THEM) == []


def test_progress_is_the_share_of_items_that_have_ended() -> None:
    """Derived from the rows; nothing before the plan is known, everything for an empty plan."""
    job = a_job()

    assert JobView(job=job, tally=Tally(pending=5)).progress == 0.0
    assert JobView(job=attrs.evolve(job, planned=4), tally=Tally(pending=1, succeeded=2, failed=1)).progress == 0.75
    assert JobView(job=attrs.evolve(job, planned=0), tally=Tally()).progress == 1.0


def test_jobs_are_found_by_the_beginning_of_their_id() -> None:
    """People copy half an id, or mean the one they just started."""
    kernel = Kernel()
    first = kernel.submit(1)
    kernel.clock.advance(1)
    second = kernel.submit(1)

    assert kernel.jobs.find(US, first.id) == first.id
    assert kernel.jobs.find(US, "last") == second.id
    with pytest.raises(InvalidInput, match=f"2 jobs begin so .{first.id}, {second.id}"):
        kernel.jobs.find(US, first.id[:4])
    for words, tenant in (("no", US), ("last", THEM)):
        with pytest.raises(NotFound, match=words):
            kernel.jobs.find(tenant, words)


def test_a_page_of_jobs_goes_on_behind_the_last_one_seen() -> None:
    """New jobs must not shift what is behind."""
    kernel = Kernel()
    jobs = []
    for _ in range(3):
        jobs.append(kernel.submit(1))
        kernel.clock.advance(1)

    first = kernel.jobs.page(US, limit=2)
    kernel.submit(1)

    assert [view.job.id for view in first] == [jobs[2].id, jobs[1].id]
    assert [view.job.id for view in kernel.jobs.page(US, before=first[-1].job.place)] == [jobs[0].id]
    assert kernel.jobs.page(US, status=JobStatus.FAILED) == []


def test_an_unknown_job_is_not_found() -> None:
    """And says so, instead of an empty view."""
    with pytest.raises(NotFound):
        Kernel().jobs.get(US, JobId("unknown"))


def test_moves_on_an_ended_job_are_conflicts_that_name_the_status() -> None:
    """The user learns how it ended, and what could be done instead."""
    kernel = Kernel()
    job = kernel.submit(1)
    kernel.run()

    with pytest.raises(Conflict, match="has ended as completed"):
        kernel.jobs.cancel(US, job.id)
    with pytest.raises(Conflict, match=r"completed and has no cancelled items; .*use retry-failed"):
        kernel.jobs.resume(US, job.id)
    with pytest.raises(Conflict, match=r"completed and has no failed items; .*use resume"):
        kernel.jobs.retry_failed(US, job.id)
