"""Writing a plan: once, whole or not at all, whoever writes it and whatever stops him."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import attrs
import pytest

from domain.jobs.errors import (
    FailureKind,
    NotFound,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.jobs.events import JobEnded, PlanFrozen, SendShard
from domain.jobs.item import PlannedItem
from domain.jobs.job import Job, JobId, JobOptions, JobStatus
from domain.jobs.plan import Sizes, cut_for
from tests.contract.building import US
from tests.kernel.accidents import Killed
from tests.kernel.family import ScriptedFamily, interrupted_family, planned_items
from tests.kernel.world import Kernel

PAGE = 2


def test_a_plan_is_frozen_with_its_shards_and_the_first_window_sent() -> None:
    """From here on nothing can be added or forgotten, and the broker holds what the window allows."""
    kernel = Kernel(sizes=Sizes(smallest_shard=2, largest_shard=2), page=PAGE)
    job = kernel.submit(9, options=JobOptions(concurrency=1))

    kernel.planner.start(US, job.id, task_id="celery-1")

    frozen = kernel.job(job.id)
    cut = cut_for(9, concurrency=1, sizes=kernel.sizes)
    assert (frozen.status, frozen.planned, frozen.window) == (JobStatus.PROCESSING, 9, cut.window)
    assert (frozen.planning, frozen.celery_task_id) == (None, "celery-1")
    assert [item.key for item in kernel.items(job.id)] == [item.key for item in planned_items(9)]
    told = kernel.history(job.id)
    assert PlanFrozen(job_id=job.id, planned=9, shards=5) in told
    assert [message.shard for message in told if isinstance(message, SendShard)] == list(range(cut.window))


def test_a_second_start_changes_nothing() -> None:
    """The start message is delivered at least once."""
    plans: list[Job] = []
    kernel = Kernel(family=ScriptedFamily(planning=_telling(plans)))
    job = kernel.started(2)
    told = kernel.history(job.id)

    kernel.planner.start(US, job.id)

    assert len(plans) == 1
    assert (kernel.job(job.id), kernel.history(job.id)) == (job, told)


def test_a_plan_that_is_being_written_is_left_to_its_writer() -> None:
    """Two writers would store every item twice."""
    plans: list[Job] = []
    kernel = Kernel(page=PAGE)

    def meanwhile(job: Job) -> None:
        plans.append(job)
        kernel.planner.start(US, job.id)

    kernel.family = interrupted_family(meanwhile)
    job = kernel.started(4)

    assert len(plans) == 1
    assert (job.planned, len(kernel.items(job.id))) == (4, 4)


def test_a_writer_that_was_replaced_writes_nothing_more() -> None:
    """It may have slept through its lease; its successor has forgotten its pages and begun anew."""
    kernel = Kernel(page=PAGE)

    def outlive_the_lease(job: Job) -> None:
        if job.planning_token == 1 and kernel.items(job.id):
            kernel.clock.advance(kernel.planner.lease_s)
            kernel.planner.start(US, job.id, task_id="successor")

    kernel.family = interrupted_family(outlive_the_lease, every=PAGE)
    job = kernel.started(5)

    assert (job.planned, job.celery_task_id, job.planning_token) == (5, "successor", 2)
    assert [item.no for item in kernel.items(job.id)] == list(range(5))
    assert sum(isinstance(message, PlanFrozen) for message in kernel.history(job.id)) == 1


def test_a_writer_that_was_replaced_leaves_its_successors_pages_alone() -> None:
    """The successor is still at it: two writers' pages in one plan would be nobody's plan."""
    kernel = Kernel(page=PAGE)

    def outlive_the_lease(job: Job) -> None:
        if job.planning_token == 1 and kernel.items(job.id):
            kernel.clock.advance(kernel.planner.lease_s)
            with suppress(Killed):
                kernel.planner.start(US, job.id)
        elif kernel.items(job.id):
            raise Killed

    kernel.family = interrupted_family(outlive_the_lease, every=PAGE)
    job = kernel.started(5)

    assert (job.planned, job.planning_token, len(kernel.items(job.id))) == (None, 2, PAGE)


def test_a_plan_is_never_in_memory_as_a_whole() -> None:
    """Each page is stored before the next is asked for."""
    kernel = Kernel(page=PAGE)
    stored: list[int] = []

    def look(job: Job) -> None:
        stored.append(len(kernel.items(job.id)))

    kernel.family = interrupted_family(look, every=PAGE)
    kernel.started(6)

    assert stored == [0, 2, 4]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotFound("there is no test set 7"), "planning failed: there is no test set 7"),
        (PermanentFailure("status 401", kind=FailureKind.REFUSED), "planning failed: status 401"),
        (KeyError("test_set_id"), "planning failed: KeyError: 'test_set_id'"),
    ],
)
def test_a_family_that_cannot_plan_ends_the_job_as_failed(error: Exception, reason: str) -> None:
    """With the reason, for there is no item to ask; half a plan is no plan, so its items are forgotten."""
    kernel = Kernel(page=PAGE)
    kernel.family = interrupted_family(_after_some_items(kernel, error), every=PAGE)

    job = kernel.started(6)

    assert (job.status, job.failure, job.planned, kernel.items(job.id)) == (JobStatus.FAILED, reason, 0, [])
    assert _end(kernel, job.id).status is JobStatus.FAILED


@pytest.mark.parametrize(
    "error",
    [TransientFailure("status 503", kind=FailureKind.SERVER_ERROR), ServiceUnavailable("the database went away")],
)
def test_a_source_that_is_away_leaves_the_plan_for_the_next_start(error: Exception) -> None:
    """The lease is given back at once, so that the repeated message need not wait for it."""
    kernel = Kernel(page=PAGE)
    kernel.family = interrupted_family(_after_some_items(kernel, error), every=PAGE)
    job = kernel.submit(6)

    with pytest.raises(type(error)):
        kernel.planner.start(US, job.id)
    assert (kernel.job(job.id).status, kernel.job(job.id).planning) == (JobStatus.PROCESSING, None)
    kernel.family = ScriptedFamily()
    again = attrs.evolve(kernel.planner, families=kernel.families)
    again.start(US, job.id)

    assert kernel.job(job.id).planned == 6
    assert [item.no for item in kernel.items(job.id)] == list(range(6))


def test_a_source_that_stays_away_is_asked_less_and_less_and_ends_the_job_in_the_end() -> None:
    """A job that waits for ever for its plan is one nobody hears of."""
    kernel = Kernel()

    def away(_: Job) -> Iterator[PlannedItem]:
        raise TransientFailure("status 503", kind=FailureKind.SERVER_ERROR)

    kernel.family = ScriptedFamily(planning=away)
    job = kernel.submit(1)
    pauses = []
    while not kernel.job(job.id).status.is_end:
        with suppress(TransientFailure):
            try:
                kernel.planner.start(US, job.id)
            except TransientFailure as failure:
                pauses.append(failure.retry_after_s)
                kernel.clock.advance(failure.retry_after_s or 0)
                raise

    assert pauses == [1, 2, 4, 8, 16, 32, *[60] * 9]
    assert kernel.job(job.id).failure == "planning failed: status 503 (tried again for 600 s)"


def test_an_empty_plan_completes_where_the_family_allows_it() -> None:
    """A sync of an empty source is done."""
    kernel = Kernel()

    job = kernel.started(0)

    assert (job.status, job.planned, job.failure) == (JobStatus.COMPLETED, 0, None)
    assert _end(kernel, job.id).planned == 0


def test_an_empty_plan_fails_where_the_family_does_not() -> None:
    """A test run without tests proves nothing, and must not pass for a success."""
    kernel = Kernel(family=ScriptedFamily(allows_empty_plan=False))

    job = kernel.started(0)

    assert (job.status, job.planned) == (JobStatus.FAILED, 0)
    assert job.failure == "the plan has no items: there is nothing to do"


@pytest.mark.parametrize("every", [2, 5], ids=["between two pages", "before the freeze"])
def test_a_cancel_stops_the_writer(every: int) -> None:
    """Nothing was sent yet: the half-written plan is forgotten, and the job ends cancelled."""
    kernel = Kernel(page=PAGE)
    kernel.family = interrupted_family(lambda job: _ask_for_the_end(kernel, job), every=every)

    job = kernel.started(6)

    assert (job.status, job.planned, kernel.items(job.id)) == (JobStatus.CANCELLED, None, [])
    assert _end(kernel, job.id).planned == 0
    kernel.planner.start(US, job.id)
    assert kernel.job(job.id) == job


def test_a_cancelled_job_whose_start_comes_late_is_not_planned() -> None:
    """The writer before vanished, a cancel was asked for, and only then the start was delivered again."""
    plans: list[Job] = []
    kernel = Kernel(page=PAGE)
    kernel.family = interrupted_family(_after_some_items(kernel, Killed()), every=PAGE)
    job = kernel.submit(3)
    with pytest.raises(Killed):
        kernel.planner.start(US, job.id)
    kernel.jobs.cancel(US, job.id)
    kernel.clock.advance(kernel.planner.lease_s)

    attrs.evolve(kernel.planner, families={"scripted": ScriptedFamily(planning=_telling(plans))}).start(US, job.id)

    assert (kernel.job(job.id).status, plans) == (JobStatus.CANCELLED, [])


def test_the_start_of_an_unknown_job_is_not_found() -> None:
    """The message is dropped by who delivered it."""
    with pytest.raises(NotFound):
        Kernel().planner.start(US, JobId("unknown"))


def _telling(plans: list[Job]) -> Callable[[Job], Iterator[PlannedItem]]:
    def plan(job: Job) -> Iterator[PlannedItem]:
        plans.append(job)
        return planned_items(int(str(job.spec["items"])))

    return plan


def _after_some_items(kernel: Kernel, error: BaseException) -> Callable[[Job], None]:
    def meanwhile(job: Job) -> None:
        if kernel.items(job.id):
            raise error

    return meanwhile


def _ask_for_the_end(kernel: Kernel, job: Job) -> None:
    if kernel.items(job.id):
        kernel.jobs.cancel(US, job.id)


def _end(kernel: Kernel, job_id: JobId) -> JobEnded:
    [end] = [message for message in kernel.history(job_id) if isinstance(message, JobEnded)]
    return end
