"""
Writing a job's plan: from the family's list of items, page by page, to frozen rows cut into shards.

One writer at a time, under a lease with a fence of its own: a second start message finds the lease and leaves; a
writer that vanished is replaced after the lease, and its half-written plan is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

import attrs
from attrs import field, frozen

from domain.jobs.closing import advance, close
from domain.jobs.errors import AntiphonError, ServiceUnavailable, TransientFailure, WorkerStopping
from domain.jobs.events import PlanFrozen
from domain.jobs.family import Family
from domain.jobs.item import ItemNo, PlannedItem
from domain.jobs.job import Job, JobId, JobStatus, PlanningLease, frozen_plan, planning
from domain.jobs.plan import Sizes, cut_for
from domain.jobs.ports import Clock, Doorbell, Store, UnitOfWork
from domain.tenancy import TenantContext

LONGEST_PAUSE_S = 60.0


@frozen(kw_only=True)
class _Writing:
    """A plan that is being written here, and when its newest page was begun."""

    tenant: TenantContext
    job: Job
    since: datetime


@frozen(kw_only=True, eq=False)
class Planner:
    """
    Starts jobs. *page* is the number of items a transaction.

    Whoever writes a plan holds a lease of *lease_s* seconds, which `keep_leases` extends: for up to *page_s* seconds a
    page, as a source that never answers must not hold a job for ever. Between two pages *is_stopping* is asked: a
    process that is told to stop must not write a million rows first. A source that may answer later is asked again for
    *patience_s* seconds since the job was opened; then the job ends as failed, with the source's reason.
    """

    store: Store
    clock: Clock
    doorbell: Doorbell
    families: Mapping[str, Family]
    lease_s: float = 30.0
    page_s: float = 600.0
    patience_s: float = 600.0
    page: int = field(default=1000)
    sizes: Sizes = field(factory=Sizes)
    is_stopping: Callable[[], bool] = lambda: False
    _writing: dict[tuple[JobId, int], _Writing] = field(factory=dict, init=False)

    def start(self, tenant: TenantContext, job_id: JobId, *, task_id: str | None = None) -> None:
        """
        Freeze the job's plan and have its first shards sent; do nothing when that is done, or being done.

        A family that can't plan closes the job as failed, with the reason.

        Raises:
            TransientFailure: the family's source may answer later; start again after its `retry_after_s`.
            ServiceUnavailable: the store refuses to work.
        """
        job = self._begin(tenant, job_id, task_id)
        if job is None:
            return
        try:
            with self._in_hand(tenant, job):
                self._write(tenant, job)
        except TransientFailure as error:
            if self.clock.now() - (job.opened_at or job.created_at) < timedelta(seconds=self.patience_s):
                self._give_up_lease(tenant, job)
                raise TransientFailure(str(error), kind=error.kind, retry_after_s=_pause_s(job, error)) from error
            self._fail(tenant, job, f"{error} (tried again for {self.patience_s:g} s)")
        except ServiceUnavailable:
            self._give_up_lease(tenant, job)
            raise
        except AntiphonError as error:
            self._fail(tenant, job, str(error))
        except Exception as error:  # noqa: BLE001  # a family's mistake must end its job, not be tried for ever
            self._fail(tenant, job, f"{type(error).__name__}: {error}")
        self.doorbell.ring()

    def keep_leases(self) -> None:
        """
        Extend the leases of the plans that are being written here; one whose page takes too long is let go.

        Raises:
            ServiceUnavailable: for one plan at least.
        """
        now = self.clock.now()
        for writing in list(self._writing.values()):
            if writing.since + timedelta(seconds=self.page_s) <= now:
                continue
            with self.store.begin(writing.tenant) as work:
                if self._is_mine(current := work.jobs.get(writing.job.id, lock=True), writing.job):
                    self._extend(work, current, now=now)
                work.commit()

    @contextmanager
    def _in_hand(self, tenant: TenantContext, job: Job) -> Iterator[None]:
        self._turn_page(tenant, job)
        try:
            yield
        finally:
            del self._writing[job.id, job.planning_token]

    def _turn_page(self, tenant: TenantContext, job: Job) -> None:
        self._writing[job.id, job.planning_token] = _Writing(tenant=tenant, job=job, since=self.clock.now())

    def _begin(self, tenant: TenantContext, job_id: JobId, task_id: str | None) -> Job | None:
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            if job.status.is_end or job.is_frozen or (job.planning is not None and job.planning.until > now):
                return None
            if job.cancel_requested_at is not None:
                close(work, job, JobStatus.CANCELLED, now=now)
                work.commit()
                return None
            lease = PlanningLease(token=job.planning_token + 1, until=now + timedelta(seconds=self.lease_s))
            job = planning(job, lease=lease, task_id=task_id, now=now)
            work.ledger.discard(job_id)
            work.jobs.put(job)
            work.commit()
        return job

    def _write(self, tenant: TenantContext, job: Job) -> None:
        planned = 0
        for page in _pages(self.families[job.kind].plan(tenant, job), self.page):
            if self.is_stopping():
                raise WorkerStopping("this worker is stopping; another one begins the plan anew")
            with self.store.begin(tenant) as work:
                if not self._still_mine(work, job):
                    work.commit()
                    return
                work.ledger.add(job.id, ItemNo(planned), page)
                work.commit()
            planned += len(page)
            self._turn_page(tenant, job)
        self._freeze(tenant, job, planned)

    def _still_mine(self, work: UnitOfWork, job: Job) -> bool:
        """Extend the planning lease; or close the job when it was cancelled; or find that another writer took over."""
        now = self.clock.now()
        current = work.jobs.get(job.id, lock=True)
        if not self._is_mine(current, job):
            return False
        if current.cancel_requested_at is not None:
            close(work, current, JobStatus.CANCELLED, now=now)
            return False
        self._extend(work, current, now=now)
        return True

    def _is_mine(self, current: Job, job: Job) -> bool:
        return current.planning is not None and current.planning_token == job.planning_token

    def _extend(self, work: UnitOfWork, current: Job, *, now: datetime) -> None:
        lease = PlanningLease(token=current.planning_token, until=now + timedelta(seconds=self.lease_s))
        work.jobs.put(attrs.evolve(current, planning=lease, updated_at=now))

    def _freeze(self, tenant: TenantContext, job: Job, planned: int) -> None:
        cut = cut_for(planned, concurrency=job.options.concurrency, sizes=self.sizes)
        with self.store.begin(tenant) as work:
            if self._still_mine(work, job):
                now = self.clock.now()
                job = frozen_plan(work.jobs.get(job.id), planned=planned, window=cut.window, chunk=cut.chunk, now=now)
                work.jobs.put(job)
                work.ledger.cut(job.id, cut.shards(planned))
                shards = -(-planned // cut.shard)
                work.outbox.add(PlanFrozen(job_id=job.id, planned=planned, shards=shards), now=now)
                if planned or self.families[job.kind].allows_empty_plan:
                    advance(work, job, now=now)
                else:
                    close(work, job, JobStatus.FAILED, now=now, failure="the plan has no items: there is nothing to do")
            work.commit()

    def _fail(self, tenant: TenantContext, job: Job, reason: str) -> None:
        with self.store.begin(tenant) as work:
            if self._still_mine(work, job):
                now = self.clock.now()
                close(work, work.jobs.get(job.id), JobStatus.FAILED, now=now, failure=f"planning failed: {reason}")
            work.commit()

    def _give_up_lease(self, tenant: TenantContext, job: Job) -> None:
        with self.store.begin(tenant) as work:
            current = work.jobs.get(job.id, lock=True)
            if current.planning_token == job.planning_token and not current.is_frozen:
                work.jobs.put(attrs.evolve(current, planning=None))
            work.commit()


def _pause_s(job: Job, error: TransientFailure) -> float:
    """Return how long to wait for the plan's source: what it asked for, else twice as long as the last time."""
    asked = error.retry_after_s
    return min(2.0 ** min(job.planning_token - 1, 6) if asked is None else max(asked, 0.0), LONGEST_PAUSE_S)


def _pages(items: Iterator[PlannedItem], size: int) -> Iterator[list[PlannedItem]]:
    while page := list(islice(items, size)):
        yield page
