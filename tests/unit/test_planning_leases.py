"""The lease of who writes a plan: kept while it lives and its source answers, free soon after it died."""

from __future__ import annotations

from domain.jobs.job import Job
from tests.contract.building import US
from tests.kernel.family import interrupted_family
from tests.kernel.world import Kernel

PAGE = 2


def test_each_page_extends_the_writers_lease() -> None:
    """A long plan may take hours; only a pause between two pages is a sign of death."""
    kernel = Kernel(page=PAGE)

    def be_slow(job: Job) -> None:
        if job.planning_token == 1:
            kernel.clock.advance(kernel.planner.lease_s - 1)
            kernel.planner.start(US, job.id)

    kernel.family = interrupted_family(be_slow, every=PAGE)
    job = kernel.started(8)

    assert (job.planned, job.planning_token) == (8, 1)


def test_a_writers_lease_is_kept_while_it_waits_for_its_source() -> None:
    """A page may take longer than a lease; a short lease is what makes a killed writer's plan begin anew soon."""
    kernel = Kernel(page=PAGE)

    def be_very_slow(job: Job) -> None:
        for _ in range(3):
            kernel.clock.advance(kernel.planner.lease_s - 1)
            kernel.planner.keep_leases()
            kernel.planner.start(US, job.id)

    kernel.family = interrupted_family(be_very_slow, every=PAGE)
    job = kernel.started(8)

    assert (job.planned, job.planning_token) == (8, 1)


def test_a_source_that_never_answers_does_not_hold_a_job_for_ever() -> None:
    """Past its time for a page the writer is taken for lost, though its process lives."""
    kernel = Kernel(page=PAGE)

    def hang(job: Job) -> None:
        if job.planning_token == 1 and kernel.items(job.id):
            kernel.clock.advance(kernel.planner.page_s)
            kernel.planner.keep_leases()
            kernel.planner.start(US, job.id, task_id="successor")

    kernel.family = interrupted_family(hang, every=PAGE)
    job = kernel.started(5)

    assert (job.planned, job.celery_task_id, job.planning_token) == (5, "successor", 2)


def test_a_plan_that_is_complete_is_kept_no_longer() -> None:
    """Nobody writes at it any more."""
    kernel = Kernel(page=PAGE)
    job = kernel.started(5)

    kernel.clock.advance(1)
    kernel.planner.keep_leases()

    assert kernel.jobs.get(US, job.id).job == job
