"""
The moves of whoever owns a job: submit, cancel, resume, retry-failed, and looking at how it stands.

Each move is one unit of work; what has to be sent afterwards lies in the outbox when it commits, so that an accepted
job is never forgotten, broker or no broker.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import attrs
from attrs import field, frozen

from domain.jobs.aggregate import Tally
from domain.jobs.closing import advance, close, settle
from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, NotFound
from domain.jobs.events import CancelRequested, JobAccepted, JobRevised, SendShard, StartJob
from domain.jobs.item import Document, Item, ItemState
from domain.jobs.job import Job, JobId, JobOptions, JobPlace, JobStatus, cancelling, revised
from domain.jobs.plan import ShardState
from domain.jobs.ports import Clock, Doorbell, IdSource, Store, UnitOfWork
from domain.jobs.request_key import IdempotencyKey, job_of_key
from domain.jobs.subjects import at_work_on
from domain.tenancy import TenantContext

OPEN_SHARDS_READ = 1000


@frozen(kw_only=True)
class Submission:
    """A job somebody asks for. The same *idempotency_key* with the same words returns the first one's job."""

    kind: str
    spec: Document
    options: JobOptions = attrs.field(factory=JobOptions)
    subject: str | None = None
    idempotency_key: IdempotencyKey | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what was asked for: what must be the same when its key comes again."""
        if self.idempotency_key is not None and self.idempotency_key.request is not None:
            return self.idempotency_key.request
        words = [self.kind, self.spec, attrs.asdict(self.options), self.subject]
        return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def snapshot(self, spec: Document) -> Submission:
        """Return the submission with what its words stand for today as *spec*; as a request it stays the same one."""
        key = self.idempotency_key and attrs.evolve(self.idempotency_key, request=self.fingerprint)
        return attrs.evolve(self, spec=spec, idempotency_key=key)


@frozen(kw_only=True)
class JobView:
    """A job and how its items stand. *progress* runs from 0 to 1; *idle_s* is the time since anything changed."""

    job: Job
    tally: Tally

    @property
    def progress(self) -> float:
        """The share of planned items that have ended; 0 while the plan is being written."""
        if self.job.planned is None:
            return 0.0
        return self.tally.ended / self.job.planned if self.job.planned else 1.0


@frozen(kw_only=True)
class JobService:
    """
    Every family's jobs, for their owners.

    *rivals*: by kind, another one that may not be at work on the same subject when an ended job is opened again.
    """

    store: Store
    clock: Clock
    ids: IdSource
    doorbell: Doorbell
    kinds: frozenset[str]
    rivals: Mapping[str, str] = field(factory=dict)

    def submit(self, tenant: TenantContext, submission: Submission) -> Job:
        """
        Accept a job and return it; it is stored, and will be worked on, when this returns.

        Raises:
            InvalidInput: there is no such kind of job.
            AlreadyRunning: an active job of this kind has the same subject.
            KeyReused: the idempotency key belongs to another request.
        """
        if submission.kind not in self.kinds:
            known = ", ".join(sorted(self.kinds))
            raise InvalidInput(f"kind {submission.kind!r}: no such kind of job; known kinds: {known}")
        job = self._new_job(tenant, submission)
        try:
            accepted = self._accept(tenant, submission, job)
        except AlreadyRunning:
            raise
        except Conflict:  # somebody else's request with this key was stored just now: theirs is the answer
            accepted = self._accept(tenant, submission, job)
        self.doorbell.ring()
        return accepted

    def replayed(self, tenant: TenantContext, key: IdempotencyKey) -> Job | None:
        """
        Return the job that the same request started before; None for a key that is new.

        Worth asking before the request is looked into: what it names may be gone by now.

        Raises:
            KeyReused: the key belongs to another request.
        """
        with self.store.view(tenant) as work:
            return job_of_key(work, key.key, key.request or "")

    def get(self, tenant: TenantContext, job_id: JobId) -> JobView:
        """
        Return the job and how its items stand.

        Raises:
            NotFound: no such job in this organization.
        """
        with self.store.view(tenant) as work:
            return JobView(job=work.jobs.get(job_id), tally=work.ledger.tally(job_id))

    def find(self, tenant: TenantContext, words: str) -> JobId:
        """
        Return the job that *words* name: its id, the unambiguous beginning of it, or `last`.

        Raises:
            NotFound: none fits.
            InvalidInput: several do.
        """
        with self.store.view(tenant) as work:
            if words == "last":
                found = [job.id for job in work.jobs.page(before=None, limit=1)]
            else:
                found = work.jobs.find(words)
        if not found:
            raise NotFound(f"job {words!r}: no such job; `antiphon jobs list` shows those there are")
        if len(found) > 1:
            raise InvalidInput(f"job {words!r}: {len(found)} jobs begin so ({', '.join(found)}); give more of the id")
        return found[0]

    def page(
        self,
        tenant: TenantContext,
        *,
        before: JobPlace | None = None,
        limit: int = 20,
        status: JobStatus | None = None,
        kind: str | None = None,
    ) -> list[JobView]:
        """Return jobs, newest first, from just behind *before*; only those of that status and kind, when named."""
        with self.store.view(tenant) as work:
            jobs = work.jobs.page(before=before, limit=limit, status=status, kind=kind)
            kept = work.ledger.kept_tallies([job.id for job in jobs if job.status.is_end])
            return [JobView(job=job, tally=kept.get(job.id) or work.ledger.tally(job.id)) for job in jobs]

    def failures(self, tenant: TenantContext, job_id: JobId, *, limit: int = 20) -> list[Item]:
        """Return the first failed items."""
        with self.store.view(tenant) as work:
            return work.ledger.page(job_id, after=None, limit=limit, states=[ItemState.FAILED])

    def cancel(self, tenant: TenantContext, job_id: JobId) -> Job:
        """
        Stop the job: items that have not begun never will; those in flight end as they end.

        Raises:
            Conflict: the job has ended already.
        """
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            job = cancelling(work.jobs.get(job_id, lock=True), now=now)
            stopped = work.ledger.cancel_pending(job_id, now=now) if job.is_frozen else 0
            work.jobs.put(job)
            work.outbox.add(CancelRequested(job_id=job_id, stopped=stopped), now=now)
            # a plan that is being written is closed by its writer, or by the sweeper when the writer is gone
            if job.is_frozen:
                settle(work, job)
                job = advance(work, job, now=now)
            elif job.planning is None:
                job = close(work, job, JobStatus.CANCELLED, now=now)
            work.commit()
        self.doorbell.ring()
        return job

    def resume(self, tenant: TenantContext, job_id: JobId) -> Job:
        """
        Go on with a job: an ended one runs its cancelled items, an interrupted one what was in the broker.

        Sending again what is still under way changes nothing: items are claimed once.

        Raises:
            Conflict: the job has ended, and no item of it was cancelled, or a rival is at work.
        """
        with self.store.begin(tenant) as work:
            job = work.jobs.get(job_id, lock=True)
            job = self._reopen(work, job, ItemState.CANCELLED) if job.status.is_end else self._resend(work, job)
            work.commit()
        self.doorbell.ring()
        return job

    def retry_failed(self, tenant: TenantContext, job_id: JobId) -> Job:
        """
        Run the failed items of an ended job again, with a new budget of attempts.

        Raises:
            Conflict: the job has not ended, no item of it failed, or a rival is at work.
        """
        with self.store.begin(tenant) as work:
            job = self._reopen(work, work.jobs.get(job_id, lock=True), ItemState.FAILED)
            work.commit()
        self.doorbell.ring()
        return job

    def _accept(self, tenant: TenantContext, submission: Submission, job: Job) -> Job:
        with self.store.begin(tenant) as work:
            if submission.idempotency_key is not None:
                known = job_of_key(work, submission.idempotency_key.key, submission.fingerprint)
                if known is not None:
                    return known
            key = submission.idempotency_key.key if submission.idempotency_key else None
            work.jobs.add(job, idempotency_key=key, fingerprint=submission.fingerprint)
            work.outbox.add(JobAccepted(job_id=job.id), now=job.created_at)
            work.outbox.add(StartJob(job_id=job.id), now=job.created_at)
            work.commit()
        return job

    def _new_job(self, tenant: TenantContext, submission: Submission) -> Job:
        now = self.clock.now()
        return Job(
            id=JobId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            kind=submission.kind,
            spec=submission.spec,
            options=submission.options,
            subject=submission.subject,
            started_by=tenant.user_id,
            created_at=now,
            updated_at=now,
            origin=tenant.origin,
        )

    def _reopen(self, work: UnitOfWork, job: Job, state: ItemState) -> Job:
        now = self.clock.now()
        why = "resume" if state is ItemState.CANCELLED else "retry_failed"
        reopened = revised(job, now=now)
        self._refuse_beside_rival(work, job)
        items = work.ledger.reset(job.id, [state]) if job.is_frozen else 0
        if not items and (job.is_frozen or state is ItemState.FAILED):
            remedy = _REMEDY[why] if job.planned else "it never had any; submit it anew"
            raise Conflict(f"job {job.id} ended as {job.status} and has no {state} items; {remedy}")
        work.jobs.put(reopened)
        work.outbox.add(JobRevised(job_id=job.id, revision=reopened.revision, why=why, items=items), now=now)
        if not reopened.is_frozen:
            work.outbox.add(StartJob(job_id=job.id), now=now)
            return reopened
        return advance(work, reopened, now=now)

    def _refuse_beside_rival(self, work: UnitOfWork, job: Job) -> None:
        if job.subject is None or job.kind not in self.rivals:
            return
        rival = at_work_on(work.jobs, kind=self.rivals[job.kind], subject=job.subject)
        if rival is not None:
            raise Conflict(
                f"job {job.id} can't go on while job {rival.id} ({rival.kind}) is at work on the same; wait for that "
                f"(`antiphon jobs watch {rival.id}` looks on), or cancel it"
            )

    def _resend(self, work: UnitOfWork, job: Job) -> Job:
        now = self.clock.now()
        if not job.is_frozen:
            work.jobs.put(attrs.evolve(job, planning=None, updated_at=now))
            work.outbox.add(StartJob(job_id=job.id), now=now)
            return job
        settle(work, job)
        for shard in work.ledger.shards(job.id, ShardState.SENT, limit=OPEN_SHARDS_READ):
            work.ledger.put_shard(job.id, attrs.evolve(shard, sends=shard.sends + 1, sent_at=now))
            work.outbox.add(SendShard(job_id=job.id, shard=shard.no), now=now)
        return advance(work, job, now=now)


_REMEDY = {
    "resume": "to run its failed items again, use retry-failed",
    "retry_failed": "to run items that were cancelled, use resume",
}
