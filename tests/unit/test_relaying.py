"""From the outbox to the broker: at least once, in order, and never marked before it was sent."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from domain.jobs.claims import Ended, Postponed
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import SendShard
from domain.jobs.job import JobOptions
from domain.jobs.plan import ShardState, Sizes
from tests.contract.building import LATER, PASSED, US, a_claim, after, numbers
from tests.kernel.accidents import Killed
from tests.kernel.broker import CollectTask, ItemsTask, StartTask
from tests.kernel.world import Kernel


def test_a_job_is_started_once_it_was_accepted() -> None:
    """The message carries the job's organization; the installation acts for one at a time."""
    kernel = Kernel()
    job = kernel.submit(1)

    assert kernel.relay.run_once() == 1

    [task] = kernel.broker.messages
    assert isinstance(task, StartTask)
    assert (task.job_id, task.tenant.organization_id) == (job.id, US.organization_id)
    kernel.clock.advance(10 * kernel.relay.hold_s)
    assert kernel.relay.run_once() == 0, "what was sent is not sent again"


def test_a_shard_goes_out_as_chunks_and_a_collection() -> None:
    """The sizes are those of the frozen plan."""
    kernel = Kernel(sizes=Sizes(small_job=0, largest_chunk=3, smallest_shard=5, largest_shard=5))

    kernel.sent(7, options=JobOptions(concurrency=1))

    sent = [task.numbers for task in kernel.broker.messages if isinstance(task, ItemsTask)]
    assert sent == [numbers(0, 1, 2), numbers(3, 4, 5), numbers(6)]
    assert [task.shard for task in kernel.broker.messages if isinstance(task, CollectTask)] == [0, 1]


def test_only_pending_items_are_sent() -> None:
    """A shard that is sent again is mostly done; its ended and running items need no message."""
    kernel = Kernel()
    job = kernel.sent(5)
    granted = kernel.desk.claim(US, a_claim(0, 1, 2, job_id=job.id)).granted
    kernel.desk.record(US, job.id, Ended(no=granted[0].no, token=1, outcome=PASSED))
    kernel.desk.record(US, job.id, Postponed(no=granted[1].no, token=1, failure=LATER, not_before=after(5)))

    _send(kernel, SendShard(job_id=job.id, shard=0))

    assert _sent_items(kernel) == [1, 3, 4]


def test_named_items_are_sent_where_they_are_pending() -> None:
    """What a lost worker leaves behind is sent alone: the others are under way."""
    kernel = Kernel()
    job = kernel.sent(5)
    kernel.desk.claim(US, a_claim(1, job_id=job.id))

    _send(kernel, SendShard(job_id=job.id, shard=0, items=numbers(1, 3)))

    assert _sent_items(kernel) == [3]


def test_a_shard_with_nothing_left_to_run_is_collected_at_once() -> None:
    """There will be no chord to call back: the job would wait for the sweeper."""
    kernel = Kernel()
    job = kernel.sent(1)
    [item] = kernel.desk.claim(US, a_claim(0, job_id=job.id)).granted
    kernel.desk.record(US, job.id, Ended(no=item.no, token=1, outcome=PASSED))

    _send(kernel, SendShard(job_id=job.id, shard=0))

    assert (kernel.job(job.id).status, kernel.broker.messages) == ("completed", [])


def test_nothing_is_sent_for_a_job_that_has_ended() -> None:
    """Its items are over; its messages may have waited long."""
    kernel = Kernel()
    job = kernel.started(3)
    kernel.jobs.cancel(US, job.id)
    kernel.broker.take_all()

    assert kernel.relay.run_once() > 0

    assert [task for task in kernel.broker.messages if isinstance(task, ItemsTask)] == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_relay_that_dies_amid_a_send_leaves_the_message_to_the_next(moment: str) -> None:
    """It was not marked: whether the broker has it is not known, and sending it twice is harmless."""
    kernel = Kernel()
    kernel.submit(1)
    setattr(kernel.broker, moment, _raising(Killed()))
    with pytest.raises(Killed):
        kernel.relay.run_once()
    setattr(kernel.broker, moment, lambda: None)
    before = len(kernel.broker.messages)

    kernel.clock.advance(kernel.relay.hold_s - 1)
    assert kernel.relay.run_once() == 0, "another relay may be at work on it"
    kernel.clock.advance(1)
    assert kernel.relay.run_once() == 1

    assert len(kernel.broker.messages) == before + 1


def test_a_broker_that_refuses_is_tried_again_after_growing_pauses() -> None:
    """An outage of hours must not be answered with thousands of tries, nor end with lost messages."""
    kernel = Kernel()
    kernel.submit(1)
    kernel.broker.before = _raising(ServiceUnavailable("the broker refuses connections"))

    for pause_s in (1, 2, 4, 8, 16, 30, 30):
        with pytest.raises(ServiceUnavailable):
            kernel.relay.run_once()
        kernel.clock.advance(pause_s - 0.1)
        assert kernel.relay.run_once() == 0
        kernel.clock.advance(0.1)

    kernel.broker.before = lambda: None
    assert kernel.relay.run_once() == 1


def test_messages_behind_a_refused_one_wait_with_it_in_their_order() -> None:
    """The broker is away for all of them."""
    kernel = Kernel()
    jobs = [kernel.submit(1) for _ in range(3)]
    refusals = iter([False, True])
    kernel.broker.before = lambda: _refuse(next(refusals, False))

    with pytest.raises(ServiceUnavailable):
        kernel.relay.run_once()
    assert _started(kernel) == [jobs[0].id]
    assert kernel.relay.run_once() == 0
    kernel.clock.advance(1)
    assert kernel.relay.run_once() == 2

    assert _started(kernel) == [job.id for job in jobs]


def test_a_round_takes_so_many_messages_and_no_more() -> None:
    """Long rounds would hold messages beyond their time."""
    kernel = Kernel()
    for _ in range(5):
        kernel.submit(1)

    assert [kernel.relay.run_once(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_relay_of_one_job_leaves_the_messages_of_others() -> None:
    """A process whose broker is its own memory would take them to its grave."""
    kernel = Kernel()
    ours, theirs = kernel.submit(1), kernel.submit(1)
    relay = attrs.evolve(kernel.relay, only_job=theirs.id)

    assert relay.run_once() == 1
    assert _started(kernel) == [theirs.id]

    kernel.relay.run_once()
    assert _started(kernel) == [theirs.id, ours.id]


def test_a_shard_is_sent_once_for_each_message() -> None:
    """Sending marks nothing in the ledger: what a shard is, its rows say."""
    kernel = Kernel()
    job = kernel.sent(2)

    _send(kernel, SendShard(job_id=job.id, shard=0))

    with kernel.store.view(US) as work:
        assert work.ledger.shard(job.id, 0).state is ShardState.SENT
    assert kernel.states(job.id) == ["pending", "pending"]


def _send(kernel: Kernel, message: SendShard) -> None:
    kernel.broker.take_all()
    with kernel.store.begin(US) as work:
        work.outbox.add(message, now=kernel.clock.now())
        work.commit()
    kernel.relay.run_once()


def _sent_items(kernel: Kernel) -> list[int]:
    return [int(no) for task in kernel.broker.messages if isinstance(task, ItemsTask) for no in task.numbers]


def _started(kernel: Kernel) -> list[str]:
    return [task.job_id for task in kernel.broker.messages if isinstance(task, StartTask)]


def _refuse(is_refusing: bool) -> None:
    if is_refusing:
        raise ServiceUnavailable("the broker refuses connections")


def _raising(error: BaseException) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it
