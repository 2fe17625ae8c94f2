"""One job's trouble stays its own: what can't be done for it is still done for the others."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import attrs
import pytest

from domain.jobs.attempts import Attempt, AttemptsInHand
from domain.jobs.claims import Claim, ClaimAnswer, Ended, Report
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import Item, ItemNo
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.sweeping import Sweeper
from domain.tenancy import TenantContext
from tests.contract.building import PASSED, US, a_claim, numbers
from tests.kernel.broker import RecordingBroker
from tests.kernel.family import ScriptedFamily
from tests.kernel.patience import PATIENT
from tests.kernel.world import Kernel

PATIENCE_S = 60.0


@attrs.frozen(kw_only=True)
class SweeperOfSick(Sweeper):
    """A sweeper that can't read the rows of one job."""

    sick: JobId

    def sweep_job(self, tenant: TenantContext, job_id: JobId) -> Job:
        """Look after one job, or fail."""
        if job_id == self.sick:
            raise ValueError("a row that this version can't read")
        return super().sweep_job(tenant, job_id)


def test_a_job_that_cannot_be_swept_does_not_stop_the_others() -> None:
    """The sweeper is the guarantee of every job, also of those behind the sick one."""
    kernel = Kernel()
    sick, well = kernel.sent(1), kernel.sent(1)
    kernel.broker.messages.clear()
    sweeper = SweeperOfSick(
        store=kernel.store, installation=kernel.store, clock=kernel.clock, doorbell=kernel.bell, sick=sick.id
    )

    kernel.clock.advance(1000)
    with pytest.raises(ValueError, match="can't read"):
        sweeper.sweep()
    kernel.run()

    assert kernel.job(well.id).status == "completed"


class RefusingBroker(RecordingBroker):
    """A broker that can't take the messages of one job."""

    refused: JobId

    def start(self, tenant: TenantContext, job: Job) -> None:
        """Send, or fail in a way nobody foresaw."""
        if job.id == self.refused:
            raise KeyError("no such kind")
        super().start(tenant, job)


def test_a_message_that_cannot_be_sent_does_not_hold_up_those_behind_it() -> None:
    """The relay reads the oldest first: one bad message at the head would stop an installation."""
    broker = RefusingBroker()
    kernel = Kernel(broker=broker)
    broker.refused = kernel.submit(1).id
    for _ in range(3):
        kernel.submit(1)

    with pytest.raises(KeyError):
        kernel.relay.run_once()

    assert len(broker.messages) == 3


def test_a_job_whose_rows_are_locked_does_not_cost_the_others_their_leases() -> None:
    """They would be taken back from a worker that lives, and asked a second time."""
    kernel = Kernel()
    locked, free = kernel.sent(1), kernel.sent(1)
    hand = HandThatCannotExtend(store=kernel.store, desk=kernel.desk, clock=kernel.clock, lease_s=30)
    hand.locked = locked.id
    for job in (locked, free):
        [item] = kernel.desk.claim(US, a_claim(0, job_id=job.id, lease_s=30)).granted
        hand.take(Attempt(tenant=US, job_id=job.id, item=item, free=lambda: None, patience=PATIENT))

    for _ in range(4):
        kernel.clock.advance(10)
        with pytest.raises(ServiceUnavailable):
            hand.keep_leases()
        kernel.sweeper.sweep()

    assert kernel.states(free.id) == ["running"]


class HandThatCannotExtend(AttemptsInHand):
    """Attempts of which one job's rows are locked by somebody else."""

    locked: JobId

    def _extend(self, tenant: TenantContext, job_id: JobId, items: list[Item]) -> None:
        if job_id == self.locked:
            raise ServiceUnavailable("locked by others")
        super()._extend(tenant, job_id, items)


def test_a_job_that_is_slow_to_prepare_does_not_hold_up_another() -> None:
    """A user's module may wait for a server while it is imported."""
    let_go, begun = threading.Event(), threading.Event()

    def preparing(job: Job) -> None:
        if job.id == slow.id:
            begun.set()
            let_go.wait(PATIENCE_S)

    kernel = Kernel(family=ScriptedFamily(preparing=preparing))
    slow, quick = kernel.sent(1), kernel.sent(1)
    executor = kernel.worker()
    waiting = threading.Thread(target=lambda: executor.execute(US, slow.id, numbers(0)))
    waiting.start()
    assert begun.wait(PATIENCE_S)

    done = executor.execute(US, quick.id, numbers(0))

    assert done.settled == ((ItemNo(0), "succeeded"),)
    let_go.set()
    waiting.join(PATIENCE_S)


def test_an_item_of_a_worker_that_died_is_run_again_even_when_its_deadline_passed_first() -> None:
    """A deadline shorter than the lease must not turn a killed worker into a failed test."""
    kernel = Kernel()
    job = kernel.sent(1, options=JobOptions(deadline_s=10))
    kernel.desk.claim(US, a_claim(0, job_id=job.id, lease_s=30, deadline_s=10))

    for _ in range(10):
        kernel.clock.advance(5)
        kernel.sweeper.sweep()
        kernel.run()

    assert (kernel.job(job.id).status, kernel.states(job.id)) == ("completed", ["succeeded"])


class SlowDesk:
    """A desk whose store has not answered yet."""

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Not asked here."""
        raise NotImplementedError

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Take the report; it is not committed."""
        _ = tenant, job_id, report
        return Future()


def test_a_lease_is_kept_until_the_record_is_committed() -> None:
    """The work is done; a slow store must not have it done again."""
    kernel = Kernel()
    job = kernel.sent(1)
    desk = SlowDesk()
    hand = AttemptsInHand(store=kernel.store, desk=desk, clock=kernel.clock, lease_s=30)
    [item] = kernel.desk.claim(US, a_claim(0, job_id=job.id, lease_s=30)).granted
    attempt = Attempt(tenant=US, job_id=job.id, item=item, free=lambda: None, patience=PATIENT)
    hand.take(attempt)

    hand.settle(attempt, Ended(no=item.no, token=item.token, outcome=PASSED))
    for _ in range(5):
        kernel.clock.advance(10)
        hand.keep_leases()
        kernel.sweeper.sweep()

    assert (kernel.states(job.id), len(hand)) == (["running"], 0)
