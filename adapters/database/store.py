"""Units of work in a SQL database, and the view over all organizations that relay and sweeper need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from adapters.database.installation import SqlInstallation
from adapters.database.jobs import SqlJobs
from adapters.database.ledger import SqlLedger
from adapters.database.outbox import SqlOutbox
from adapters.database.scope import Scope, scoped
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SqlUnitOfWork:
    """`UnitOfWork`: one transaction for one organization."""

    jobs: SqlJobs
    ledger: SqlLedger
    outbox: SqlOutbox
    scope: Scope

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""
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
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=is_view) as scope:
            yield SqlUnitOfWork(
                jobs=SqlJobs(scope=scope), ledger=SqlLedger(scope=scope), outbox=SqlOutbox(scope=scope), scope=scope
            )
