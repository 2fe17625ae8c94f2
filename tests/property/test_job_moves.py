"""The table of a job's moves: what each is allowed from, what it leads to, and that ends stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.errors import Conflict
from domain.jobs.job import Job, JobStatus, PlanningLease, cancelling, closed, frozen_plan, planning, revised
from tests.contract.building import NOW, a_job, after

LEASE = PlanningLease(token=1, until=after(60))
P, R = JobStatus.PENDING, JobStatus.PROCESSING
ENDS = [status for status in JobStatus if status not in (P, R)]
Move = Callable[[Job], Job]


class Row(NamedTuple):
    """A move: the statuses it starts from, and where it leads (None: it stays)."""

    move: Move
    allowed: list[JobStatus]
    leads_to: JobStatus | None


def _closing(status: JobStatus) -> Move:
    return lambda job: closed(job, status, now=after(9))


MOVES = {
    "planning": Row(lambda job: planning(job, lease=LEASE, task_id="t", now=after(9)), [P, R], R),
    "cancelling": Row(lambda job: cancelling(job, now=after(9)), [P, R], None),
    "revised": Row(lambda job: revised(job, now=after(9)), ENDS, P),
    "close as pending": Row(_closing(P), [], None),
    "close as processing": Row(_closing(R), [P], R),
    "close as completed": Row(_closing(JobStatus.COMPLETED), [R], JobStatus.COMPLETED),
    "close as partial": Row(_closing(JobStatus.PARTIAL), [R], JobStatus.PARTIAL),
    "close as failed": Row(_closing(JobStatus.FAILED), [P, R], JobStatus.FAILED),
    "close as cancelled": Row(_closing(JobStatus.CANCELLED), [P, R], JobStatus.CANCELLED),
}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("status", JobStatus)
def test_each_move_from_each_status(name: str, status: JobStatus) -> None:
    """An illegal move is refused, and says from where to where; a legal one leads where the table says."""
    move, allowed, leads_to = MOVES[name]
    job = attrs.evolve(a_job(), status=status)

    if status in allowed:
        assert move(job).status is (leads_to or status)
    else:
        with pytest.raises(Conflict, match=str(status)):
            move(job)


@given(st.lists(st.sampled_from([name for name in MOVES if name != "revised"]), max_size=12))
def test_an_end_is_left_by_a_revision_only(names: list[str]) -> None:
    """Whatever is tried on an ended job, its row stays as it is."""
    job, end = a_job(), None
    for name in names:
        try:
            moved = MOVES[name].move(job)
        except Conflict:
            continue
        assert end is None, f"{name} moved an ended job"
        job = moved
        end = job if job.status.is_end else None


def test_a_plan_is_frozen_once() -> None:
    """A plan that could grow or shrink would make `planned` a lie."""
    job = planning(a_job(), lease=LEASE, task_id=None, now=NOW)
    ready = frozen_plan(job, planned=3, window=2, chunk=1, now=NOW)

    assert (ready.planned, ready.is_frozen, ready.planning) == (3, True, None)
    with pytest.raises(Conflict, match="frozen already"):
        frozen_plan(ready, planned=4, window=2, chunk=1, now=NOW)


def test_a_plan_taken_over_keeps_its_first_start_and_moves_its_fence() -> None:
    """The first writer may still be alive somewhere: its pages must be told from the second's."""
    first = planning(a_job(), lease=LEASE, task_id="one", now=NOW)

    second = planning(first, lease=PlanningLease(token=2, until=after(120)), task_id=None, now=after(70))

    assert (second.started_at, second.planning_token, second.celery_task_id) == (NOW, 2, "one")


def test_asking_twice_for_a_cancel_keeps_the_first_moment() -> None:
    """It is the moment that counts for who waits for the end."""
    once = cancelling(a_job(), now=NOW)

    assert cancelling(once, now=after(5)).cancel_requested_at == NOW


@pytest.mark.parametrize(("planned", "status"), [(None, JobStatus.PENDING), (3, JobStatus.PROCESSING)])
def test_a_revision_opens_the_same_plan_again(planned: int | None, status: JobStatus) -> None:
    """What the end left behind is gone, what was planned is not; a plan that was never written still must be."""
    end = attrs.evolve(
        a_job(), status=JobStatus.CANCELLED, planned=planned, cancel_requested_at=NOW, ended_at=NOW, failure="because"
    )

    again = revised(end, now=after(1))

    assert (again.status, again.planned, again.revision) == (status, planned, 2)
    assert (again.cancel_requested_at, again.ended_at, again.failure) == (None, None, None)


def test_an_end_keeps_its_moment_and_its_reason() -> None:
    """What failed as a whole has no item to ask."""
    end = closed(attrs.evolve(a_job(), status=R, planning=LEASE), JobStatus.FAILED, now=after(9), failure="no source")

    assert (end.ended_at, end.failure, end.planning, end.updated_at) == (after(9), "no source", None, after(9))
