"""
One transaction of one organization: what every statement of a unit of work runs in.

Lock order: whoever changes items of a job takes the job's row first. On Postgres that keeps two writers of one job
from waiting for each other in a circle; on SQLite there is one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from attrs import define, field
from sqlalchemy import ColumnElement, Connection, Engine, Executable, FromClause, and_, bindparam, select

from adapters.database import tables
from adapters.database.connection import connected
from adapters.database.rows import AnyResult, Values
from adapters.database.types import Name
from adapters.database.write_turn import commit
from domain.jobs.job import Job, JobId
from domain.tenancy import OrganizationId

_job = tables.job


def of_organization(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that every statement on *table* carries."""
    return table.c.organization_id == bindparam("of_organization", type_=Name)


def of_job(table: FromClause) -> ColumnElement[bool]:
    """Return the condition for the rows of one job."""
    return and_(of_organization(table), table.c.job_id == bindparam("of_job", type_=Name))


# NO KEY: rows that refer to the job (new messages, new items) may be stored meanwhile.
_HOLD = (
    select(_job.c.cancel_requested_at)
    .where(of_organization(_job), _job.c.id == bindparam("of_job", type_=Name))
    .with_for_update(key_share=True)
)


@contextmanager
def scoped(engine: Engine, *, organization_id: OrganizationId, is_view: bool) -> Iterator[Scope]:
    """
    Yield the scope of a unit of work, which is undone at the end unless it was committed.

    A view is read-only and waits for no writer. On SQLite any other waits until nobody else writes: at most 20 s for
    the threads of this process, and as long for other processes.

    Raises:
        ServiceUnavailable: the database can't be reached, or refuses to work.
    """
    with connected(engine, tenant=organization_id, reads=is_view) as connection:
        yield Scope(
            connection=connection,
            organization_id=organization_id,
            locks_rows=engine.dialect.name != "sqlite",
            is_view=is_view,
        )


@define(kw_only=True)
class Scope:
    """The connection, the organization, and what is known of the jobs whose lock this transaction holds; `scoped`."""

    connection: Connection
    organization_id: OrganizationId
    locks_rows: bool
    is_view: bool
    _cancelling: dict[JobId, bool] = field(factory=dict, init=False)

    def execute(self, statement: Executable, **values: object) -> AnyResult:
        """Run a statement that names its organization `of_organization`."""
        return self.connection.execute(statement, {"of_organization": self.organization_id, **values})

    def execute_many(self, statement: Executable, rows: Sequence[Mapping[str, object]], **shared: object) -> None:
        """Run a statement once for each of *rows*, all of which also get the *shared* values; nothing without rows."""
        if rows:
            shared["of_organization"] = self.organization_id
            self.connection.execute(statement, [{**shared, **row} for row in rows])

    def insert(self, statement: Executable, row: Values) -> AnyResult:
        """Insert one row into a table of the organization."""
        return self.connection.execute(statement, {"organization_id": self.organization_id, **row})

    def insert_many(self, statement: Executable, rows: Sequence[Values], **shared: object) -> None:
        """Insert *rows*, all of which also get the *shared* values, into a table of the organization."""
        if rows:
            shared["organization_id"] = self.organization_id
            self.connection.execute(statement, [{**shared, **row} for row in rows])

    def hold(self, job_id: JobId) -> None:
        """Wait until nobody else changes the job or its items; they are ours until the transaction ends."""
        if self.locks_rows:
            self.is_cancelling(job_id)

    def is_cancelling(self, job_id: JobId) -> bool:
        """Return whether the job's cancel was asked for; holds the job, so that the answer stays true."""
        if job_id not in self._cancelling:
            self._cancelling[job_id] = self.execute(_HOLD, of_job=job_id).scalar() is not None
        return self._cancelling[job_id]

    def commit(self) -> None:
        """Make the changes durable and visible; every lock is given back. Without it, they are undone."""
        if self.is_view:
            raise RuntimeError("a view is read-only and can't be committed; change rows in a unit of `begin`")
        commit(self.connection)
        self._cancelling.clear()

    def holds(self, job: Job) -> None:
        """Note a job whose lock was taken, as it is stored now."""
        self._cancelling[job.id] = job.cancel_requested_at is not None
