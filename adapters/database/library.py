"""Units of work in the library of one organization, in a SQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.audit_entries import SqlEntries
from adapters.database.connection import connected
from adapters.database.library_contents import SqlChunks, SqlContents, SqlTexts
from adapters.database.library_documents import SqlDocuments
from adapters.database.outbox import SqlOutbox
from adapters.database.scope import Scope
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SqlLibraryUnitOfWork:
    """`LibraryUnitOfWork`: one transaction; whoever adds rows to the library adds one property here."""

    scope: Scope
    is_view: bool

    @property
    def documents(self) -> SqlDocuments:
        """Its documents."""
        return SqlDocuments(scope=self.scope)

    @property
    def contents(self) -> SqlContents:
        """The bytes of those that were uploaded."""
        return SqlContents(scope=self.scope)

    @property
    def texts(self) -> SqlTexts:
        """What the documents say."""
        return SqlTexts(scope=self.scope)

    @property
    def chunks(self) -> SqlChunks:
        """The pieces of the documents."""
        return SqlChunks(scope=self.scope, texts=self.texts)

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
        if self.is_view:
            raise RuntimeError("a view is read-only and can't be committed; change rows in a unit of `begin`")
        self.scope.commit()


@frozen
class SqlLibrary:
    """`Library` over a database."""

    engine: Engine

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[SqlLibraryUnitOfWork]:
        """Begin a unit of work; on SQLite it waits, here and for at most 20 s, until no other writes."""
        with self._unit(tenant, is_view=False) as unit:
            yield unit

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[SqlLibraryUnitOfWork]:
        """Begin a read-only unit of work, which waits for no writer."""
        with self._unit(tenant, is_view=True) as unit:
            yield unit

    @contextmanager
    def _unit(self, tenant: TenantContext, *, is_view: bool) -> Iterator[SqlLibraryUnitOfWork]:
        with connected(self.engine, tenant=tenant.organization_id, reads=is_view) as connection:
            locks_rows = self.engine.dialect.name != "sqlite"
            scope = Scope(connection=connection, organization_id=tenant.organization_id, locks_rows=locks_rows)
            yield SqlLibraryUnitOfWork(scope=scope, is_view=is_view)
