"""Running items: what becomes of each, and of those that can't run now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from adapters.memory.bench import InlineBench
from domain.jobs.errors import (
    FailureKind,
    InvalidInput,
    NotFound,
    PermanentFailure,
    TransientFailure,
)
from domain.jobs.item import Failure, Item, ItemNo, ItemState, Outcome
from domain.jobs.job import JobId, JobOptions
from domain.jobs.round import LONGEST_WAIT_S, Executed
from tests.contract.building import NOW, THEM, US, a_claim, after, numbers
from tests.kernel.family import ScriptedFamily
from tests.kernel.world import Kernel

FIRST_DELAY_S = 0.5


def test_items_run_and_their_outcomes_are_rows() -> None:
    """When the call returns, everything it says is committed."""
    family = ScriptedFamily()
    kernel = Kernel(family=family)
    job = kernel.sent(3, options=JobOptions(deadline_s=7))

    done = kernel.worker().execute(US, job.id, numbers(0, 2))

    assert done == Executed(settled=((ItemNo(0), "succeeded"), (ItemNo(2), "succeeded")))
    assert kernel.states(job.id) == ["succeeded", "pending", "succeeded"]
    assert (family.calls, family.deadlines) == ([0, 2], [7, 7])


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ValueError("no such key"), Failure(kind=FailureKind.INTERNAL, message="ValueError: no such key")),
        (RecursionError(), Failure(kind=FailureKind.INTERNAL, message="RecursionError: ")),
        (
            PermanentFailure("status 403", kind=FailureKind.REFUSED),
            Failure(kind=FailureKind.REFUSED, message="status 403"),
        ),
        (InvalidInput("no field q"), Failure(kind=FailureKind.INTERNAL, message="InvalidInput: no field q")),
    ],
)
def test_whatever_a_family_raises_becomes_an_outcome(error: Exception, failure: Failure) -> None:
    """Nothing reaches the chord: a header task that raises would keep its body from ever running."""
    kernel = Kernel(family=ScriptedFamily(work=_raising(error)))
    job = kernel.sent(1)

    done = kernel.worker().execute(US, job.id, numbers(0))

    assert done.settled == ((0, "failed"),)
    assert kernel.items(job.id)[0].outcome == Outcome(state=ItemState.FAILED, failure=failure)


def test_what_was_paid_for_is_kept_when_it_could_not_be_judged() -> None:
    """A judge's outage must not cost the answer: it can be judged later."""
    error = PermanentFailure("no judge", kind=FailureKind.EVALUATION_ERROR, partial_result={"answer": "yes"})
    kernel = Kernel(family=ScriptedFamily(work=_raising(error)))
    job = kernel.sent(1)

    kernel.worker().execute(US, job.id, numbers(0))

    outcome = kernel.items(job.id)[0].outcome
    assert outcome is not None
    assert (outcome.state, outcome.result) == ("failed", {"answer": "yes"})


@pytest.mark.parametrize(("asked_s", "wait_s"), [(None, FIRST_DELAY_S), (0.0, 0.0), (7.5, 7.5), (86_400.0, 300.0)])
def test_a_failure_that_may_pass_is_tried_again_when_the_far_side_said(asked_s: float | None, wait_s: float) -> None:
    """Retry-After is honoured, up to a cap; without one the policy's own delay counts."""
    error = TransientFailure("status 429", kind=FailureKind.RATE_LIMITED, retry_after_s=asked_s)
    kernel = Kernel(family=ScriptedFamily(work=_raising(error)))
    job = kernel.sent(1)

    done = kernel.worker().execute(US, job.id, numbers(0))

    item = kernel.items(job.id)[0]
    assert done == Executed(waiting=numbers(0), wait_s=wait_s)
    assert (item.state, item.not_before, item.attempts) == ("pending", after(wait_s), 1)
    assert item.last_failure == Failure(kind=FailureKind.RATE_LIMITED, message="status 429")


def test_an_item_that_is_not_due_is_not_tried() -> None:
    """A message that comes early asks again when the wait is over."""
    family = ScriptedFamily(work=_raising(TransientFailure("s", kind=FailureKind.CONNECTION, retry_after_s=20)))
    kernel = Kernel(family=family)
    job = kernel.sent(1)
    kernel.worker().execute(US, job.id, numbers(0))
    kernel.clock.advance(15)

    done = kernel.worker().execute(US, job.id, numbers(0))

    assert done == Executed(waiting=numbers(0), wait_s=5)
    assert len(family.calls) == 1


def test_the_budget_ends_with_the_last_failure_as_outcome() -> None:
    """All tries count together, whatever they failed of."""
    error = TransientFailure("status 503", kind=FailureKind.SERVER_ERROR, retry_after_s=0)
    family = ScriptedFamily(work=_raising(error))
    kernel = Kernel(family=family)
    job = kernel.sent(1, options=JobOptions(max_attempts=3))

    answers = [kernel.worker().execute(US, job.id, numbers(0)) for _ in range(4)]

    assert [bool(answer.waiting) for answer in answers] == [True, True, False, False]
    assert answers[2:] == [Executed(settled=((ItemNo(0), "failed"),)), Executed(settled=((ItemNo(0), "ended"),))]
    assert (kernel.items(job.id)[0].attempts, len(family.calls)) == (3, 3)


