"""Preparing a job in a process, and a store that refuses: what can't be run now, and what never can."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import attrs
import pytest

from adapters.memory.bench import InlineBench
from adapters.memory.desk import InlineDesk
from domain.jobs.errors import (
    FailureKind,
    InvalidInput,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.jobs.item import Failure, Item, ItemState, Outcome
from domain.jobs.job import Job, JobOptions
from tests.contract.building import US, numbers
from tests.kernel.family import ScriptedFamily, Work
from tests.kernel.outage import TryingStore
from tests.kernel.world import Kernel

FIRST_DELAY_S = 0.5


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (InvalidInput("OPENAI_API_KEY is not set"), FailureKind.BAD_INPUT, "OPENAI_API_KEY is not set"),
        (PermanentFailure("no such model", kind=FailureKind.REFUSED), FailureKind.REFUSED, "no such model"),
        (TypeError("spec"), FailureKind.INTERNAL, "TypeError: spec"),
    ],
)
def test_a_job_that_cannot_be_prepared_fails_item_by_item(error: Exception, kind: FailureKind, message: str) -> None:
    """The job ends, and every row says why; a raised error would be delivered again for ever."""
    family = ScriptedFamily(preparing=_raising(error))
    kernel = Kernel(family=family)
    job = kernel.sent(2)

    kernel.run()

    failure = Failure(kind=kind, message=message)
    assert [item.outcome for item in kernel.items(job.id)] == [Outcome(state=ItemState.FAILED, failure=failure)] * 2
    assert (kernel.job(job.id).status, family.calls) == ("failed", [])


def test_a_job_that_cannot_be_prepared_just_now_keeps_its_budget() -> None:
    """Nothing was tried: no item was begun, and the message comes again."""
    family = ScriptedFamily(preparing=_raising(TransientFailure("status 503", kind=FailureKind.SERVER_ERROR)))
    kernel = Kernel(family=family)
    job = kernel.sent(1)

    with pytest.raises(TransientFailure):
        kernel.worker().execute(US, job.id, numbers(0))

    assert kernel.items(job.id)[0].attempts == 0


def test_a_job_is_prepared_once_a_process() -> None:
    """What its items share (connections, compiled schemas) is made once; a failed try is not kept."""
    prepared: list[Job] = []
    family = ScriptedFamily(preparing=_raising(InvalidInput("not yet")))
    kernel = Kernel(family=family)
    job = kernel.sent(3)
    worker = kernel.worker()
    worker.execute(US, job.id, numbers(0))

    family.preparing = prepared.append
    for no in (1, 2):
        worker.execute(US, job.id, numbers(no))

    assert kernel.states(job.id) == ["failed", "succeeded", "succeeded"]
    assert len(prepared) == 1


def test_a_store_that_refuses_a_claim_costs_no_place() -> None:
    """An outage of the database must not leave a worker behind that has no places left."""
    kernel = Kernel()
    job = kernel.sent(2, options=JobOptions(concurrency=2))
    store = TryingStore(store=kernel.store)
    worker = kernel.worker(desk=InlineDesk(store=store, clock=kernel.clock), bench=InlineBench(places=2))

    store.refusals = 3
    for _ in range(3):
        with pytest.raises(ServiceUnavailable):
            worker.execute(US, job.id, numbers(0, 1))

    assert [state for _, state in worker.execute(US, job.id, numbers(0, 1)).settled] == ["succeeded"] * 2


def test_a_store_that_refuses_a_record_is_told_to_who_waits() -> None:
    """The message must come again: whether the row was written is not known."""
    kernel = Kernel()
    job = kernel.sent(1)
    store = TryingStore(store=kernel.store)
    family = ScriptedFamily(work=_refusing_next(store))
    worker = attrs.evolve(
        kernel.worker(desk=InlineDesk(store=store, clock=kernel.clock), bench=InlineBench(places=1)),
        families={family.kind: family},
    )

    with pytest.raises(ServiceUnavailable):
        worker.execute(US, job.id, numbers(0))

    assert kernel.states(job.id) == ["running"]
    assert len(worker.attempts) == 0, "its lease is not kept: the sweeper takes it back"


def _refusing_next(store: TryingStore) -> Work:
    def work(_: Item) -> Outcome:
        store.refusals = 1
        return Outcome(state=ItemState.SUCCEEDED)

    return work


def _raising(error: Exception) -> Callable[[object], NoReturn]:
    def raise_it(_: object) -> NoReturn:
        raise error

    return raise_it


def test_an_item_this_process_has_no_memory_for_is_tried_again() -> None:
    """Another process may have room; the item is not to blame before its attempts are used up."""
    family = ScriptedFamily(work=_out_of_memory)
    kernel = Kernel(family=family)
    job = kernel.sent(1)

    done = kernel.worker().execute(US, job.id, numbers(0))

    assert done.waiting == (0,)
    failure = kernel.items(job.id)[0].last_failure
    assert failure is not None
    assert "no memory left" in failure.message


def _out_of_memory(_: Item) -> Outcome:
    raise MemoryError
