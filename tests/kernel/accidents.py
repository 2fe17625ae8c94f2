"""What can go wrong in the middle of a call, a plan or a send; drawn by the machine, one for each that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from attrs import define, evolve, field

from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, ServiceUnavailable, TransientFailure
from domain.jobs.family import Keep
from domain.jobs.item import Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.usage import Usage
from tests.kernel.family import PASSED, planned_items

A_CALL = Usage(requests=1, prompt_tokens=20, completion_tokens=5, cost_nanousd=3_700)


class Killed(BaseException):
    """The process is gone: no error that code could handle."""


class Call(StrEnum):
    """How a call to the outside goes."""

    PASS = "pass"
    SKIP = "skip"
    REFUSED = "refused"
    TRANSIENT = "transient"
    RETRY_AFTER = "retry_after"
    DEFERRED = "deferred"
    BUG = "bug"
    KILLED = "killed"


class Sending(StrEnum):
    """How a send to the broker goes."""

    TAKEN = "taken"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    KILLED_BEFORE = "killed_before"
    KILLED_AFTER = "killed_after"


@define(eq=False)
class Accidents:
    """What the next calls, plans and sends meet; nothing bad when nothing is said."""

    calls: list[Call] = field(factory=list)
    sends: list[Sending] = field(factory=list)
    plan_breaks_after: int | None = None
    is_dead: bool = False
    _sending: Sending = field(default=Sending.TAKEN, init=False)

    def work(self, item: Item) -> Outcome:
        """Do an item's work, as the next call goes."""
        call = self.calls.pop(0) if self.calls else Call.PASS
        if call is Call.SKIP:
            return Outcome(state=ItemState.SKIPPED)
        self.is_dead = call is Call.KILLED
        if call is not Call.PASS:
            raise _ERRORS[call](item)
        return evolve(PASSED, usage=A_CALL)

    def keep(self, item: Item, keep: Keep) -> None:
        """Do what comes before the call: every other item keeps something on the way, and has paid for it."""
        if item.no % 2:
            keep({"attempt": item.attempts, "before": item.progress}, A_CALL)

    def plan(self, job: Job) -> Iterator[PlannedItem]:
        """Yield the job's plan; the writer may be killed on the way."""
        for no, item in enumerate(planned_items(int(str(job.spec["items"])))):
            if no == self.plan_breaks_after:
                raise Killed
            yield item

    def before_send(self) -> None:
        """Meet what comes before the broker has the messages."""
        self._sending = self.sends.pop(0) if self.sends else Sending.TAKEN
        if self._sending is Sending.REFUSED:
            raise ServiceUnavailable("the broker refuses connections")
        if self._sending is Sending.KILLED_BEFORE:
            raise Killed

    def after_send(self) -> None:
        """Meet what comes when the broker has them."""
        if self._sending is Sending.CUT_OFF:
            raise ServiceUnavailable("the connection broke before the broker confirmed")
        if self._sending is Sending.KILLED_AFTER:
            raise Killed


_ERRORS: dict[Call, Callable[[Item], BaseException]] = {
    Call.REFUSED: lambda item: PermanentFailure(f"item {item.no}: status 403", kind=FailureKind.REFUSED),
    Call.TRANSIENT: lambda item: TransientFailure(f"item {item.no}: status 503", kind=FailureKind.SERVER_ERROR),
    Call.RETRY_AFTER: lambda item: TransientFailure(
        f"item {item.no}: status 429", kind=FailureKind.RATE_LIMITED, retry_after_s=7.0
    ),
    Call.DEFERRED: lambda item: Deferred(3.0, f"item {item.no}: the limit is reached"),
    Call.BUG: lambda item: KeyError(item.key),
    Call.KILLED: lambda _: Killed(),
}
