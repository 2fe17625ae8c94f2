"""Units of work in the LLM registry of one organization, in a SQL database."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.llm_apis import SqlLlmApis, SqlLlmDefaults, SqlLlmModels
from adapters.database.llm_checks import SqlChecks, SqlListings
from adapters.database.scope import Scope
from adapters.database.units import SqlUnits, SqlWork


@frozen(kw_only=True)
class SqlRegistryWork(SqlWork):
    """`RegistryWork`: one transaction for one organization."""

    apis: SqlLlmApis
    models: SqlLlmModels
    defaults: SqlLlmDefaults
    listings: SqlListings
    checks: SqlChecks


@frozen
class SqlRegistry(SqlUnits[SqlRegistryWork]):
    """`Registry` over a database."""

    engine: Engine

    def _work(self, scope: Scope) -> SqlRegistryWork:
        return SqlRegistryWork(
            apis=SqlLlmApis(scope=scope),
            models=SqlLlmModels(scope=scope),
            defaults=SqlLlmDefaults(scope=scope),
            listings=SqlListings(scope=scope),
            checks=SqlChecks(scope=scope),
            scope=scope,
        )
