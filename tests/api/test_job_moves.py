"""The moves of a job's owner over the API, and the Celery task of a job."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api
from tests.contract.building import FAILED, JOB, a_job, add_job, end, ended_as, processing


def _an_ended_job(antiphon: Antiphon) -> None:
    """One passed, one failed."""
    job = processing(antiphon.store, a_job(), planned=2)
    end(antiphon.store, 0)
    end(antiphon.store, 1, outcome=FAILED)
    with antiphon.store.begin(US) as work:
        assert work.jobs.close(ended_as(job, JobStatus.PARTIAL), revision=1)
        work.commit()


def test_a_cancelled_job_says_so_and_cancelling_it_again_is_refused(api: Api, antiphon: Antiphon) -> None:
    """The second caller must not believe that his cancel did anything."""
    processing(antiphon.store, a_job(), planned=3)

    cancelled = api.post(f"/v1/jobs/{JOB}/cancel")
    again = api.post(f"/v1/jobs/{JOB}/cancel")

    assert (cancelled.status_code, cancelled.json()["status"], cancelled.json()["cancelled"]) == (202, "cancelled", 3)
    assert cancelled.headers["Location"] == f"/v1/jobs/{JOB}"
    assert (again.status_code, again.json()["type"]) == (409, "urn:antiphon:problem:conflict")


def test_a_cancelled_job_is_resumed(api: Api, antiphon: Antiphon) -> None:
    """What did not get to run does, under the next revision."""
    processing(antiphon.store, a_job(), planned=3)
    api.post(f"/v1/jobs/{JOB}/cancel")

    resumed = api.post(f"/v1/jobs/{JOB}/resume")

    shown = [resumed.json()[name] for name in ("status", "revision", "pending")]
    assert (resumed.status_code, shown) == (202, ["processing", 2, 3])


def test_failed_items_are_run_again(api: Api, antiphon: Antiphon) -> None:
    """Only those: what passed is paid for."""
    _an_ended_job(antiphon)
    assert [error["no"] for error in api.get(f"/v1/jobs/{JOB}").json()["errors"]] == [1]

    answer = api.post(f"/v1/jobs/{JOB}/retry-failed")

    shown = [answer.json()[name] for name in ("status", "succeeded", "pending")]
    assert (answer.status_code, shown) == (202, ["processing", 1, 1])
    assert api.post(f"/v1/jobs/{JOB}/retry-failed").status_code == 409


@pytest.mark.parametrize("move", ["cancel", "resume", "retry-failed"])
def test_nobody_else_moves_a_job(api: Api, antiphon: Antiphon, move: str) -> None:
    """Another organization's job is not there; who may only read is told so."""
    _an_ended_job(antiphon)

    assert api.acting_for(THEM).post(f"/v1/jobs/{JOB}/{move}").status_code == 404
    assert api.acting_for(US, scopes={"read"}).post(f"/v1/jobs/{JOB}/{move}").status_code == 403
    with antiphon.store.view(US) as work:
        assert work.ledger.page(JOB, after=None, limit=9, states=[ItemState.PENDING, ItemState.CANCELLED]) == []


def test_a_task_is_shown_through_the_job_it_started(api: Api, antiphon: Antiphon) -> None:
    """Its id is anybody's to guess: what says whose it is, is the job's row."""
    add_job(antiphon.store, attrs.evolve(a_job(), celery_task_id="task-1", status=JobStatus.PROCESSING, planned=2))

    answer = api.get("/v1/tasks/task-1")

    assert answer.json() == {"id": "task-1", "state": "SUCCESS", "job_id": JOB, "job_status": "processing"}
    foreign = api.acting_for(THEM).get("/v1/tasks/task-1")
    assert foreign.status_code == 404
    assert foreign.text == api.get("/v1/tasks/task-2").text.replace("task-2", "task-1")


@pytest.mark.parametrize(
    ("status", "planned", "failure", "state"),
    [
        (JobStatus.PROCESSING, None, None, "STARTED"),
        (JobStatus.FAILED, None, "no such target", "FAILURE"),
        (JobStatus.CANCELLED, None, None, "REVOKED"),
        (JobStatus.FAILED, 2, None, "SUCCESS"),
    ],
)
def test_the_state_of_a_task_is_that_of_its_work(
    api: Api, antiphon: Antiphon, status: JobStatus, planned: int | None, failure: str | None, state: str
) -> None:
    """A task that wrote its plan has succeeded, whatever became of the items."""
    job = attrs.evolve(a_job(), celery_task_id="task-1", status=status, planned=planned, failure=failure)
    add_job(antiphon.store, job)

    assert api.get("/v1/tasks/task-1").json()["state"] == state
