"""The sweeper and plans: a start that was lost, a writer that vanished."""

from __future__ import annotations

import pytest

from domain.jobs.events import StartJob
from domain.jobs.job import Job, JobStatus
from tests.contract.building import US
from tests.kernel.accidents import Accidents, Killed
from tests.kernel.family import KIND, ScriptedFamily
from tests.kernel.world import Kernel

RESEND_S = 60.0


def test_a_lost_start_is_sent_again() -> None:
    """The job was accepted; that promise does not hang on one message."""
    kernel = Kernel()
    job = kernel.submit(1)

    kernel.clock.advance(RESEND_S - 0.1)
    kernel.sweeper.sweep()
    assert _starts(kernel, job) == 1
    kernel.clock.advance(0.1)
    kernel.sweeper.sweep()
    kernel.sweeper.sweep()

    assert _starts(kernel, job) == 2


def test_a_plan_whose_writer_vanished_is_begun_anew_after_its_lease() -> None:
    """Half a plan is no plan; but a writer that lives is not disturbed."""
    kernel, job, accidents = _half_planned()

    kernel.clock.advance(kernel.planner.lease_s - 0.1)
    kernel.sweeper.sweep()
    assert _starts(kernel, job) == 1
    kernel.clock.advance(0.1)
    kernel.sweeper.sweep()
    accidents.plan_breaks_after = None
    kernel.run()

    assert (kernel.job(job.id).status, len(kernel.items(job.id))) == (JobStatus.COMPLETED, 6)


def test_a_job_cancelled_under_a_writer_that_vanished_is_closed() -> None:
    """Nobody else would: the writer was to do it."""
    kernel, job, _ = _half_planned()
    assert kernel.jobs.cancel(US, job.id).status is JobStatus.PROCESSING

    kernel.clock.advance(kernel.planner.lease_s)
    kernel.sweeper.sweep()

    assert (kernel.job(job.id).status, kernel.items(job.id)) == (JobStatus.CANCELLED, [])


def test_a_half_written_plan_is_taken_over_at_once() -> None:
    """The only driver of a job knows that no other writes its plan: a start need not wait for the lease."""
    kernel, job, accidents = _half_planned()
    accidents.plan_breaks_after = None

    kernel.sweeper.take_over(US, job.id, [])
    kernel.planner.start(US, job.id)

    assert (kernel.job(job.id).planned, len(kernel.items(job.id))) == (6, 6)


def _half_planned() -> tuple[Kernel, Job, Accidents]:
    accidents = Accidents(plan_breaks_after=4)
    kernel = Kernel(family=ScriptedFamily(kind=KIND, planning=accidents.plan), page=2)
    job = kernel.submit(6)
    with pytest.raises(Killed):
        kernel.planner.start(US, job.id)
    assert len(kernel.items(job.id)) == 4
    return kernel, job, accidents


def _starts(kernel: Kernel, job: Job) -> int:
    return sum(isinstance(message, StartJob) for message in kernel.history(job.id))
