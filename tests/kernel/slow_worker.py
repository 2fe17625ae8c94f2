"""A worker whose items take as long as the test likes: it claims now, and comes back with a result later, or never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, field

from domain.jobs.attempts import Attempt, AttemptsInHand
from domain.jobs.claims import Claim, Ended, Postponed, Report
from domain.jobs.errors import FailureKind, LeaseLost, TransientFailure
from domain.jobs.item import Failure, Item, ItemNo, ItemState, Outcome, WorkerId
from domain.jobs.job import JobId, JobOptions
from domain.jobs.reporting import Keeper
from domain.jobs.retry import RetryAfter, RetryPolicy
from tests.kernel.accidents import A_CALL
from tests.kernel.broker import ItemsTask
from tests.kernel.patience import PATIENT
from tests.kernel.world import LEASE_S, Kernel

LATER = Failure(kind=FailureKind.RATE_LIMITED, message="status 429")
Result = Callable[[Item], Report]


@define(eq=False)
class SlowWorker:
    """Holds attempts; *threads* are the calls that have not returned, settled behind their backs or not."""

    kernel: Kernel
    attempts: AttemptsInHand
    worker_id: WorkerId
    threads: list[Attempt] = field(factory=list)

    def begin(self, task: ItemsTask, *, options: JobOptions) -> None:
        """Claim the task's items, as `Executor` does, and begin them."""
        now = self.kernel.clock.now()
        claim = Claim(
            job_id=task.job_id,
            numbers=task.numbers,
            worker_id=self.worker_id,
            concurrency=options.concurrency,
            lease_until=self.lease_until(),
            deadline_at=now + timedelta(seconds=options.deadline_s),
            now=now,
        )
        for item in self.attempts.desk.claim(task.tenant, claim).granted:
            attempt = Attempt(tenant=task.tenant, job_id=task.job_id, item=item, free=lambda: None, patience=PATIENT)
            self.attempts.take(attempt)
            self.threads.append(attempt)

    def lease_until(self) -> datetime:
        """Return until when a lease runs that begins, or is extended, now."""
        return self.kernel.clock.now() + timedelta(seconds=LEASE_S)

    def finish(self, position: int, result: Result) -> None:
        """Let a call return, however late."""
        attempt = self.threads.pop(position % len(self.threads))
        self.attempts.settle(attempt, result(attempt.item))

    def keep(self, position: int) -> bool:
        """Let a call keep something; return whether it was still the live attempt."""
        attempt = self.threads[position % len(self.threads)]
        job = self.kernel.job(attempt.job_id)
        try:
            Keeper(self.attempts.desk, attempt.tenant, job, attempt.item).keep({"token": attempt.item.token}, A_CALL)
        except LeaseLost:
            return False
        return True

    def held(self, job_id: JobId) -> list[tuple[ItemNo, int]]:
        """Return the items and tokens in hand."""
        settled = [attempt for attempt in self.threads if not attempt.settled.done()]
        return [(attempt.item.no, attempt.item.token) for attempt in settled if attempt.job_id == job_id]

    def die(self) -> None:
        """Vanish with all that is in hand; the next process begins with nothing."""
        self.threads = []
        self.attempts = AttemptsInHand(
            store=self.kernel.store, desk=self.attempts.desk, clock=self.kernel.clock, lease_s=LEASE_S
        )


def ending(state: ItemState) -> Result:
    """Return a call that ends its item in *state*."""
    failure = LATER if state is ItemState.FAILED else None
    return lambda item: Ended(no=item.no, token=item.token, outcome=Outcome(state=state, failure=failure))


def failing(kernel: Kernel, *, retry_after_s: float, max_attempts: int) -> Result:
    """Return a call that fails in a way that may pass; whether there is another attempt is for the policy to say."""
    failure = TransientFailure(LATER.message, kind=LATER.kind, retry_after_s=retry_after_s)

    def report(item: Item) -> Report:
        decision = RetryPolicy().decide(failure, attempt=item.attempts, max_attempts=max_attempts, jitter=lambda: 1.0)
        if isinstance(decision, RetryAfter):
            due = kernel.clock.now() + decision.delay
            return Postponed(no=item.no, token=item.token, failure=LATER, not_before=due)
        return ending(ItemState.FAILED)(item)

    return report
