"""A job that nobody begins within the time it may wait: what is too late to be of use is not begun."""

from __future__ import annotations

from domain.jobs.errors import FailureKind
from domain.jobs.events import JobEnded
from domain.jobs.job import JobOptions, JobStatus
from tests.contract.building import US, numbers
from tests.kernel.world import Kernel

WAITS = JobOptions(max_wait_s=30)


def test_a_job_that_waited_too_long_fails_and_says_why() -> None:
    """No worker came by: the owner hears of it, and nothing is called any more."""
    kernel = Kernel()
    job = kernel.sent(3, options=WAITS)

    kernel.clock.advance(29.9)
    kernel.sweeper.sweep()
    assert kernel.states(job.id) == ["pending"] * 3
    kernel.clock.advance(0.1)
    kernel.sweeper.sweep()
    kernel.run()

    assert (kernel.job(job.id).status, kernel.states(job.id)) == (JobStatus.FAILED, ["failed"] * 3)
    failures = [item.outcome.failure for item in kernel.items(job.id) if item.outcome]
    assert {failure.kind for failure in failures if failure} == {FailureKind.EXPIRED}
    assert sum(isinstance(message, JobEnded) for message in kernel.history(job.id)) == 1


def test_a_job_whose_plan_was_never_begun_fails_too() -> None:
    """There are no items to fail; the job says why."""
    kernel = Kernel()
    job = kernel.submit(3, options=WAITS)

    kernel.clock.advance(30)
    kernel.sweeper.sweep()

    stored = kernel.job(job.id)
    assert (stored.status, stored.planned) == (JobStatus.FAILED, 0)
    assert "--max-wait" in str(stored.failure)


def test_a_job_that_was_begun_takes_its_time() -> None:
    """The limit is on waiting, not on running."""
    kernel = Kernel()
    job = kernel.sent(3, options=WAITS)
    kernel.worker().execute(US, job.id, numbers(0))

    kernel.clock.advance(1000)
    kernel.sweeper.sweep()

    assert kernel.states(job.id) == ["succeeded", "pending", "pending"]


def test_failed_for_waiting_it_can_be_run_again_for_as_long_as_it_takes() -> None:
    """The owner knows by now that it waits."""
    kernel = Kernel()
    job = kernel.sent(3, options=WAITS)
    kernel.clock.advance(30)
    kernel.sweeper.sweep()

    kernel.jobs.retry_failed(US, job.id)
    kernel.clock.advance(1000)
    kernel.sweeper.sweep()
    kernel.run()

    assert kernel.job(job.id).status is JobStatus.COMPLETED
