"""Units of work in a SQL database, and the view over all organizations that relay and sweeper need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from adapters.database.connection import connected
from adapters.database.installation import SqlInstallation
from adapters.database.jobs import SqlJobs
from adapters.database.ledger import SqlLedger
from adapters.database.outbox import SqlOutbox
from adapters.database.scope import Scope
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SqlUnitOfWork:
    """`UnitOfWork`: one transaction for one organization."""

    jobs: SqlJobs
    ledger: SqlLedger
    outbox: SqlOutbox
    scope: Scope
    is_view: bool

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""
        if self.is_view:
            raise RuntimeError("a view is read-only and can't be committed; change rows in a unit of `begin`")
        self.scope.commit()


class SqlStore(SqlInstallation):
    """`Store` and `Installation` over a database; its tables are made by `schema.upgrade`."""

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[SqlUnitOfWork]:
        """Begin a unit of work; on SQLite it waits, here and for at most 20 s, until no other writes."""
        with self._unit(tenant, is_view=False) as unit:
            yield unit

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[SqlUnitOfWork]:
        """Begin a read-only unit of work, which waits for no writer."""
        with self._unit(tenant, is_view=True) as unit:
            yield unit

    @contextmanager
    def _unit(self, tenant: TenantContext, *, is_view: bool) -> Iterator[SqlUnitOfWork]:
        with connected(self.engine, tenant=tenant.organization_id, reads=is_view) as connection:
            scope = Scope(
                connection=connection,
                organization_id=tenant.organization_id,
                locks_rows=self.engine.dialect.name != "sqlite",
            )
            yield SqlUnitOfWork(
                jobs=SqlJobs(scope=scope),
                ledger=SqlLedger(scope=scope),
                outbox=SqlOutbox(scope=scope),
                scope=scope,
                is_view=is_view,
            )
