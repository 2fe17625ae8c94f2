"""
The attempts one process has in hand: who settles each, keeping their leases, and their deadlines.

An attempt is settled once, by whoever comes first: the thread that ran it, or the keeper when its deadline has passed
(a thread can't be stopped; what it brings later is fenced off by the token).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

from attrs import define, field, frozen

from domain.jobs.claims import Ended, Released, Report
from domain.jobs.errors import FailureKind, ServiceUnavailable
from domain.jobs.item import Failure, Item, ItemState, Outcome
from domain.jobs.job import JobId
from domain.jobs.patience import Patience
from domain.jobs.ports import Clock, Store
from domain.jobs.worker_ports import Desk
from domain.tenancy import TenantContext


@frozen(kw_only=True, eq=False)
class Attempt:
    """
    One attempt in hand.

    *patience* says how long it is waited for; *free* gives back what it occupies; *settled* gets the report that
    counted, and its fate.
    """

    tenant: TenantContext
    job_id: JobId
    item: Item
    free: Callable[[], None]
    patience: Patience
    settled: Future[tuple[Report, Future[bool]]] = field(factory=Future)


@define(eq=False)
class AttemptsInHand:
    """All attempts of this process."""

    store: Store
    desk: Desk
    clock: Clock
    lease_s: float
    _held: dict[tuple[JobId, int, int], Attempt] = field(factory=dict, init=False)
    _unrecorded: dict[tuple[JobId, int, int], Attempt] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _may_begin: bool = field(default=True, init=False)

    def take(self, attempt: Attempt) -> bool:
        """Hold the attempt until it is settled; return whether it may begin: if not, it is given back at once."""
        with self._lock:
            self._held[_key(attempt)] = attempt
            may_begin = self._may_begin
        if not may_begin:
            self._release(attempt)
        return may_begin

    def begin_nothing(self) -> None:
        """Have what is taken from here on given back, as a claim may be under way; what is in hand goes on."""
        with self._lock:
            self._may_begin = False

    def close(self) -> None:
        """Give every attempt back, also those that are taken from here on."""
        self.begin_nothing()
        self.release_all()

    def settle(self, attempt: Attempt, report: Report) -> None:
        """
        Record the report. The first one for an attempt frees what it occupies and answers who waits for it.

        The record is queued before the place is freed, so that the next claim finds the item ended.
        """
        recorded = self.desk.record(attempt.tenant, attempt.job_id, report)
        with self._lock:
            first = self._held.pop(_key(attempt), None) is not None
            if first:  # its lease is kept until the record is committed: the store may be slow, and the work is done
                self._unrecorded[_key(attempt)] = attempt
        if first:
            self._learn(attempt, report)
            recorded.add_done_callback(lambda _: self._forget(attempt))
            attempt.free()
            attempt.settled.set_result((report, recorded))

    def keep_leases(self) -> None:
        """
        Extend the leases of everything in hand, and of what is not recorded yet, one statement a job.

        Raises:
            ServiceUnavailable: for one job at least; the others' leases were extended all the same.
        """
        by_job: dict[tuple[TenantContext, JobId], list[Item]] = defaultdict(list)
        with self._lock:
            attempts = [*self._held.values(), *self._unrecorded.values()]
        for attempt in attempts:
            by_job[attempt.tenant, attempt.job_id].append(attempt.item)
        refused: ServiceUnavailable | None = None
        for (tenant, job_id), items in by_job.items():
            try:
                self._extend(tenant, job_id, items)
            except ServiceUnavailable as error:
                refused = error
        if refused is not None:
            raise refused

    def _extend(self, tenant: TenantContext, job_id: JobId, items: list[Item]) -> None:
        until = self.clock.now() + timedelta(seconds=self.lease_s)
        with self.store.begin(tenant) as work:
            work.ledger.extend(job_id, [(item.no, item.token) for item in items], lease_until=until)
            work.commit()

    def end_overdue(self) -> None:
        """Fail the attempts whose deadline has passed, without waiting for their threads."""
        now = self.clock.now()
        for attempt in self._all():
            # what is known by now, not when it began: one that hangs from the start is given up as soon as the others
            limit_s = attempt.patience.deadline_s
            if _duration_s(attempt, now) >= limit_s:
                outcome = Outcome(state=ItemState.FAILED, failure=timed_out(limit_s))
                self.settle(attempt, Ended(no=attempt.item.no, token=attempt.item.token, outcome=outcome))

    def release_all(self) -> list[Future[bool]]:
        """Give every attempt back as if it had not begun, so that others can go on at once; return the records."""
        records = []
        for attempt in self._all():
            self._release(attempt)
            if attempt.settled.done():
                records.append(attempt.settled.result()[1])
        return records

    def _release(self, attempt: Attempt) -> None:
        self.settle(attempt, Released(no=attempt.item.no, token=attempt.item.token))

    def _learn(self, attempt: Attempt, report: Report) -> None:
        if isinstance(report, Ended):
            attempt.patience.learn(report.outcome, _duration_s(attempt, self.clock.now()))

    def _forget(self, attempt: Attempt) -> None:
        with self._lock:
            self._unrecorded.pop(_key(attempt), None)

    def jobs(self) -> set[tuple[TenantContext, JobId]]:
        """Return the jobs of the attempts in hand."""
        return {(attempt.tenant, attempt.job_id) for attempt in self._all()}

    def __len__(self) -> int:
        return len(self._held)

    def _all(self) -> list[Attempt]:
        with self._lock:
            return list(self._held.values())


def timed_out(limit_s: float) -> Failure:
    """Return the failure of an item whose attempt reached its deadline."""
    return Failure(
        kind=FailureKind.TIMED_OUT,
        message=f"no answer within the deadline of {limit_s:g} s; set a longer --deadline if the target needs more",
    )


def _duration_s(attempt: Attempt, now: datetime) -> float:
    began = attempt.item.started_at
    return 0.0 if began is None else (now - began).total_seconds()


def _key(attempt: Attempt) -> tuple[JobId, int, int]:
    return attempt.job_id, attempt.item.no, attempt.item.token
