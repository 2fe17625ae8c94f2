"""Units of work over a database: how they are begun, and what each of them has, whichever family's rows are in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.audit_entries import SqlEntries
from adapters.database.outbox import SqlOutbox
from adapters.database.scope import Scope, scoped
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SqlWork:
    """One transaction for one organization; a family adds its rows."""

    scope: Scope

    @property
    def outbox(self) -> SqlOutbox:
        """Messages that leave after the commit."""
        return SqlOutbox(scope=self.scope)

    @property
    def entries(self) -> SqlEntries:
        """The organization's audit log."""
        return SqlEntries(scope=self.scope)

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""
        self.scope.commit()


W = TypeVar("W", bound=SqlWork)


class SqlUnits(ABC, Generic[W]):
    """Begins units of work; what one holds, each family says."""

    __slots__ = ()
    engine: Engine

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[W]:
        """Begin a unit of work; on SQLite it waits, here, until nobody else writes, as `scoped` says."""
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=False) as scope:
            yield self._work(scope)

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[W]:
        """Begin a read-only unit of work, which waits for no writer."""
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=True) as scope:
            yield self._work(scope)

    @abstractmethod
    def _work(self, scope: Scope) -> W:
        """Return the unit of work in a transaction."""
