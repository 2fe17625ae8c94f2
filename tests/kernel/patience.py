"""Threads in tests: waited for by events with a deadline, never by sleeping."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Thread
from typing import ParamSpec, TypeVar

from attrs import define, field

from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.item import Item, Outcome
from domain.jobs.job import JobId
from domain.jobs.patience import Patience
from domain.jobs.worker_ports import Desk
from domain.tenancy import TenantContext
from tests.kernel.family import PASSED

PATIENCE_S = 60.0
PATIENT = Patience(cap_s=300.0, follows_latency=False)
P = ParamSpec("P")
T = TypeVar("T")


def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Make the call on a thread that keeps neither the test nor the process from ending, should it hang."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(call(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # whatever it is, who asked must hear of it
            answer.set_exception(error)

    Thread(target=run, name="antiphon-test", daemon=True).start()
    return answer


@define(eq=False)
class HangingWork:
    """An item's work that begins, says so, and returns when the test says so."""

    begun: Event = field(factory=Event)
    goes_on: Event = field(factory=Event)

    def __call__(self, _: Item) -> Outcome:
        """Hang."""
        self.begun.set()
        assert self.goes_on.wait(PATIENCE_S), "the test never let the work go on"
        return PASSED


@define(eq=False)
class TellingDesk:
    """`Desk` in front of another that tells of each record when it is written."""

    desk: Desk
    recorded: Event = field(factory=Event)

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Claim."""
        return self.desk.claim(tenant, claim)

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record, and tell."""
        answer = self.desk.record(tenant, job_id, report)
        answer.add_done_callback(lambda _: self.recorded.set())
        return answer

    def wait_for_record(self) -> None:
        """Wait until something was recorded since the last call."""
        assert self.recorded.wait(PATIENCE_S), "nothing was recorded"
        self.recorded.clear()
