"""Contract of the store: the rows of jobs, their keys, the duplicate guard, and closing once."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import AlreadyRunning, Conflict, NotFound
from domain.jobs.job import Job, JobId, JobOptions, JobStatus, PlanningLease
from domain.origin import Origin
from tests.contract.building import (
    JOB,
    NOW,
    OTHER_JOB,
    THEM,
    US,
    KernelStore,
    a_job,
    add_job,
    after,
    ended_as,
    processing,
)


def test_a_job_comes_back_with_every_field(store: KernelStore) -> None:
    """A field that is lost in storage is a promise that is lost at the next step."""
    job = attrs.evolve(
        a_job(subject="endpoint/1"),
        spec={"name": "Überprüfung ✓", "nested": {"list": [1, 2.5, None, True]}, "empty": {}},
        options=JobOptions(concurrency=7, deadline_s=12.5, max_attempts=2),
        status=JobStatus.PROCESSING,
        window=3,
        chunk=50,
        revision=2,
        planning=PlanningLease(token=4, until=after(60)),
        planning_token=4,
        celery_task_id="task-1",
        cancel_requested_at=after(3),
        started_at=after(1),
        origin=Origin(request_id="request-1", trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    )

    add_job(store, job)

    with store.view(US) as work:
        assert work.jobs.get(JOB) == job


def test_a_changed_job_replaces_the_stored_one(store: KernelStore) -> None:
    """`put` stores all of the job, set and unset fields alike."""
    add_job(store, attrs.evolve(a_job(), cancel_requested_at=NOW, planning=PlanningLease(token=1, until=NOW)))
    changed = attrs.evolve(
        ended_as(a_job(), JobStatus.FAILED), updated_at=after(9), failure="the plan has no items", planned=0
    )

    with store.begin(US) as work:
        work.jobs.get(JOB, lock=True)
        work.jobs.put(changed)
        work.commit()

    with store.view(US) as work:
        assert work.jobs.get(JOB) == changed


def test_an_unknown_job_is_not_found(store: KernelStore) -> None:
    """The message names the id, so that a typing error is seen."""
    for lock in (False, True):
        with store.begin(US) as work, pytest.raises(NotFound, match=JOB):
            work.jobs.get(JOB, lock=lock)


def test_jobs_are_found_by_the_beginning_of_their_id(store: KernelStore) -> None:
    """People type a few letters of an id; ten answers are enough to say that it is ambiguous."""
    for number in range(12):
        add_job(store, a_job(JobId(f"abc{number:02}")))
    add_job(store, a_job(JobId("xyz")))

    with store.view(US) as work:
        assert work.jobs.find("xy") == ["xyz"]
        assert work.jobs.find("ABC") == []
        assert work.jobs.find("nothing") == []
        ten = work.jobs.find("abc")
    assert len(ten) == 10
    assert all(job_id.startswith("abc") for job_id in ten)


@pytest.mark.parametrize("letters", ["%", "_", "\\", "a%", "a_", "*", "?", "["])
def test_wildcards_are_letters_like_others(store: KernelStore, letters: str) -> None:
    """A prefix is not a pattern: `%` must not list every job."""
    add_job(store, a_job(JobId("abc")))

    with store.view(US) as work:
        assert work.jobs.find(letters) == []


def test_an_idempotency_key_leads_to_its_job(store: KernelStore) -> None:
    """A repeated request is answered with the first one's job, if it is the same request."""
    with store.begin(US) as work:
        work.jobs.add(a_job(), idempotency_key="key", fingerprint="fingerprint")
        work.commit()

    with store.view(US) as work:
        assert work.jobs.by_key("key") == (JOB, "fingerprint")
        assert work.jobs.by_key("other") is None


def test_a_taken_idempotency_key_is_refused_and_nothing_is_stored(store: KernelStore) -> None:
    """Two parallel posts with one key: the second finds the key taken however late it looks."""
    with store.begin(US) as work:
        work.jobs.add(a_job(), idempotency_key="key", fingerprint="one")
        work.commit()

    with store.begin(US) as work, pytest.raises(Conflict):
        work.jobs.add(a_job(OTHER_JOB), idempotency_key="key", fingerprint="two")

    with store.view(US) as work:
        assert work.jobs.find("") == [JOB]
        assert work.jobs.by_key("key") == (JOB, "one")


