"""Units of work in a SQL database, and the view over all organizations that relay and sweeper need."""

from __future__ import annotations

from attrs import frozen

from adapters.database.installation import SqlInstallation
from adapters.database.jobs import SqlJobs
from adapters.database.ledger import SqlLedger
from adapters.database.scope import Scope
from adapters.database.units import SqlUnits, SqlWork


@frozen(kw_only=True)
class SqlUnitOfWork(SqlWork):
    """`UnitOfWork`: one transaction for one organization."""

    jobs: SqlJobs
    ledger: SqlLedger


class SqlStore(SqlInstallation, SqlUnits[SqlUnitOfWork]):
    """`Store` and `Installation` over a database; its tables are made by `schema.upgrade`."""

    def _work(self, scope: Scope) -> SqlUnitOfWork:
        return SqlUnitOfWork(jobs=SqlJobs(scope=scope), ledger=SqlLedger(scope=scope), scope=scope)
