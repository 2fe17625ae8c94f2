"""The sweeper brings back whatever a lost message, worker or callback left lying."""

from __future__ import annotations

import pytest

from domain.jobs.claims import Ended
from domain.jobs.events import JobEnded, LeasesLost, SendShard, StartJob
from domain.jobs.item import Failure, Item, WorkerId
from domain.jobs.job import Job, JobOptions, JobStatus
from domain.jobs.plan import ShardState, Sizes
from tests.contract.building import PASSED, THEM, US, a_claim, numbers
from tests.kernel.broker import ItemsTask
from tests.kernel.world import LEASE_S, Kernel

RESEND_S = 60.0


def test_items_of_a_vanished_worker_are_sent_again_when_their_lease_ran_out() -> None:
    """Within the lease, however long an item may take; and so are those it held a message for and had not begun."""
    kernel = Kernel()
    job = kernel.sent(3)
    _claim(kernel, job, 1)

    kernel.clock.advance(LEASE_S - 0.1)
    kernel.sweeper.sweep()
    assert kernel.states(job.id) == ["pending", "running", "pending"]

    kernel.clock.advance(0.1)
    kernel.sweeper.sweep()

    item = kernel.items(job.id)[1]
    assert (item.state, item.losses, item.attempts) == ("pending", 1, 1)
    assert kernel.history(job.id)[-2:] == [
        LeasesLost(job_id=job.id, items=numbers(1)),
        SendShard(job_id=job.id, shard=0),
    ]


def test_an_item_that_takes_down_its_workers_is_failed_as_poison() -> None:
    """It would take down every worker there is; after K of them it is not tried again, and the job ends."""
    kernel = Kernel()
    job = kernel.sent(1)

    for _ in range(kernel.rules.poison_after):
        assert kernel.states(job.id) == ["pending"]
        _claim(kernel, job, 0)
        kernel.clock.advance(LEASE_S)
        kernel.sweeper.sweep()

    item = kernel.items(job.id)[0]
    assert (item.state, item.losses) == ("failed", 3)
    assert _failure(item).kind == "poison"
    assert _failure(item).message == "3 workers vanished while they ran this item; it is not tried again"
    assert kernel.job(job.id).status is JobStatus.FAILED


def test_an_attempt_past_deadline_and_grace_is_timed_out_however_alive_its_worker() -> None:
    """The worker should have done it itself; when its keeper hangs too, somebody must."""
    kernel = Kernel()
    job = kernel.sent(1, options=JobOptions(deadline_s=10))
    kernel.desk.claim(US, a_claim(0, job_id=job.id, lease_s=1000, deadline_s=10))

    kernel.clock.advance(10 + kernel.rules.deadline_grace_s - 0.1)
    kernel.sweeper.sweep()
    assert kernel.states(job.id) == ["running"]
    kernel.clock.advance(0.1)
    kernel.sweeper.sweep()

    failure = _failure(kernel.items(job.id)[0])
    assert (failure.kind, kernel.job(job.id).status) == ("timed_out", JobStatus.FAILED)


def test_a_lost_lease_counts_before_a_deadline() -> None:
    """A worker that vanished says nothing about the target: the item is run again, not blamed for its deadline."""
    kernel = Kernel()
    job = kernel.sent(1)
    kernel.desk.claim(US, a_claim(0, job_id=job.id, lease_s=20, deadline_s=10))
    kernel.clock.advance(60)

    kernel.sweeper.sweep()

    assert kernel.states(job.id) == ["pending"]


def test_a_shard_without_a_sign_of_life_is_sent_again_with_doubling_patience() -> None:
    """The broker may have lost it, or be slow; asking ever more often would make the second worse."""
    kernel = Kernel()
    job = kernel.sent(2)

    for patience_s in (RESEND_S, 2 * RESEND_S, 4 * RESEND_S):
        sends = _shard_sends(kernel, job)
        kernel.clock.advance(patience_s - 0.1)
        kernel.sweeper.sweep()
        assert _shard_sends(kernel, job) == sends
        kernel.clock.advance(0.1)
        kernel.sweeper.sweep()
        assert _shard_sends(kernel, job) == sends + 1


def test_patience_does_not_double_for_ever() -> None:
    """Sixty-four times the first is an hour; a job must not sleep for a year."""
    kernel = Kernel()
    job = kernel.sent(1)
    for _ in range(9):
        kernel.clock.advance(RESEND_S * 64)
        kernel.sweeper.sweep()

    assert _shard_sends(kernel, job) == 1 + 9


def test_a_shard_at_work_is_not_sent_again() -> None:
    """An item that runs is a sign of life, as is one that ended or comes due a moment ago."""
    kernel = Kernel()
    job = kernel.sent(2)
    [item] = kernel.desk.claim(US, a_claim(0, job_id=job.id, lease_s=1000, deadline_s=1000)).granted
    kernel.clock.advance(5 * RESEND_S)

    kernel.sweeper.sweep()
    kernel.desk.record(US, job.id, Ended(no=item.no, token=item.token, outcome=PASSED))
    kernel.clock.advance(RESEND_S - 0.1)
    kernel.sweeper.sweep()
    assert _shard_sends(kernel, job) == 1

    kernel.clock.advance(0.1)
    kernel.sweeper.sweep()
    assert _shard_sends(kernel, job) == 2