def test_organizations_have_keys_of_their_own(store: KernelStore) -> None:
    """A key of one organization says nothing about another's."""
    for tenant, job in ((US, a_job()), (THEM, a_job(OTHER_JOB, tenant=THEM))):
        with store.begin(tenant) as work:
            work.jobs.add(job, idempotency_key="key", fingerprint="f")
            work.commit()

    with store.view(THEM) as work:
        assert work.jobs.by_key("key") == (OTHER_JOB, "f")


def test_a_second_active_job_on_a_subject_is_refused(store: KernelStore) -> None:
    """Two syncs of one source at once would undo each other's work."""
    add_job(store, a_job(subject="source/1"))

    with store.begin(US) as work, pytest.raises(AlreadyRunning):
        work.jobs.add(a_job(OTHER_JOB, subject="source/1"))

    with store.view(US) as work:
        assert work.jobs.find("") == [JOB]


@pytest.mark.parametrize(
    "other",
    [
        a_job(OTHER_JOB, subject="source/2"),
        a_job(OTHER_JOB),
        attrs.evolve(a_job(OTHER_JOB, subject="source/1"), kind="other_kind"),
        a_job(OTHER_JOB, tenant=THEM, subject="source/1"),
    ],
    ids=["other subject", "no subject", "other kind", "other organization"],
)
def test_the_duplicate_guard_refuses_nothing_else(store: KernelStore, other: Job) -> None:
    """The guard is one active job per organization, kind and subject: not per any of them alone."""
    add_job(store, a_job(subject="source/1"))

    assert add_job(store, other) == other


def test_jobs_without_a_subject_never_exclude_each_other(store: KernelStore) -> None:
    """Most jobs have no subject, and any number of them may run."""
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB))

    with store.view(US) as work:
        assert sorted(work.jobs.find("")) == [JOB, OTHER_JOB]


def test_an_ended_job_frees_its_subject(store: KernelStore) -> None:
    """Otherwise a source could be synced once and never again."""
    add_job(store, ended_as(a_job(subject="source/1"), JobStatus.FAILED))

    add_job(store, a_job(OTHER_JOB, subject="source/1"))

    with store.view(US) as work:
        assert work.jobs.get(OTHER_JOB).subject == "source/1"


def test_reopening_a_job_whose_subject_is_taken_is_refused(store: KernelStore) -> None:
    """Resume and retry-failed are second ways in; the guard holds there too."""
    ended = ended_as(a_job(subject="source/1"), JobStatus.PARTIAL)
    add_job(store, ended)
    add_job(store, a_job(OTHER_JOB, subject="source/1"))

    with store.begin(US) as work, pytest.raises(AlreadyRunning):
        work.jobs.put(attrs.evolve(ended, status=JobStatus.PROCESSING, revision=2))

    with store.view(US) as work:
        assert work.jobs.get(JOB) == ended


def test_closing_an_open_job_stores_its_end(store: KernelStore) -> None:
    """The closer writes all of the job, not its status alone."""
    ended = ended_as(processing(store, a_job(), planned=1), JobStatus.COMPLETED)

    with store.begin(US) as work:
        assert work.jobs.close(ended, revision=1)
        work.commit()

    with store.view(US) as work:
        assert work.jobs.get(JOB) == ended


def test_a_second_closer_loses_and_changes_nothing(store: KernelStore) -> None:
    """Chord callback, sweeper and user may all close; one of them does."""
    job = processing(store, a_job(), planned=1)
    first = ended_as(job, JobStatus.COMPLETED)
    with store.begin(US) as work:
        assert work.jobs.close(first, revision=1)
        work.commit()

    with store.begin(US) as work:
        assert not work.jobs.close(ended_as(job, JobStatus.FAILED), revision=1)
        work.commit()

    with store.view(US) as work:
        assert work.jobs.get(JOB) == first


def test_a_closer_of_an_earlier_revision_loses(store: KernelStore) -> None:
    """A callback that was under way when the job was resumed must not end the new revision."""
    job = attrs.evolve(processing(store, a_job(), planned=1), revision=2)
    with store.begin(US) as work:
        work.jobs.put(job)
        work.commit()

    with store.begin(US) as work:
        assert not work.jobs.close(ended_as(job, JobStatus.COMPLETED), revision=1)
        work.commit()

    with store.view(US) as work:
        assert work.jobs.get(JOB) == job
