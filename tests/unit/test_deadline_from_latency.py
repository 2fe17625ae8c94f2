"""A request that never answers costs one deadline, and that follows what the run has seen."""

from __future__ import annotations

from datetime import datetime

import pytest

from adapters.bench import ThreadBench
from domain.jobs.item import Item, Outcome
from domain.jobs.job import JobId, JobOptions
from tests.contract.building import US, numbers
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.patience import PATIENCE_S, HangingWork, in_thread
from tests.kernel.world import Kernel

ITEMS = 60


@pytest.mark.parametrize(("follows_latency", "limit_s"), [(True, 15.0), (False, 60.0)])
def test_one_that_hangs_from_the_start_is_given_up_by_what_the_others_took(
    *, follows_latency: bool, limit_s: float
) -> None:
    """Nothing was known of latencies when it began; its deadline is what is known now, or the one that was set."""
    hanging = HangingWork()
    kernel = Kernel(family=ScriptedFamily(work=lambda item: hanging(item) if item.no == 0 else _quick(kernel, item)))
    job = kernel.sent(ITEMS, options=JobOptions(deadline_s=60, concurrency=2, follows_latency=follows_latency))
    bench = ThreadBench(places=2, idle_s=0.05)
    worker = kernel.worker(bench=bench)

    stuck = in_thread(worker.execute, US, job.id, numbers(0))
    assert hanging.begun.wait(PATIENCE_S)
    in_thread(worker.execute, US, job.id, numbers(*range(1, ITEMS))).result(PATIENCE_S)
    spent_s = (kernel.clock.now() - _started(kernel, job.id)).total_seconds()
    kernel.clock.advance(limit_s - spent_s - 0.1)
    worker.attempts.end_overdue()
    assert not stuck.done()
    kernel.clock.advance(0.2)
    worker.attempts.end_overdue()

    assert stuck.result(PATIENCE_S).settled == ((0, "failed"),)
    failure = kernel.items(job.id)[0].last_failure
    assert failure is not None
    assert f"deadline of {limit_s:g} s" in failure.message
    hanging.goes_on.set()
    bench.close()


def _quick(kernel: Kernel, _: Item) -> Outcome:
    kernel.clock.advance(0.1)
    return PASSED


def _started(kernel: Kernel, job_id: JobId) -> datetime:
    started_at = kernel.items(job_id)[0].started_at
    assert started_at is not None
    return started_at
