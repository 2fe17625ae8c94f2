"""A family whose items do what a test says: succeed, fail, fail a few times, hang until they are let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Lock

from attrs import define, field

from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure
from domain.jobs.family import Keep
from domain.jobs.item import Item, Outcome, PlannedItem
from domain.jobs.item import ItemState as State
from domain.jobs.job import Job
from domain.tenancy import TenantContext

Act = Callable[[Item], Outcome]
LET_GO_WITHIN_S = 240.0


@define(eq=False)
class ScriptedFamily:
    """
    Its n-th item does what the n-th act says; *calls* counts the calls of each item, *most_at_once* those in flight.

    It goes by the name of a real family, because the names of tasks follow from the kinds of jobs there are.
    """

    acts: Sequence[Act]
    kind: str = "test_execution"
    allows_empty_plan: bool = False
    calls: Counter[int] = field(factory=Counter, init=False)
    most_at_once: int = field(default=0, init=False)
    _at_once: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield an item for each act."""
        _ = tenant, job
        for no in range(len(self.acts)):
            yield PlannedItem(key=f"item-{no}", input={"no": no})

    def prepare(self, tenant: TenantContext, job: Job) -> ScriptedFamily:
        """Return what runs the items: this family itself."""
        _ = tenant, job
        return self

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Count the call, and act."""
        _ = deadline_s, keep
        with self._lock:
            self.calls[item.no] += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return self.acts[item.no](item)
        finally:
            with self._lock:
                self._at_once -= 1


def succeed(item: Item) -> Outcome:
    """End the item well; the result names the item, so that rows that got mixed up are seen."""
    return Outcome(state=State.SUCCEEDED, verdict="pass", result={"answer": item.key})


def fail(item: Item) -> Outcome:
    """Fail in a way that another attempt would not mend."""
    raise PermanentFailure(f"{item.key}: status 403", kind=FailureKind.REFUSED)


def break_down(item: Item) -> Outcome:
    """Raise what no family should: a bug."""
    raise KeyError(item.key)


def succeed_at(attempt: int, *, retry_after_s: float | None = 0.0) -> Act:
    """Fail in a way that may pass until that attempt, each time asking to be left alone for *retry_after_s*."""

    def act(item: Item) -> Outcome:
        if item.attempts < attempt:
            kind = FailureKind.RATE_LIMITED
            raise TransientFailure(f"{item.key}: status 429", kind=kind, retry_after_s=retry_after_s)
        return succeed(item)

    return act


def hold(event: Event, *, then: Act = succeed) -> Act:
    """Wait until the test sets *event*, then act."""

    def act(item: Item) -> Outcome:
        assert event.wait(LET_GO_WITHIN_S), "the test never let the item go"
        return then(item)

    return act