def test_a_redelivered_item_is_not_run_again_while_its_lease_is_live() -> None:
    """Redis hands a message out again after its visibility timeout, however alive the worker is."""
    family = ScriptedFamily()
    kernel = Kernel(family=family)
    job = kernel.sent(2)
    inner: list[Executed] = []

    def redelivered(item: Item) -> Outcome:
        inner.append(kernel.worker("other").execute(US, job.id, [item.no]))
        return Outcome(state=ItemState.SUCCEEDED)

    family.work = redelivered
    kernel.worker().execute(US, job.id, numbers(0))
    again = kernel.worker("other").execute(US, job.id, numbers(0))

    assert inner == [Executed(settled=((ItemNo(0), "leased"),))]
    assert again == Executed(settled=((ItemNo(0), "ended"),))
    assert (family.calls, len(kernel.items(job.id))) == ([0], 2)


def test_numbers_outside_the_plan_are_nobodys() -> None:
    """A damaged message is answered; it makes no row."""
    kernel = Kernel()
    job = kernel.sent(1)

    assert kernel.worker().execute(US, job.id, numbers(7)).settled == ((7, "unknown"),)
    assert len(kernel.items(job.id)) == 1


def test_a_job_of_another_organization_is_not_found() -> None:
    """Not even when this process has the job prepared: the row's organization counts, not the message's."""
    family = ScriptedFamily()
    kernel = Kernel(family=family)
    job = kernel.sent(2)
    worker = kernel.worker()
    worker.execute(US, job.id, numbers(0))

    for tenant, job_id in ((THEM, job.id), (US, JobId("unknown"))):
        with pytest.raises(NotFound):
            worker.execute(tenant, job_id, numbers(1))
    assert family.calls == [0]


def test_items_that_find_the_job_busy_elsewhere_wait() -> None:
    """The limit holds over all workers; the Celery thread is not held until another's item ends."""
    family = ScriptedFamily()
    kernel = Kernel(family=family)
    job = kernel.sent(3, options=JobOptions(concurrency=2))
    kernel.desk.claim(US, a_claim(0, 1, job_id=job.id, concurrency=2))

    done = kernel.worker("other").execute(US, job.id, numbers(2))

    assert done == Executed(waiting=numbers(2), wait_s=LONGEST_WAIT_S)
    assert family.calls == []


def test_busy_items_take_the_room_there_is_and_keep_their_order() -> None:
    """One slot is free: the items of the chunk take it one after the other."""
    kernel = Kernel()
    job = kernel.sent(5, options=JobOptions(concurrency=3))
    kernel.desk.claim(US, a_claim(0, 4, job_id=job.id, concurrency=3))

    done = kernel.worker("other").execute(US, job.id, numbers(3, 1, 2))

    assert done == Executed(settled=tuple((ItemNo(no), "succeeded") for no in (3, 1, 2)))


def test_busy_items_without_room_are_asked_for_again() -> None:
    """All slots are others': their end is not this task's to wait for."""
    kernel = Kernel()
    job = kernel.sent(5, options=JobOptions(concurrency=2))
    kernel.desk.claim(US, a_claim(0, 4, job_id=job.id, concurrency=2))

    done = kernel.worker("other").execute(US, job.id, numbers(3, 1))

    assert done == Executed(waiting=numbers(3, 1), wait_s=LONGEST_WAIT_S)


def test_a_full_bench_leaves_the_items_for_later() -> None:
    """Nothing is claimed that no thread could run: its lease would run for nothing."""
    kernel = Kernel()
    job = kernel.sent(2)

    done = kernel.worker(bench=InlineBench(places=0)).execute(US, job.id, numbers(0, 1))

    assert done == Executed(waiting=numbers(0, 1), wait_s=LONGEST_WAIT_S)
    assert kernel.states(job.id) == ["pending", "pending"]


def test_more_items_than_places_run_one_round_after_the_other() -> None:
    """A chunk is larger than what is free; it is worked off all the same."""
    kernel = Kernel()
    job = kernel.sent(5, options=JobOptions(concurrency=2))

    done = kernel.worker(bench=InlineBench(places=1)).execute(US, job.id, numbers(0, 1, 2, 3, 4))

    assert [state for _, state in done.settled] == ["succeeded"] * 5


def test_a_claim_asks_for_what_the_job_allows() -> None:
    """Lease, deadline and limit are the job's and the process's, measured from now."""
    kernel = Kernel()
    job = kernel.sent(1, options=JobOptions(deadline_s=12))
    seen: list[Item] = []

    def look(item: Item) -> Outcome:
        seen.append(item)
        return Outcome(state=ItemState.SKIPPED)

    kernel.family = ScriptedFamily(work=look)
    kernel.worker("w-1").execute(US, job.id, numbers(0))

    [item] = seen
    assert item.lease is not None
    assert (item.lease.worker_id, item.lease.until, item.lease.deadline_at) == ("w-1", after(30), after(12))
    assert item.started_at == NOW


def _raising(error: Exception) -> Callable[[object], NoReturn]:
    def raise_it(_: object) -> NoReturn:
        raise error

    return raise_it
