"""
The sweeper: the guarantee behind every message that can be lost.

It makes the same moves as the messages do, from the rows alone: it takes items back from workers that vanished, ends
what is past its deadline, sends again what never arrived, closes what is over. Any number of sweepers may run; workers
take turns, so that one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs
from attrs import field, frozen
from attrs.validators import ge, gt

from domain.jobs.attempts import timed_out
from domain.jobs.claims import Ended
from domain.jobs.closing import advance, close, in_broker, send_all_again, settle
from domain.jobs.errors import FailureKind
from domain.jobs.events import LeasesLost, SendShard, StartJob
from domain.jobs.item import Failure, Item, ItemState, Outcome, WorkerId
from domain.jobs.job import Job, JobId, JobStatus
from domain.jobs.plan import Shard
from domain.jobs.ports import Clock, Doorbell, Installation, Store, UnitOfWork
from domain.jobs.relaying import system_context
from domain.jobs.turns import Turn
from domain.tenancy import TenantContext

SWEEPING = "sweep"


@frozen(kw_only=True)
class SweepRules:
    """
    When the sweeper steps in, in seconds.

    *resend_after_s*: how long a sent shard, or a job's start, may show no sign of life; doubled with each resend.
    *deadline_grace_s*: how long past its deadline an attempt is left to its own worker; longer than a lease, so that a
    worker that vanished is noticed as such.
    *poison_after*: the number of workers an item may take down before it is failed.
    """

    resend_after_s: float = field(default=60.0, validator=gt(0))
    deadline_grace_s: float = field(default=35.0, validator=ge(0))
    poison_after: int = field(default=3, validator=ge(1))


@frozen(kw_only=True)
class Sweeper:
    """Looks after the jobs that have not ended."""

    store: Store
    installation: Installation
    clock: Clock
    doorbell: Doorbell
    rules: SweepRules = field(factory=SweepRules)

    def sweep(self) -> int:
        """
        Look after every active job of every organization; return how many there are.

        A job that can't be looked after does not keep the others from it; its error is raised at the end.
        """
        active = self.installation.active_jobs()
        mistakes: list[Exception] = []
        for organization_id, job_id in active:
            try:
                self.sweep_job(system_context(organization_id), job_id)
            except Exception as error:  # noqa: BLE001  # one job that can't be looked after must not cost the others
                mistakes.append(error)
        if mistakes:
            raise mistakes[0]
        return len(active)

    def sweep_in_turn(self, worker_id: WorkerId, *, rest_s: float) -> bool:
        """
        Sweep, if it is this worker's turn; return whether it was.

        One worker of an installation sweeps every *rest_s* seconds. When it misses a turn, another has it from then on.
        """
        turn = Turn(duty=SWEEPING, holder=worker_id, now=self.clock.now(), rest_s=rest_s)
        if not self.installation.take_turn(turn):
            return False
        self.sweep()
        return True

    def sweep_job(self, tenant: TenantContext, job_id: JobId) -> Job:
        """Look after one job; return it as it is afterwards."""
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            if not job.status.is_end:
                if _waited_too_long(work, job, now):
                    job = _give_up(work, job, now)
                elif job.is_frozen:
                    self._look_after_items(work, job, now)
                    settle(work, job)
                    job = advance(work, job, now=now)
                else:
                    job = self._look_after_plan(work, job, now)
                work.commit()
        self.doorbell.ring()
        return job

    def take_over(self, tenant: TenantContext, job_id: JobId, workers: Iterable[WorkerId]) -> Job:
        """
        Take back what *workers* that are known to be gone held, without waiting for their leases; look after the job.

        A half-written plan is theirs too: it is begun anew.
        """
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            for worker_id in workers:
                self._take_back(work, job, work.ledger.forsake(job_id, worker_id, now=now), now)
            if job.planning is not None:
                work.jobs.put(attrs.evolve(job, planning=None))
            work.commit()
        return self.sweep_job(tenant, job_id)

    def _look_after_plan(self, work: UnitOfWork, job: Job, now: datetime) -> Job:
        written_until = job.planning.until if job.planning is not None else job.updated_at
        if job.planning is not None and written_until > now:
            return job
        if job.cancel_requested_at is not None:
            return close(work, job, JobStatus.CANCELLED, now=now)
        if job.planning is not None or job.updated_at + self._patience(1) <= now:
            job = attrs.evolve(job, planning=None, updated_at=now)
            work.jobs.put(job)
            work.outbox.add(StartJob(job_id=job.id), now=now)
        return job

    def _look_after_items(self, work: UnitOfWork, job: Job, now: datetime) -> None:
        # first those whose worker vanished: they are run again, not blamed for their deadline
        self._take_back(work, job, work.ledger.expire(job.id, now=now), now)
        self._end_overdue(work, job, now)
        for shard in in_broker(work, job):
            if self._is_stalled(work, job, shard, now):
                work.ledger.put_shard(job.id, attrs.evolve(shard, sends=shard.sends + 1, sent_at=now))
                work.outbox.add(SendShard(job_id=job.id, shard=shard.no), now=now)

    def _end_overdue(self, work: UnitOfWork, job: Job, now: datetime) -> None:
        grace = timedelta(seconds=self.rules.deadline_grace_s)
        failure = timed_out(job.options.deadline_s)
        reports = [
            Ended(no=item.no, token=item.token, outcome=Outcome(state=ItemState.FAILED, failure=failure))
            for item in work.ledger.overdue(job.id, now=now - grace)
        ]
        work.ledger.record(job.id, reports, now=now)

    def _take_back(self, work: UnitOfWork, job: Job, lost: Sequence[Item], now: datetime) -> None:
        if not lost:
            return
        poisoned = [item.no for item in lost if item.losses >= self.rules.poison_after]
        message = f"{self.rules.poison_after} workers vanished while they ran this item; it is not tried again"
        work.ledger.fail_pending(job.id, poisoned, Failure(kind=FailureKind.POISON, message=message), now=now)
        work.outbox.add(LeasesLost(job_id=job.id, items=tuple(item.no for item in lost)), now=now)
        # a worker that vanished took messages along, too: of items that it had not begun
        send_all_again(work, job, now=now)

    def _is_stalled(self, work: UnitOfWork, job: Job, shard: Shard, now: datetime) -> bool:
        tally = work.ledger.tally(job.id, shard)
        if tally.running or not tally.pending:
            return False
        signs = [sign for sign in (shard.sent_at, work.ledger.last_activity(job.id, shard)) if sign is not None]
        return max(signs, default=now) + self._patience(shard.sends) <= now

    def _patience(self, sends: int) -> timedelta:
        return timedelta(seconds=self.rules.resend_after_s * 2.0 ** min(max(sends - 1, 0), 6))


def _waited_too_long(work: UnitOfWork, job: Job, now: datetime) -> bool:
    """Whether nothing of the job has begun within the time it may wait; a later revision waits as long as it takes."""
    longest_s = job.options.max_wait_s
    if longest_s is None or job.revision > 1 or job.created_at + timedelta(seconds=longest_s) > now:
        return False
    # items begin in their order, so what the first shard says holds for all
    return not job.planned or work.ledger.last_activity(job.id, work.ledger.shard(job.id, 0)) is None


def _give_up(work: UnitOfWork, job: Job, now: datetime) -> Job:
    message = (
        f"not run: nothing of the job had begun after {job.options.max_wait_s:g} s (--max-wait); look for workers with "
        "`antiphon doctor`, then use retry-failed"
    )
    if not job.is_frozen:
        return close(work, job, JobStatus.FAILED, now=now, failure=message)
    work.ledger.fail_all_pending(job.id, Failure(kind=FailureKind.EXPIRED, message=message), now=now)
    settle(work, job, unsent=True)
    return advance(work, job, now=now)
