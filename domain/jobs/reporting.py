"""
Running one attempt: the family's work, what it keeps on the way, and the report that whatever came of it turns into.

This is the one boundary around a family's code: nothing it raises gets past it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, field, frozen

from domain.jobs.claims import Ended, Kept, Postponed, Released, Report
from domain.jobs.errors import (
    Deferred,
    FailureKind,
    ItemFailure,
    LeaseLost,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.jobs.family import ItemRunner
from domain.jobs.item import Document, Failure, Item, ItemState, Outcome
from domain.jobs.job import Job
from domain.jobs.ports import Clock
from domain.jobs.retry import RetryAfter, RetryPolicy
from domain.jobs.usage import NOTHING, Usage
from domain.jobs.worker_ports import Desk
from domain.tenancy import TenantContext

LONGEST_DEFERRAL_S = 300.0


@define(eq=False)
class Keeper:
    """What one attempt keeps, and what its item has cost so far."""

    desk: Desk
    tenant: TenantContext
    job: Job
    item: Item
    spent: Usage = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.spent = self.item.usage

    def keep(self, progress: Document, usage: Usage = NOTHING) -> None:
        """Store the progress; see `family.Keep`."""
        report = Kept(no=self.item.no, token=self.item.token, progress=progress, spent=self.count(usage))
        if not self.desk.record(self.tenant, self.job.id, report).result():
            raise LeaseLost(
                f"item {self.item.no} of job {self.job.id}: the attempt is over; what it brings is too late"
            )

    def count(self, usage: Usage) -> Usage:
        """Add to what the item has cost, and return it."""
        self.spent += usage
        return self.spent


@frozen(kw_only=True)
class Reporter:
    """Runs attempts."""

    desk: Desk
    clock: Clock
    jitter: Callable[[], float]
    retry: RetryPolicy

    def report(self, tenant: TenantContext, job: Job, runner: ItemRunner, item: Item, *, deadline_s: float) -> Report:
        """Run the item for at most *deadline_s* seconds, and return what became of the attempt; raises nothing."""
        keeper = Keeper(self.desk, tenant, job, item)
        try:
            outcome = runner.run(item, deadline_s=deadline_s, keep=keeper.keep)
        except Deferred as wish:
            return Released(no=item.no, token=item.token, not_before=self._after(wish), spent=keeper.spent)
        except LeaseLost:
            return Released(no=item.no, token=item.token)
        except ItemFailure as failure:
            return self._failed(job, item, failure, keeper)
        except ServiceUnavailable as error:  # what was to be kept could not be stored
            return self._failed(job, item, TransientFailure(str(error), kind=FailureKind.INTERNAL), keeper)
        except MemoryError:  # of this process, just now; another one may have room
            crowded = TransientFailure("this worker has no memory left for it", kind=FailureKind.INTERNAL)
            return self._failed(job, item, crowded, keeper)
        except BaseException as error:  # noqa: BLE001  # the one boundary; sys.exit() ends a thread, not the process
            message = f"{type(error).__name__}: {error}"
            return self._failed(job, item, PermanentFailure(message, kind=FailureKind.INTERNAL), keeper)
        return Ended(no=item.no, token=item.token, outcome=outcome, spent=keeper.count(outcome.usage))

    def _failed(self, job: Job, item: Item, failure: ItemFailure, keeper: Keeper) -> Report:
        why = Failure(kind=failure.kind, message=str(failure))
        spent = keeper.count(failure.usage)
        budget = job.options.max_attempts
        decision = self.retry.decide(failure, attempt=item.attempts, max_attempts=budget, jitter=self.jitter)
        if isinstance(decision, RetryAfter):
            due = self.clock.now() + decision.delay
            return Postponed(no=item.no, token=item.token, failure=why, not_before=due, spent=spent)
        outcome = Outcome(state=ItemState.FAILED, result=failure.partial_result, failure=why)
        return Ended(no=item.no, token=item.token, outcome=outcome, spent=spent)

    def _after(self, wish: Deferred) -> datetime:
        return self.clock.now() + timedelta(seconds=min(max(wish.retry_after_s, 0.0), LONGEST_DEFERRAL_S))
