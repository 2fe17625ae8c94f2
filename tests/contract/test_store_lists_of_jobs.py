"""Contract of the store: jobs in lists, by page, by status, by kind, by subject, and those that have not ended."""

from __future__ import annotations

import attrs

from domain.jobs.job import Job, JobId, JobStatus
from tests.contract.building import (
    JOB,
    OTHER_JOB,
    THEM,
    US,
    KernelStore,
    a_job,
    add_job,
    after,
    ended_as,
)


def test_pages_run_from_the_newest_job_without_gap_or_repeat(store: KernelStore) -> None:
    """Jobs of one moment are told apart by their id, or paging would drop or repeat some."""
    moments = [0, 1, 1, 1, 2]
    for number, moment in enumerate(moments):
        add_job(store, a_job(JobId(f"job-{number}"), created_at=after(moment)))

    seen: list[Job] = []
    with store.view(US) as work:
        while page := work.jobs.page(before=seen[-1].place if seen else None, limit=2):
            seen += page

    assert sorted(job.id for job in seen) == [f"job-{number}" for number in range(5)]
    assert [job.created_at for job in seen] == sorted((job.created_at for job in seen), reverse=True)


def test_a_page_can_be_of_one_status(store: KernelStore) -> None:
    """`jobs list --status failed` must page through failed jobs, not filter a page of all."""
    for number in range(4):
        job = a_job(JobId(f"job-{number}"), created_at=after(number))
        add_job(store, ended_as(job, JobStatus.FAILED) if number % 2 else job)

    with store.view(US) as work:
        newest = work.jobs.page(before=None, limit=1, status=JobStatus.FAILED)
        rest = work.jobs.page(before=newest[0].place, limit=5, status=JobStatus.FAILED)

    assert [job.id for job in newest + rest] == ["job-3", "job-1"]


def test_a_page_can_be_of_one_kind(store: KernelStore) -> None:
    """Each family's page lists its own jobs."""
    add_job(store, a_job())
    other = add_job(store, attrs.evolve(a_job(OTHER_JOB), kind="other"))

    with store.view(US) as work:
        assert [job.id for job in work.jobs.page(before=None, limit=5, kind="other")] == [other.id]
        assert work.jobs.page(before=None, limit=5, kind="other", status=JobStatus.FAILED) == []


def test_active_jobs_of_all_organizations_come_oldest_first(store: KernelStore) -> None:
    """The sweeper looks after every job that has not ended, whoever owns it."""
    add_job(store, a_job(JobId("c"), created_at=after(3)))
    add_job(store, a_job(JobId("b"), tenant=THEM, created_at=after(2)))
    add_job(store, ended_as(a_job(JobId("ended")), JobStatus.CANCELLED))
    add_job(store, attrs.evolve(a_job(JobId("a"), created_at=after(1)), status=JobStatus.PROCESSING))

    assert store.active_jobs() == [
        (US.organization_id, "a"),
        (THEM.organization_id, "b"),
        (US.organization_id, "c"),
    ]


def test_a_job_is_found_by_its_celery_task_in_its_organization_only(store: KernelStore) -> None:
    """Celery's ids are anybody's to guess; the job row says whose they are."""
    add_job(store, attrs.evolve(a_job(), celery_task_id="task-1"))
    add_job(store, a_job(OTHER_JOB))

    with store.view(US) as work:
        found = work.jobs.by_task("task-1")
        assert found is not None
        assert found.id == JOB
        assert work.jobs.by_task("task-2") is None
    with store.view(THEM) as work:
        assert work.jobs.by_task("task-1") is None


def test_of_each_subject_the_newest_job_is_found_in_one_question(store: KernelStore) -> None:
    """Lists show what became of each thing; fifty of them must not be fifty questions."""
    for number, subject in enumerate(["a", "b", "a", "c"]):
        add_job(
            store,
            ended_as(a_job(JobId(f"job-{number}"), subject=subject, created_at=after(number)), JobStatus.COMPLETED),
        )
    add_job(store, attrs.evolve(a_job(JobId("job-of-another-kind"), subject="a", created_at=after(9)), kind="other"))
    add_job(store, a_job(JobId("job-of-them"), tenant=THEM, subject="a", created_at=after(9)))

    with store.view(US) as work:
        found = work.jobs.newest(kind=a_job().kind, subjects=["a", "b", "nothing"])
        assert {subject: job.id for subject, job in found.items()} == {"a": "job-2", "b": "job-1"}
        assert found["a"] == work.jobs.get(JobId("job-2"))
        assert work.jobs.newest(kind=a_job().kind, subjects=[]) == {}


def test_an_active_job_about_a_subject_comes_before_a_newer_one_that_has_ended(store: KernelStore) -> None:
    """An old job that was opened again is at work: who looks for it before removing things must find it."""
    add_job(store, a_job(JobId("job-0"), subject="a", created_at=after(0)))
    add_job(store, ended_as(a_job(JobId("job-1"), subject="a", created_at=after(1)), JobStatus.COMPLETED))

    with store.view(US) as work:
        assert work.jobs.newest(kind=a_job().kind, subjects=["a"])["a"].id == "job-0"
