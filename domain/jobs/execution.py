"""
Running items: claim, do the family's work, record; never more at once than the job allows.

What a Celery task asks for ends in one of three ways: the item has ended (here or elsewhere), it is somebody else's, or
it has to wait and must be asked for again. Nothing here raises because of an item.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from attrs import define, field, frozen

from domain.jobs.admission import Admission, Admitted, Pass, admission_of
from domain.jobs.attempts import Attempt, AttemptsInHand
from domain.jobs.claims import Claim, Refusal, Released, Report
from domain.jobs.closing import advance
from domain.jobs.errors import (
    AntiphonError,
    FailureKind,
    ItemFailure,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.jobs.fairness import Party, party_of
from domain.jobs.family import Family, ItemRunner, Keep
from domain.jobs.item import Item, ItemNo, Outcome, WorkerId
from domain.jobs.job import Job, JobId
from domain.jobs.line import Crew, Line
from domain.jobs.patience import Patience, PatienceRule
from domain.jobs.ports import Clock, Store
from domain.jobs.reporting import Reporter
from domain.jobs.retry import RetryPolicy
from domain.jobs.round import LONGEST_WAIT_S, Executed, Round
from domain.jobs.worker_ports import Bench, Desk
from domain.tenancy import TenantContext

JOBS_PREPARED = 64


@frozen(kw_only=True, eq=False)
class _Prepared:
    """What all items of a job share in this process: its runner, and a gate as wide as its concurrency."""

    job: Job
    runner: ItemRunner
    gate: threading.BoundedSemaphore
    line: Line
    party: Party
    patience: Patience
    admission: Admission


@define(eq=False)
class Executor:
    """Runs items in one process; *crew* are the threads that do so, or wait to."""

    store: Store
    desk: Desk
    bench: Bench
    clock: Clock
    families: Mapping[str, Family]
    attempts: AttemptsInHand
    worker_id: WorkerId
    jitter: Callable[[], float]
    crew: Crew = field(factory=lambda: Crew(size=1))
    retry: RetryPolicy = field(factory=RetryPolicy)
    patience: PatienceRule = field(factory=PatienceRule)
    _jobs: OrderedDict[JobId, _Prepared] = field(factory=OrderedDict, init=False)
    _doors: dict[JobId, threading.Lock] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _left: dict[tuple[JobId, ItemNo], Attempt] = field(factory=dict, init=False)

    def execute(self, tenant: TenantContext, job_id: JobId, numbers: Sequence[ItemNo]) -> Executed:
        """
        Run the items that may run and wait for their end; return how all of them stand.

        Safe to call twice for the same items, at once or later: an item under a live lease, or at its end, is left
        alone.

        Raises:
            NotFound: no such job in this organization.
            ServiceUnavailable: the store refuses to work; nothing is known to be recorded.
            TransientFailure: the job can't be prepared just now; no item was begun.
        """
        prepared = self._prepared(tenant, job_id)
        round_ = Round(admission=prepared.admission, todo=deque(numbers))
        goes_on = True
        try:
            with self.crew.busy():
                while goes_on:
                    round_.look(self.clock.now())
                    begun = bool(round_.todo) and self._begin_some(tenant, prepared, round_)
                    goes_on = begun or round_.wait(self.clock.now())
        finally:  # what still runs when the store refused something is left to whoever asks for it next
            self._left |= {(job_id, attempt.item.no): attempt for attempt in round_.attempts}
        return round_.result(self.clock.now())

    def _begin_some(self, tenant: TenantContext, prepared: _Prepared, round_: Round) -> bool:
        """Begin what there is room for now; return whether it is worth asking for more at once."""
        with prepared.line.turn() as has_turn:
            return has_turn and self._begin_in_turn(tenant, prepared, round_)

    def _begin_in_turn(self, tenant: TenantContext, prepared: _Prepared, round_: Round) -> bool:
        gate = prepared.gate
        wished = _acquire(gate, len(round_.todo))
        if not wished:
            return False
        places = self.bench.reserve(prepared.party, wished, timeout_s=LONGEST_WAIT_S)
        _release(gate, wished - places)
        if not places:
            return False
        admitted = Admitted(passes=())
        granted: Sequence[Item] = ()
        try:
            admitted = prepared.admission.admit(places)
            granted = self._claim(tenant, prepared.job, round_, len(admitted.passes))
        finally:  # a store that refuses must not cost the process its places
            unused = places - len(granted)
            self.bench.give_back(prepared.party, unused)
            _release(gate, unused)
            for spare in admitted.passes[len(granted) :]:
                spare.give_back()
        begun = zip(granted, admitted.passes, strict=False)
        round_.add(self._start(tenant, prepared, item, pass_) for item, pass_ in begun)
        round_.note_admission(admitted)
        return bool(admitted.passes) and not round_.is_busy

    def _claim(self, tenant: TenantContext, job: Job, round_: Round, places: int) -> Sequence[Item]:
        if not places:
            return ()
        numbers = tuple(round_.todo.popleft() for _ in range(places))
        now = self.clock.now()
        claim = Claim(
            job_id=job.id,
            numbers=numbers,
            worker_id=self.worker_id,
            concurrency=job.options.concurrency,
            lease_until=now + timedelta(seconds=self.attempts.lease_s),
            deadline_at=now + timedelta(seconds=job.options.deadline_s),
            now=now,
            budget=job.options.budget,
        )
        answer = self.desk.claim(tenant, claim)
        joined = self._joined(job.id, numbers, answer.refused)
        round_.add(joined.values())
        round_.refuse({no: why for no, why in answer.refused.items() if no not in joined}, answer.due)
        if Refusal.BUDGET in answer.refused.values():
            with suppress(ServiceUnavailable):  # the sweeper does it then
                self._stop_spending(tenant, job.id)
        return answer.granted

    def _joined(
        self, job_id: JobId, numbers: Sequence[ItemNo], refused: Mapping[ItemNo, Refusal]
    ) -> dict[ItemNo, Attempt]:
        """Return the attempts of this process that nobody waits for: who asks for their items does, from now on."""
        left = {no: attempt for no in numbers if (attempt := self._left.pop((job_id, no), None)) is not None}
        return {no: attempt for no, attempt in left.items() if refused.get(no) is Refusal.LEASED}

    def _stop_spending(self, tenant: TenantContext, job_id: JobId) -> None:
        """Have what waits ended, at once, for the whole job: its budget is reached."""
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            if not job.status.is_end:
                advance(work, job, now=self.clock.now())
                work.commit()

    def _start(self, tenant: TenantContext, prepared: _Prepared, item: Item, pass_: Pass) -> Attempt:
        def free() -> None:
            self.bench.give_back(prepared.party, 1)
            prepared.gate.release()

        attempt = Attempt(tenant=tenant, job_id=prepared.job.id, item=item, free=free, patience=prepared.patience)

        def work() -> None:
            with pass_.used():
                report = self._report(attempt, prepared)
            self.attempts.settle(attempt, report)

        if not self.attempts.take(attempt):
            pass_.give_back()
            return attempt
        try:
            self.bench.start(work)
        except RuntimeError:  # the machine gives no more threads
            pass_.give_back()
            self.attempts.settle(attempt, Released(no=item.no, token=item.token))
        return attempt

    def _report(self, attempt: Attempt, prepared: _Prepared) -> Report:
        reporter = Reporter(desk=self.desk, clock=self.clock, jitter=self.jitter, retry=self.retry)
        deadline_s = prepared.patience.deadline_s
        return reporter.report(attempt.tenant, prepared.job, prepared.runner, attempt.item, deadline_s=deadline_s)

    def _prepared(self, tenant: TenantContext, job_id: JobId) -> _Prepared:
        with self._lock:
            door = self._doors.setdefault(job_id, threading.Lock())
        with door:  # a job's threads wait for one preparation; other jobs don't wait for it
            known = self._known(tenant, job_id)
            if known is None:
                known = self._prepare(tenant, job_id)
                if isinstance(known.runner, _Unrunnable):
                    return known  # not remembered: what stood in the way may be gone at the next try
            self._remember(job_id, known)
            return known

    def _known(self, tenant: TenantContext, job_id: JobId) -> _Prepared | None:
        with self._lock:
            known = self._jobs.get(job_id)
        # the organization in the row is the truth: another tenant's message never meets a prepared job
        return known if known is not None and known.job.organization_id == tenant.organization_id else None

    def _remember(self, job_id: JobId, prepared: _Prepared) -> None:
        with self._lock:
            self._jobs[job_id] = prepared
            self._jobs.move_to_end(job_id)
            while len(self._jobs) > JOBS_PREPARED:
                forgotten, _ = self._jobs.popitem(last=False)
                self._doors.pop(forgotten, None)

    def _prepare(self, tenant: TenantContext, job_id: JobId) -> _Prepared:
        with self.store.view(tenant) as work:
            job = work.jobs.get(job_id)
        runner: ItemRunner
        try:
            runner = self.families[job.kind].prepare(tenant, job)
        except (ServiceUnavailable, TransientFailure):
            raise
        except ItemFailure as error:
            runner = _Unrunnable(kind=error.kind, message=str(error))
        except AntiphonError as error:
            runner = _Unrunnable(kind=FailureKind.BAD_INPUT, message=str(error))
        except Exception as error:  # noqa: BLE001  # as for items: a family's mistake becomes their outcome
            runner = _Unrunnable(kind=FailureKind.INTERNAL, message=f"{type(error).__name__}: {error}")
        gate = threading.BoundedSemaphore(job.options.concurrency)
        options = job.options
        patience = Patience(cap_s=options.deadline_s, follows_latency=options.follows_latency, rule=self.patience)
        return _Prepared(
            job=job,
            runner=runner,
            gate=gate,
            line=Line(crew=self.crew),
            party=party_of(job),
            patience=patience,
            admission=admission_of(runner),
        )


@frozen(kw_only=True)
class _Unrunnable:
    """Stands in for the runner of a job that can't run here: every item fails for the same, stated reason."""

    kind: FailureKind
    message: str

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        _ = item, deadline_s, keep
        raise PermanentFailure(self.message, kind=self.kind)


def _acquire(gate: threading.BoundedSemaphore, at_most: int) -> int:
    """Take up to *at_most* permits: wait for the first, take the others only if they are free."""
    if not gate.acquire(timeout=LONGEST_WAIT_S):
        return 0
    taken = 1
    while taken < at_most and gate.acquire(blocking=False):
        taken += 1
    return taken


def _release(gate: threading.BoundedSemaphore, permits: int) -> None:
    if permits:
        gate.release(permits)
