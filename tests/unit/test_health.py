"""What a process that waits for a job's end notices meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import define

from domain.jobs.aggregate import Tally
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import Job, JobId
from domain.jobs.service import JobView
from domain.tenancy import OrganizationId, UserId
from entrypoints.health import DRIVERLESS_S, DriverWatch, NobodyDrives, StoreWatch, WorkerGone, check_worker

JOB = JobId("1")
FULL = ServiceUnavailable("the disk is full")


@define
class Time:
    """A clock that stands still until it is moved."""

    seconds: float = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def test_a_job_without_a_driver_is_noticed_after_a_moment() -> None:
    """Watching an interrupted job would last for ever; one that changes hands has no driver for an instant only."""
    time, driven = Time(), [True, False, True, False]
    watch = DriverWatch(lambda: driven.pop(0) if len(driven) > 1 else driven[0], job_id=JobId("j"), now=time)
    for _ in range(4):
        watch.check(_view())
        time.seconds += 1.0
    last_driven = time.seconds - 1.0

    while time.seconds - last_driven < DRIVERLESS_S:
        watch.check(_view())
        time.seconds += 0.5

    with pytest.raises(NobodyDrives, match="`antiphon jobs resume j` goes on with it"):
        watch.check(_view())


def test_a_driver_is_looked_for_once_a_second_at_most() -> None:
    """Each look takes the job's lock for an instant, which must not be in the way of who wants to drive."""
    time, looks = Time(), [0]

    def is_driven() -> bool:
        looks[0] += 1
        return True

    watch = DriverWatch(is_driven, job_id=JobId("j"), now=time)
    for _ in range(50):
        watch.check(_view())
        time.seconds += 0.1

    assert looks[0] <= 5


def test_trouble_of_a_job_that_stands_still_ends_the_waiting() -> None:
    """A planner that is refused again and again waits between its tries; nobody else would ever end that."""
    time = Time()
    watch = StoreWatch(patience_s=3.0, now=time)
    watch.check(_view())
    watch.note(FULL)
    time.seconds += 2.9
    watch.note(ServiceUnavailable("later trouble"))

    watch.check(_view())
    time.seconds += 0.1

    with pytest.raises(ServiceUnavailable, match="the disk is full"):
        watch.check(_view())


def test_trouble_is_forgotten_when_the_job_moves() -> None:
    """A database that was away for a second is no reason to give up a run of an hour."""
    time = Time()
    watch = StoreWatch(patience_s=3.0, now=time)
    watch.check(_view(ended=1))
    watch.note(FULL)
    time.seconds += 2.0

    watch.check(_view(ended=2))
    time.seconds += 10.0

    watch.check(_view(ended=2))


def _view(*, ended: int = 0) -> JobView:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    job = Job(
        id=JobId("j"),
        organization_id=OrganizationId("o"),
        kind="test_execution",
        spec={},
        started_by=UserId("u"),
        created_at=now,
        updated_at=now,
        planned=5,
    )
    return JobView(job=job, tally=Tally(succeeded=ended, pending=5 - ended))


def test_a_worker_that_died_in_this_process_is_noticed() -> None:
    """The driver would look at the rows of a job nobody works on, for ever."""
    check_worker(is_alive=True, job_id=JOB)

    with pytest.raises(WorkerGone, match=f"`antiphon jobs resume {JOB}`"):
        check_worker(is_alive=False, job_id=JOB)
