"""Attempts whose task gave up on a store that refused something: whoever asks for their items waits for them again."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event

import pytest
from attrs import define

from adapters.bench import ThreadBench
from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.errors import FailureKind, ServiceUnavailable, TransientFailure
from domain.jobs.item import Item, Outcome
from domain.jobs.job import JobId
from domain.jobs.worker_ports import Desk
from domain.tenancy import TenantContext
from tests.contract.building import US, numbers
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.patience import PATIENCE_S, in_thread
from tests.kernel.world import Kernel
from tests.pipelines.looking import look_until


@define(eq=False)
class DeskThatLoses:
    """`Desk` in front of another that can't record what becomes of item 1."""

    desk: Desk
    claims: int = 0

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Claim, and count."""
        answer = self.desk.claim(tenant, claim)
        self.claims += 1
        return answer

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record, but for the one item."""
        if report.no != 1:
            return self.desk.record(tenant, job_id, report)
        refused: Future[bool] = Future()
        refused.set_exception(ServiceUnavailable("the database went away"))
        return refused


def test_an_item_that_is_repeated_is_asked_for_again_though_its_first_task_is_gone() -> None:
    """Otherwise it waits for the sweeper, for a minute, while every worker is idle."""
    begun, goes_on = Event(), Event()

    def work(item: Item) -> Outcome:
        if item.no == 0:
            begun.set()
            assert goes_on.wait(PATIENCE_S)
            raise TransientFailure("status 429", kind=FailureKind.RATE_LIMITED, retry_after_s=3)
        assert begun.wait(PATIENCE_S)
        return PASSED

    kernel = Kernel(family=ScriptedFamily(work=work))
    job = kernel.sent(2)
    desk = DeskThatLoses(kernel.desk)
    worker = kernel.worker(bench=ThreadBench(places=2), desk=desk)

    with pytest.raises(ServiceUnavailable):
        worker.execute(US, job.id, numbers(0, 1))
    again = in_thread(worker.execute, US, job.id, numbers(0, 1))
    look_until(lambda: desk.claims >= 2, what="the second claim")
    goes_on.set()

    answer = again.result(PATIENCE_S)
    assert (answer.waiting, answer.wait_s) == (numbers(0), 3)
    assert answer.settled == ((1, "leased"),)
