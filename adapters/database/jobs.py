"""The jobs of one organization, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.database import tables
from adapters.database.prefixes import beginning, ids_beginning
from adapters.database.rows import JOB_COLUMNS, Values, job_from, job_values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Among, EachOf, Names, SafeText
from domain.jobs.errors import AlreadyRunning, Conflict, NotFound
from domain.jobs.job import Job, JobId, JobPlace, JobStatus

_job, _key = tables.job, tables.idempotency_key


def _is(name: str) -> ColumnElement[bool]:
    return _job.c[name] == bindparam(f"of_{name}", type_=_job.c[name].type)


_the_job = and_(of_organization(_job), _is("id"))
# DO NOTHING instead of an error: an error would end the transaction on Postgres before it could be looked into.
_ADD = insert(_job).on_conflict_do_nothing().returning(_job.c.id)
_ADD_KEY = insert(_key).on_conflict_do_nothing().returning(_key.c.key)
_DELETE = delete(_job).where(_the_job)
_BY_KEY = select(_key.c.job_id, _key.c.fingerprint).where(
    of_organization(_key), _key.c.key == bindparam("of_key", type_=SafeText)
)
_RIVAL = select(_job.c.id).where(of_organization(_job), _is("kind"), _is("subject"), tables.ACTIVE)
_GET = select(*JOB_COLUMNS).where(_the_job)
_GET_LOCKED = _GET.with_for_update(key_share=True)
_FIND = ids_beginning(_job.c.id, of_organization(_job))
_BY_TASK = (
    select(*JOB_COLUMNS)
    .where(of_organization(_job), _is("celery_task_id"), _job.c.celery_task_id.is_not(None))
    .order_by(_job.c.created_at.desc(), _job.c.id.desc())
    .limit(1)
)
_PUT = update(_job).where(_the_job)
_CLOSE = _PUT.where(tables.ACTIVE, _is("revision"))
_PAGE = (
    select(*JOB_COLUMNS)
    .where(of_organization(_job))
    .order_by(_job.c.created_at.desc(), _job.c.id.desc())
    .limit(bindparam("at_most"))
)
_BEHIND = or_(
    _job.c.created_at < bindparam("created_before", type_=_job.c.created_at.type),
    and_(
        _job.c.created_at == bindparam("created_before", type_=_job.c.created_at.type),
        _job.c.id < bindparam("id_before", type_=SafeText),
    ),
)


def _newest_about_each() -> Select[Any]:
    """Return the statement for the id of the newest job of a kind about each subject, each at the end of an index."""
    wanted = EachOf(bindparam("of_subjects", type_=Names)).table_valued("value", name="value")
    about = select(_job.c.id).where(of_organization(_job), _is("kind"), _job.c.subject == wanted.c.value)
    active = about.where(tables.ACTIVE).correlate(wanted).scalar_subquery()
    newest = about.order_by(_job.c.created_at.desc(), _job.c.id.desc()).limit(1).correlate(wanted).scalar_subquery()
    return select(func.coalesce(active, newest).label("id")).select_from(wanted)


_NEWEST_ABOUT_EACH = _newest_about_each()
# apart from the above: Postgres would compare the ids that it finds with those of all jobs
_OF_IDS = select(*JOB_COLUMNS).where(of_organization(_job), Among(_job.c.id, bindparam("of_ids", type_=Names)))


@frozen(kw_only=True)
class SqlJobs:
    """`JobRepository` in one transaction."""

    scope: Scope

    def add(self, job: Job, *, idempotency_key: str | None = None, fingerprint: str = "") -> None:
        """Store a new job, and the key it was asked for with; nothing is left of it when either is refused."""
        if self.scope.insert(_ADD, {"id": job.id, **job_values(job)}).first() is None:
            raise self._refusal(job, idempotency_key)
        if idempotency_key is None:
            return
        request = {"job_id": job.id, "fingerprint": fingerprint, "created_at": job.created_at}
        if self.scope.insert(_ADD_KEY, {"key": idempotency_key, **request}).first() is None:
            self.scope.execute(_DELETE, of_id=job.id)
            raise _key_taken(idempotency_key)

    def by_key(self, idempotency_key: str) -> tuple[JobId, str] | None:
        """Return the job that was asked for with the key, and the fingerprint of that request."""
        row = self.scope.execute(_BY_KEY, of_key=idempotency_key).first()
        return None if row is None else (JobId(row.job_id), row.fingerprint)

    def get(self, job_id: JobId, *, lock: bool = False) -> Job:
        """Return the job; with *lock*, nobody else locks it until this unit of work ends."""
        row = self.scope.execute(_GET_LOCKED if lock else _GET, of_id=job_id).first()
        if row is None:
            raise NotFound(f"There is no job {job_id}; `antiphon jobs list` shows those there are")
        job = job_from(row)
        if lock:
            self.scope.holds(job)
        return job

    def find(self, id_prefix: str) -> list[JobId]:
        """Return the jobs whose id starts with *id_prefix* (at most ten)."""
        found = self.scope.execute(_FIND, **beginning(id_prefix))
        return [JobId(row.id) for row in found]

    def by_task(self, task_id: str) -> Job | None:
        """Return the newest job whose start the Celery task of this id has run."""
        row = self.scope.execute(_BY_TASK, of_celery_task_id=task_id).first()
        return None if row is None else job_from(row)

    def put(self, job: Job) -> None:
        """
        Store a changed job; the caller holds its lock.

        Raises:
            AlreadyRunning: it was opened again, and another active job of its kind has its subject.
        """
        try:
            self.scope.execute(_PUT, of_id=job.id, **job_values(job))
        except IntegrityError as error:  # only the duplicate guard looks at what a change may change
            raise AlreadyRunning(
                f"Job {job.id} can't be opened again: another job of kind {job.kind} is running on {job.subject}"
            ) from error
        self.scope.holds(job)

    def close(self, job: Job, *, revision: int) -> bool:
        """Store *job* as ended if it is still open in *revision*; return whether this caller was the one."""
        closed = self.scope.execute(_CLOSE, of_id=job.id, of_revision=revision, **job_values(job))
        if closed.rowcount == 1:
            self.scope.holds(job)
        return closed.rowcount == 1

    def newest(self, *, kind: str, subjects: Sequence[str]) -> dict[str, Job]:
        """Return the newest job of a kind about each subject: the active one, if one is."""
        if not subjects:
            return {}
        found = self.scope.execute(_NEWEST_ABOUT_EACH, of_kind=kind, of_subjects=list(subjects))
        ids = [row.id for row in found if row.id is not None]
        return {row.subject: job_from(row) for row in self.scope.execute(_OF_IDS, of_ids=ids)}

    def page(
        self, *, before: JobPlace | None, limit: int, status: JobStatus | None = None, kind: str | None = None
    ) -> list[Job]:
        """Return jobs, newest first, from just behind *before*; only those of that status and kind, when named."""
        statement, values = _PAGE, Values(at_most=limit)
        if before is not None:
            statement = statement.where(_BEHIND)
            values |= {"created_before": before.created_at, "id_before": before.id}
        if status is not None:
            statement = statement.where(_is("status"))
            values["of_status"] = status.value
        if kind is not None:
            statement = statement.where(_is("kind"))
            values["of_kind"] = kind
        return [job_from(row) for row in self.scope.execute(statement, **values)]

    def _refusal(self, job: Job, idempotency_key: str | None) -> Conflict:
        # A request sent twice collides in its subject and its key: what its sender must hear of is the key.
        if idempotency_key is not None and self.by_key(idempotency_key) is not None:
            return _key_taken(idempotency_key)
        rival = self.scope.execute(_RIVAL, of_kind=job.kind, of_subject=job.subject).scalar()
        if rival is None:
            return Conflict(f"A job {job.id} is stored already; a new job needs a new id")
        return AlreadyRunning(
            f"Job {rival} of kind {job.kind} is already running on {job.subject}; wait for its end, or cancel it"
        )


def _key_taken(idempotency_key: str) -> Conflict:
    return Conflict(f"The idempotency key {idempotency_key!r} was used before; look up its job by the key")