def test_a_lost_collection_is_made_up_for() -> None:
    """The chord's callback never came: the shard is closed and the next one sent all the same."""
    kernel = Kernel(sizes=Sizes(smallest_shard=1, largest_shard=1))
    job = kernel.sent(5, options=JobOptions(concurrency=1))
    worker = kernel.worker()
    for task in [task for task in kernel.broker.take_all() if isinstance(task, ItemsTask)]:
        worker.execute(US, job.id, task.numbers)

    kernel.sweeper.sweep()

    with kernel.store.view(US) as work:
        assert [work.ledger.shard(job.id, no).state for no in range(5)] == [
            *[ShardState.CLOSED] * job.window,
            *[ShardState.SENT] * (5 - job.window),
        ]


def test_what_a_worker_held_that_is_known_to_be_gone_is_taken_over_at_once() -> None:
    """The next process on the same machine need not wait for leases; a loss is counted all the same."""
    kernel = Kernel()
    job = kernel.sent(3)
    kernel.desk.claim(US, a_claim(0, job_id=job.id, worker_id=WorkerId("gone")))
    kernel.desk.claim(US, a_claim(1, job_id=job.id, worker_id=WorkerId("alive")))

    kernel.sweeper.take_over(US, job.id, [WorkerId("gone")])

    assert kernel.states(job.id) == ["pending", "running", "pending"]
    assert kernel.items(job.id)[0].losses == 1
    assert kernel.history(job.id)[-1] == SendShard(job_id=job.id, shard=0)


def test_a_sweep_looks_after_the_jobs_of_every_organization() -> None:
    """There is one sweeper for all; it acts inside one organization at a time."""
    kernel = Kernel()
    jobs = [kernel.submit(1, tenant=tenant) for tenant in (US, THEM)]
    kernel.clock.advance(RESEND_S)

    assert kernel.sweeper.sweep() == 2

    for tenant, job in zip((US, THEM), jobs, strict=True):
        with kernel.store.view(tenant) as work:
            told = [envelope.message for envelope in work.outbox.history(job.id)]
        assert told.count(StartJob(job_id=job.id)) == 2


def test_sweeping_an_ended_job_changes_nothing() -> None:
    """It may have ended between the look at all jobs and the look at this one."""
    kernel = Kernel()
    job = kernel.sent(1)
    kernel.run()
    ended, told = kernel.job(job.id), kernel.history(job.id)
    kernel.clock.advance(10_000)

    assert kernel.sweeper.sweep() == 0
    assert kernel.sweeper.sweep_job(US, job.id) == ended

    assert kernel.history(job.id) == told


@pytest.mark.parametrize("sweeps", [1, 2, 5])
def test_any_number_of_sweepers_may_run(sweeps: int) -> None:
    """What one has done the next one finds done: nothing is sent, counted or told twice."""
    kernel = Kernel()
    job = kernel.sent(2)
    _claim(kernel, job, 0)
    kernel.clock.advance(LEASE_S)

    for _ in range(sweeps):
        kernel.sweeper.sweep()

    assert kernel.items(job.id)[0].losses == 1
    assert sum(isinstance(message, LeasesLost) for message in kernel.history(job.id)) == 1


def test_a_job_left_alone_in_a_working_installation_ends() -> None:
    """Every message of every round is lost but the sweeper's resends: the end comes all the same, once."""
    kernel = Kernel(sizes=Sizes(smallest_shard=2, largest_shard=2))
    job = kernel.started(7, options=JobOptions(concurrency=1))
    kernel.relay.run_once()
    kernel.broker.take_all()
    worker = kernel.worker()

    for _ in range(20):
        kernel.clock.advance(RESEND_S * 64)
        kernel.sweeper.sweep()
        kernel.relay.run_once()
        for task in kernel.broker.take_all():
            if isinstance(task, ItemsTask):
                kernel.deliver(task, worker)

    assert kernel.job(job.id).status is JobStatus.COMPLETED
    assert sum(isinstance(message, JobEnded) for message in kernel.history(job.id)) == 1


def _claim(kernel: Kernel, job: Job, *wanted: int) -> None:
    answer = kernel.desk.claim(US, a_claim(*wanted, job_id=job.id, now=kernel.clock.now()))
    assert len(answer.granted) == len(wanted)


def _failure(item: Item) -> Failure:
    assert item.outcome is not None
    assert item.outcome.failure is not None
    return item.outcome.failure


def _shard_sends(kernel: Kernel, job: Job) -> int:
    return sum(isinstance(message, SendShard) for message in kernel.history(job.id))
