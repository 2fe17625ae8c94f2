"""The jobs of one organization, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from adapters.memory.journal import Journal
from adapters.memory.rows import LedgerRows, OrganizationRows
from domain.jobs.errors import AlreadyRunning, Conflict, NotFound
from domain.jobs.job import Job, JobId, JobPlace, JobStatus

MOST_FOUND = 10


@frozen(kw_only=True)
class MemoryJobs:
    """`JobRepository` over the rows of one organization; the unit of work holds the store's lock."""

    rows: OrganizationRows
    journal: Journal

    def add(self, job: Job, *, idempotency_key: str | None = None, fingerprint: str = "") -> None:
        """Store a new job, and the key it was asked for with."""
        if job.id in self.rows.jobs:
            raise Conflict(f"job {job.id} is stored already")
        if idempotency_key in self.rows.keys:
            raise Conflict(
                f"the idempotency key {idempotency_key!r} is taken by job {self.rows.keys[idempotency_key][0]}"
            )
        self._refuse_second(job)
        self.journal.put(self.rows.jobs, job.id, job)
        self.journal.put(self.rows.ledgers, job.id, LedgerRows())
        if idempotency_key is not None:
            self.journal.put(self.rows.keys, idempotency_key, (job.id, fingerprint))

    def by_key(self, idempotency_key: str) -> tuple[JobId, str] | None:
        """Return the job that was asked for with the key, and the fingerprint of that request."""
        return self.rows.keys.get(idempotency_key)

    def get(self, job_id: JobId, *, lock: bool = False) -> Job:  # noqa: ARG002  # the whole store is locked
        """Return the job."""
        if job_id not in self.rows.jobs:
            raise NotFound(f"there is no job {job_id} in this organization; `antiphon jobs list` shows those there are")
        return self.rows.jobs[job_id]

    def find(self, id_prefix: str) -> list[JobId]:
        """Return the jobs whose id starts with *id_prefix* (at most ten)."""
        return sorted(job_id for job_id in self.rows.jobs if job_id.startswith(id_prefix))[:MOST_FOUND]

    def by_task(self, task_id: str) -> Job | None:
        """Return the newest job whose start the Celery task of this id has run."""
        started = [job for job in self.rows.jobs.values() if job.celery_task_id == task_id]
        return max(started, key=lambda job: _age(job.place), default=None)

    def put(self, job: Job) -> None:
        """Store a changed job."""
        self.get(job.id)
        self._refuse_second(job)
        self.journal.put(self.rows.jobs, job.id, job)

    def close(self, job: Job, *, revision: int) -> bool:
        """Store *job* as ended if it is still open in *revision*; return whether this caller was the one."""
        stored = self.get(job.id)
        if stored.status.is_end or stored.revision != revision:
            return False
        self.journal.put(self.rows.jobs, job.id, job)
        return True

    def newest(self, *, kind: str, subjects: Sequence[str]) -> dict[str, Job]:
        """Return the newest job of a kind about each subject: the active one, if one is."""
        about = [job for job in self.rows.jobs.values() if job.kind == kind and job.subject in subjects]
        about.sort(key=lambda job: (not job.status.is_end, _age(job.place)))
        return {job.subject: job for job in about if job.subject is not None}

    def page(
        self, *, before: JobPlace | None, limit: int, status: JobStatus | None = None, kind: str | None = None
    ) -> list[Job]:
        """Return jobs, newest first, from just behind *before*; only those of that status and kind, when named."""
        wanted = [job for job in self.rows.jobs.values() if status in (None, job.status) and kind in (None, job.kind)]
        jobs = sorted(wanted, key=lambda job: _age(job.place), reverse=True)
        return [job for job in jobs if before is None or _age(job.place) < _age(before)][:limit]

    def _refuse_second(self, job: Job) -> None:
        if job.subject is None or job.status.is_end:
            return
        for other in self.rows.jobs.values():
            same = (other.kind, other.subject) == (job.kind, job.subject)
            if same and other.id != job.id and not other.status.is_end:
                raise AlreadyRunning(
                    f"job {other.id} ({job.kind}) is running on {job.subject} already: wait, or cancel it"
                )


def _age(place: JobPlace) -> tuple[datetime, JobId]:
    return (place.created_at, place.id)
