"""A process that is told to stop: what it has in hand goes back, and it begins nothing new."""

from __future__ import annotations

import threading

import attrs
import pytest

from adapters.bench import ThreadBench
from adapters.group_commit import GroupCommit
from adapters.memory.clock import ManualClock
from adapters.memory.store import MemoryStore
from domain.jobs.attempts import Attempt, AttemptsInHand
from domain.jobs.claims import Released
from domain.jobs.errors import ServiceUnavailable, WorkerStopping
from domain.jobs.events import LateRecord
from tests.contract.building import JOB, NOW, US, a_claim, a_job, begun, processing
from tests.kernel.outage import TryingStore
from tests.kernel.parties import ANYBODY
from tests.kernel.patience import PATIENT
from tests.kernel.world import LEASE_S, Kernel

PATIENCE_S = 60.0


def test_what_is_claimed_while_the_process_stops_is_given_back_at_once() -> None:
    """A claim may be under way when everything is given back; its items would stay leased to a process that is gone."""
    kernel = Kernel()
    job = kernel.sent(2)
    in_hand = AttemptsInHand(store=kernel.store, desk=kernel.desk, clock=kernel.clock, lease_s=LEASE_S)
    before, late = kernel.desk.claim(US, a_claim(0, 1, job_id=job.id)).granted
    attempts = [
        Attempt(tenant=US, job_id=job.id, item=item, free=lambda: None, patience=PATIENT) for item in (before, late)
    ]

    may_begin = [in_hand.take(attempts[0])]
    in_hand.close()
    may_begin.append(in_hand.take(attempts[1]))

    assert may_begin == [True, False]
    assert kernel.states(job.id) == ["pending", "pending"]
    assert [item.attempts for item in kernel.items(job.id)] == [0, 0]
    assert not any(isinstance(told, LateRecord) for told in kernel.history(job.id))


def test_a_closing_bench_tells_when_its_last_place_is_free() -> None:
    """Until then a claim may be on its way; afterwards the desk can be closed."""
    bench = ThreadBench(places=3)
    bench.reserve(ANYBODY, 3, timeout_s=0)
    bench.close()
    bench.give_back(ANYBODY, 2)
    assert not bench.wait_until_free(timeout_s=0)
    timer = threading.Timer(0.05, bench.give_back, (ANYBODY, 1))
    timer.start()

    assert bench.wait_until_free(timeout_s=PATIENCE_S)
    timer.join()


def test_a_desk_that_is_abandoned_keeps_nobody_waiting() -> None:
    """A command whose disk is full has said so; its threads must not try on for half a minute before it can end."""
    memory = MemoryStore()
    processing(memory, a_job(), planned=2)
    [item] = begun(memory, 0)
    store = TryingStore(store=memory, refusals=1_000_000)
    desk = GroupCommit(store, ManualClock(NOW), patience_s=10 * PATIENCE_S)
    report = Released(no=item.no, token=item.token)
    waiting = desk.record(US, JOB, report)
    assert store.at_door.wait(PATIENCE_S)

    desk.abandon()

    for answer in (waiting, desk.record(US, JOB, report)):
        assert isinstance(answer.exception(PATIENCE_S), ServiceUnavailable)


def test_a_plan_is_not_written_on_by_a_process_that_stops() -> None:
    """Ctrl-C in the plan of a million tests must not take a minute; the next process begins the plan anew."""
    kernel = Kernel(page=2)
    job = kernel.submit(9)
    asked: list[bool] = []

    def is_stopping() -> bool:
        asked.append(len(asked) == 2)
        return asked[-1]

    with pytest.raises(WorkerStopping, match="this worker is stopping"):
        attrs.evolve(kernel.planner, is_stopping=is_stopping).start(US, job.id)

    stopped = kernel.job(job.id)
    assert (stopped.planned, stopped.planning) == (None, None)
    assert len(kernel.items(job.id)) == 4
    kernel.planner.start(US, job.id)
    assert kernel.job(job.id).planned == 9
