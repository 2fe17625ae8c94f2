"""Units of work in the LLM registry of one organization, in a SQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.llm_apis import SqlLlmApis, SqlLlmDefaults, SqlLlmModels
from adapters.database.llm_checks import SqlChecks, SqlListings
from adapters.database.outbox import SqlOutbox
from adapters.database.scope import Scope, scoped
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SqlRegistryWork:
    """`RegistryWork`: one transaction for one organization."""

    apis: SqlLlmApis
    models: SqlLlmModels
    defaults: SqlLlmDefaults
    listings: SqlListings
    checks: SqlChecks
    outbox: SqlOutbox
    scope: Scope

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""
        self.scope.commit()


@frozen
class SqlRegistry:
    """`Registry` over a database."""

    engine: Engine

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[SqlRegistryWork]:
        """Begin a unit of work; on SQLite it waits until no other writes."""
        with self._unit(tenant, is_view=False) as work:
            yield work

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[SqlRegistryWork]:
        """Begin a read-only unit of work, which waits for no writer."""
        with self._unit(tenant, is_view=True) as work:
            yield work

    @contextmanager
    def _unit(self, tenant: TenantContext, *, is_view: bool) -> Iterator[SqlRegistryWork]:
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=is_view) as scope:
            yield SqlRegistryWork(
                apis=SqlLlmApis(scope=scope),
                models=SqlLlmModels(scope=scope),
                defaults=SqlLlmDefaults(scope=scope),
                listings=SqlListings(scope=scope),
                checks=SqlChecks(scope=scope),
                outbox=SqlOutbox(scope=scope),
                scope=scope,
            )
