"""Collecting is a wake-up call: early, often or never, the job ends the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.jobs.aggregate import Tally
from domain.jobs.errors import FailureKind, NotFound, PermanentFailure
from domain.jobs.events import JobEnded
from domain.jobs.item import Item, Outcome
from domain.jobs.job import Job, JobOptions
from domain.jobs.plan import ShardState, Sizes
from tests.contract.building import US, numbers
from tests.kernel.broker import CollectTask, ItemsTask, RecordingBroker, Task
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.world import Kernel

SMALL = Sizes(smallest_shard=2, largest_shard=2)
ITEMS = 11


def test_collecting_closes_the_shard_and_sends_the_next() -> None:
    """The tally is kept with it; the window moves on by one."""
    kernel = Kernel(sizes=SMALL)
    job = kernel.sent(ITEMS, options=JobOptions(concurrency=1))
    worker = kernel.worker()
    for task in [task for task in kernel.broker.take_all() if isinstance(task, ItemsTask) and task.shard == 1]:
        kernel.deliver(task, worker)

    kernel.collector.collect(US, job.id, 1)

    states = [_shard(kernel, job, no) for no in range(6)]
    assert states == ["sent", "closed", "sent", "sent", "planned", "planned"]
    with kernel.store.view(US) as work:
        assert work.ledger.shard(job.id, 1).tally == Tally(succeeded=2, verdicts={"pass": 2})


def test_collecting_too_early_changes_nothing() -> None:
    """The rows say that the shard is not over, whatever the callback believes."""
    kernel = Kernel(sizes=SMALL)
    job = kernel.sent(ITEMS, options=JobOptions(concurrency=1))
    told = kernel.history(job.id)

    for _ in range(3):
        kernel.collector.collect(US, job.id, 0)

    assert [_shard(kernel, job, no) for no in range(6)] == ["sent"] * 3 + ["planned"] * 3
    assert (kernel.job(job.id), kernel.history(job.id)) == (job, told)


def test_collecting_an_ended_job_changes_nothing() -> None:
    """Callbacks of all shards come late when the sweeper was quicker."""
    kernel = Kernel()
    job = kernel.sent(1)
    kernel.run()
    ended, told = kernel.job(job.id), kernel.history(job.id)

    assert kernel.collector.collect(US, job.id, 0) == ended

    assert (kernel.job(job.id), kernel.history(job.id)) == (ended, told)


def test_a_shard_that_is_not_there_is_not_found() -> None:
    """A damaged message is dropped by who delivered it."""
    kernel = Kernel()
    job = kernel.sent(1)

    with pytest.raises(NotFound):
        kernel.collector.collect(US, job.id, 7)


def test_the_broker_never_holds_more_than_the_window_of_a_job() -> None:
    """It bounds the broker's memory, and lets the jobs of others take their turn."""
    kernel = Kernel(sizes=SMALL)
    job = kernel.started(ITEMS, options=JobOptions(concurrency=1))
    worker = kernel.worker()
    most = 0
    while kernel.relay.run_once() or kernel.broker.messages:
        most = max(most, _items_in(kernel.broker))
        kernel.deliver(kernel.broker.messages.pop(0), worker)

    assert kernel.job(job.id).status == "completed"
    assert most == job.window * 2


def test_slow_items_at_the_end_of_shards_do_not_keep_the_next_ones_back() -> None:
    """A shard ends with its slowest item; the slots its others have left must not wait for it."""
    kernel = Kernel(sizes=SMALL)
    job = kernel.sent(ITEMS, options=JobOptions(concurrency=1))
    worker = kernel.worker()
    for no in (0, 2):
        worker.execute(US, job.id, numbers(no))
        kernel.collector.top_up(US, job.id)

    assert [_shard(kernel, job, no) for no in range(6)] == ["sent"] * 4 + ["planned"] * 2


def test_topping_up_a_full_window_or_an_ended_job_changes_nothing() -> None:
    """It is tried several times a second, for every job in hand."""
    kernel = Kernel(sizes=SMALL)
    full, ended = (kernel.sent(items, options=JobOptions(concurrency=1)) for items in (ITEMS, 1))
    kernel.deliver(next(task for task in kernel.broker.messages if task.job_id == ended.id), kernel.worker())
    kernel.collector.collect(US, ended.id, 0)
    told = [kernel.history(job.id) for job in (full, ended)]

    for job in (full, ended):
        kernel.collector.top_up(US, job.id)

    assert [kernel.history(job.id) for job in (full, ended)] == told


def _as_sent(tasks: list[Task]) -> list[Task]:
    return tasks


def _early(tasks: list[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: not isinstance(task, CollectTask))


def _three_times(tasks: list[Task]) -> list[Task]:
    return [again for task in tasks for again in [task] * (3 if isinstance(task, CollectTask) else 1)]


def _never(tasks: list[Task]) -> list[Task]:
    return [task for task in tasks if not isinstance(task, CollectTask)]


@pytest.mark.parametrize("arrival", [_early, _three_times, _never])
def test_the_end_is_the_same_however_collections_arrive(arrival: Callable[[list[Task]], list[Task]]) -> None:
    """Chords are the accelerator, ledger and sweeper the guarantee: same rows, same status, one end."""
    assert _run_to_end(arrival) == _run_to_end(_as_sent)


def _run_to_end(arrival: Callable[[list[Task]], list[Task]]) -> tuple[str, list[object], list[JobEnded]]:
    kernel = Kernel(sizes=SMALL, family=ScriptedFamily(work=_refusing_the_third))
    job = kernel.sent(ITEMS, options=JobOptions(concurrency=1))
    worker = kernel.worker()
    rounds = 0
    while not kernel.job(job.id).status.is_end:
        rounds += 1
        assert rounds < 20, "the job does not end"
        for task in arrival(kernel.broker.take_all()):
            kernel.deliver(task, worker)
        kernel.sweeper.sweep()
        kernel.relay.run_once()
    ends = [message for message in kernel.history(job.id) if isinstance(message, JobEnded)]
    rows: list[object] = [(item.no, item.state, item.outcome, item.attempts) for item in kernel.items(job.id)]
    return str(kernel.job(job.id).status), rows, ends


def _refusing_the_third(item: Item) -> Outcome:
    if item.no == 2:
        raise PermanentFailure("status 403", kind=FailureKind.REFUSED)
    return PASSED


def _items_in(broker: RecordingBroker) -> int:
    return sum(len(task.numbers) for task in broker.messages if isinstance(task, ItemsTask))


def _shard(kernel: Kernel, job: Job, no: int) -> ShardState:
    with kernel.store.view(US) as work:
        return work.ledger.shard(job.id, no).state
