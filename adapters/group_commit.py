"""
The desk of one process: its claims and records, committed in groups.

Threads hand in what they have; one writer takes all that is there and commits it in one transaction. While it writes,
the next group gathers, so that a busy process makes few transactions and a quiet one waits for nobody.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from queue import Empty, SimpleQueue
from time import sleep

import structlog
from attrs import evolve, field, frozen
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_delay,
    stop_when_event_set,
    wait_random_exponential,
)

from domain.jobs.claims import Claim, ClaimAnswer, Ended, Refusal, Report
from domain.jobs.errors import FailureKind, ServiceUnavailable
from domain.jobs.events import LateRecord
from domain.jobs.item import Failure, ItemNo, ItemState, Outcome
from domain.jobs.job import JobId
from domain.jobs.ports import Clock, Store, UnitOfWork
from domain.tenancy import TenantContext

log = structlog.get_logger(__name__)


@frozen(kw_only=True, eq=False)
class _Recording:
    tenant: TenantContext
    job_id: JobId
    report: Report
    answer: Future[bool] = field(factory=Future)


@frozen(kw_only=True, eq=False)
class _Claiming:
    tenant: TenantContext
    claim: Claim
    answer: Future[ClaimAnswer] = field(factory=Future)

    @property
    def job_id(self) -> JobId:
        return self.claim.job_id


_Wish = _Recording | _Claiming


class GroupCommit:
    """
    A `Desk` over any store.

    *gather_s*: how long a group may gather after its first wish. *patience_s*: how long a store that can't be reached
    is tried again before the wishes fail; a group is written whole or not at all, so trying again is safe. *trouble*
    is what the newest group failed with, until one succeeds again.
    """

    def __init__(self, store: Store, clock: Clock, *, gather_s: float = 0.005, patience_s: float = 30.0) -> None:
        self._store = store
        self._clock = clock
        self._gather_s = gather_s
        self._patience_s = patience_s
        self.trouble: ServiceUnavailable | None = None
        self._unconfirmed: dict[JobId, dict[ItemNo, int]] = defaultdict(dict)  # the writer's own
        self._wishes: SimpleQueue[_Wish | None] = SimpleQueue()
        self._is_closed = False
        self._abandoned = threading.Event()
        self._door = threading.Lock()
        self._writer = threading.Thread(target=self._write_groups, name="antiphon-desk", daemon=True)
        self._writer.start()

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Claim items; returns when the claim is committed."""
        wish = _Claiming(tenant=tenant, claim=claim)
        self._hand_in(wish)
        return wish.answer.result()

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record a report; the future is answered when it is committed."""
        wish = _Recording(tenant=tenant, job_id=job_id, report=report)
        self._hand_in(wish)
        return wish.answer

    @property
    def waiting(self) -> int:
        """How many claims and records lie here for the next group."""
        return self._wishes.qsize()

    def abandon(self) -> None:
        """Try nothing again from here on, and refuse what comes later: nobody waits for this store any more."""
        self._abandoned.set()
        with self._door:
            self._is_closed = True
            self._wishes.put(None)

    def close(self) -> None:
        """Write what was handed in, then stop; what comes later is refused."""
        with self._door:
            self._is_closed = True
            self._wishes.put(None)
        self._writer.join()

    def _hand_in(self, wish: _Wish) -> None:
        with self._door:  # nothing gets behind the writer's end, where it would wait for ever
            if not self._is_closed:
                self._wishes.put(wish)
                return
        wish.answer.set_exception(ServiceUnavailable("this worker is stopping and records no more; others go on"))

    def _write_groups(self) -> None:
        while (first := self._wishes.get()) is not None:
            sleep(self._gather_s)
            group, more = [first], True
            with _emptied():
                while more:
                    wish = self._wishes.get_nowait()
                    more = wish is not None
                    if wish is not None:
                        group.append(wish)
            self._write(group)
            if not more:
                return

    def _write(self, group: list[_Wish]) -> None:
        by_tenant: dict[TenantContext, list[_Wish]] = defaultdict(list)
        for wish in group:
            by_tenant[wish.tenant].append(wish)
        for tenant, wishes in by_tenant.items():
            self._answer(tenant, wishes)

    def _answer(self, tenant: TenantContext, wishes: list[_Wish]) -> None:
        try:
            answers = self._patiently(tenant, wishes)
        except ServiceUnavailable as error:
            self.trouble = error
            _refuse(wishes, error)
        except Exception as error:  # noqa: BLE001  # whatever it is, the threads that wait must hear of it
            self._answer_apart(tenant, wishes, error)
        else:
            self.trouble = None
            for answer in answers:
                answer()

    def _answer_apart(self, tenant: TenantContext, wishes: list[_Wish], error: Exception) -> None:
        """Write each wish by itself: what the store can't take of one item must not cost the others their records."""
        if len(wishes) > 1:
            for wish in wishes:
                self._answer(tenant, [wish])
            return
        storable = _without_result(wishes[0], error)
        if storable is None:
            _refuse(wishes, error)
        else:
            self._answer(tenant, [storable])

    def _patiently(self, tenant: TenantContext, wishes: list[_Wish]) -> list[Callable[[], None]]:
        retrying = Retrying(
            retry=retry_if_exception_type(ServiceUnavailable),
            stop=stop_after_delay(self._patience_s) | stop_when_event_set(self._abandoned),
            sleep=sleep_using_event(self._abandoned),
            wait=wait_random_exponential(multiplier=0.05, max=2.0),
            before_sleep=lambda state: _say_once(state, wishes=len(wishes)),
            reraise=True,
        )
        return retrying(self._commit, tenant, wishes)

    def _commit(self, tenant: TenantContext, wishes: list[_Wish]) -> list[Callable[[], None]]:
        """Write one tenant's wishes in one transaction; return what to call when they are durable."""
        by_job: dict[JobId, list[_Wish]] = defaultdict(list)
        for wish in wishes:
            by_job[wish.job_id].append(wish)
        answers: list[Callable[[], None]] = []
        with self._store.begin(tenant) as work:
            # every process locks the jobs in the same order, so that no two wait for each other
            for job_id in sorted(by_job):
                # records first: they free the slots that the claims ask for
                answers += self._record(work, job_id, [w for w in by_job[job_id] if isinstance(w, _Recording)])
                claims = [w for w in by_job[job_id] if isinstance(w, _Claiming)]
                answers += self._claim(work, claims)
            work.commit()
        self._confirm(wishes)
        return answers

    def _claim(self, work: UnitOfWork, wishes: list[_Claiming]) -> list[Callable[[], None]]:
        """Make one claim of one job's wishes, and share out what was granted."""
        if not wishes:
            return []
        job_id, now = wishes[0].job_id, self._clock.now()
        numbers = tuple(dict.fromkeys(no for wish in wishes for no in wish.claim.numbers))
        known = {no: token for no, token in self._unconfirmed[job_id].items() if no in numbers}
        answer = work.ledger.claim(evolve(_from_now(wishes[0].claim, now), numbers=numbers, unconfirmed=known))
        # a connection that breaks in the commit does not say whether it came to that
        self._unconfirmed[job_id] |= {item.no: item.token for item in answer.granted}
        given: set[ItemNo] = set()
        return [_answering(wish.answer, _share(answer, wish.claim, given)) for wish in wishes]

    def _confirm(self, wishes: list[_Wish]) -> None:
        for wish in wishes:
            if isinstance(wish, _Claiming):
                for no in wish.claim.numbers:
                    self._unconfirmed[wish.job_id].pop(no, None)
                if not self._unconfirmed[wish.job_id]:
                    del self._unconfirmed[wish.job_id]

    def _record(self, work: UnitOfWork, job_id: JobId, wishes: list[_Recording]) -> list[Callable[[], None]]:
        if not wishes:
            return []
        now = self._clock.now()
        counted = work.ledger.record(job_id, [wish.report for wish in wishes], now=now)
        for wish, was_live in zip(wishes, counted, strict=True):
            if not was_live:
                late = LateRecord(job_id=job_id, item=wish.report.no, token=wish.report.token)
                work.outbox.add(late, now=now)
        return [_answering(wish.answer, was_live) for wish, was_live in zip(wishes, counted, strict=True)]


def _refuse(wishes: list[_Wish], error: Exception) -> None:
    for wish in wishes:
        wish.answer.set_exception(error)


def _without_result(wish: _Wish, error: Exception) -> _Wish | None:
    """Return the record of an end without what could not be stored, or None where there is nothing to leave out."""
    if not isinstance(wish, _Recording) or not isinstance(wish.report, Ended) or not wish.report.outcome.result:
        return None
    log.error("a result can't be stored", job=wish.job_id, item=wish.report.no, error=type(error).__name__)
    failure = Failure(kind=FailureKind.INTERNAL, message=f"the result can't be stored ({type(error).__name__})")
    outcome = Outcome(state=ItemState.FAILED, failure=failure)
    return evolve(wish, report=evolve(wish.report, outcome=outcome))


def _say_once(state: RetryCallState, *, wishes: int) -> None:
    if state.attempt_number == 1 and state.outcome is not None:
        log.warning(
            "the store refused a group of records; it is tried again for a while",
            wishes=wishes,
            error=str(state.outcome.exception()),
        )


def _from_now(claim: Claim, now: datetime) -> Claim:
    """Return the claim as if made now: a store that was away must not cost an attempt its lease and deadline."""
    late = now - claim.now
    return evolve(claim, now=now, lease_until=claim.lease_until + late, deadline_at=claim.deadline_at + late)


def _share(answer: ClaimAnswer, claim: Claim, given: set[ItemNo]) -> ClaimAnswer:
    """Return the part of the common *answer* that belongs to one claim; an item two asked for goes to the first."""
    mine = set(claim.numbers)
    granted = tuple(item for item in answer.granted if item.no in mine and item.no not in given)
    taken = {item.no: Refusal.LEASED for item in answer.granted if item.no in mine & given}
    given.update(item.no for item in granted)
    return ClaimAnswer(
        granted=granted,
        refused=taken | {no: why for no, why in answer.refused.items() if no in mine},
        due={no: due for no, due in answer.due.items() if no in mine},
    )


def _answering(answer: Future[bool] | Future[ClaimAnswer], value: bool | ClaimAnswer) -> Callable[[], None]:
    return lambda: answer.set_result(value)  # type: ignore[arg-type]  # each future gets the value of its own kind


@contextmanager
def _emptied() -> Iterator[None]:
    """Read a queue until it is empty."""
    try:
        yield
    except Empty:
        return
