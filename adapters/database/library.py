"""Units of work in the library of one organization, in a SQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.audit_entries import SqlEntries
from adapters.database.documentation_sources import SqlSourceRows
from adapters.database.library_contents import SqlChunks, SqlContents, SqlTexts
from adapters.database.library_documents import SqlDocuments
from adapters.database.library_models import SqlLibrarySettings, SqlModels
from adapters.database.library_questions import SqlQuestions
from adapters.database.library_vectors import SqlVectors
from adapters.database.library_version import count_up
from adapters.database.outbox import SqlOutbox
from adapters.database.scope import Scope, scoped
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SqlLibraryUnitOfWork:
    """`LibraryUnitOfWork`: one transaction; whoever adds rows to the library adds one property here."""

    scope: Scope

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
    def questions(self) -> SqlQuestions:
        """What the library is checked by."""
        return SqlQuestions(scope=self.scope)

    @property
    def models(self) -> SqlModels:
        """Its embedding models."""
        return SqlModels(scope=self.scope)

    @property
    def vectors(self) -> SqlVectors:
        """What its models made of its texts."""
        return SqlVectors(scope=self.scope)

    @property
    def settings(self) -> SqlLibrarySettings:
        """What the organization has set."""
        return SqlLibrarySettings(scope=self.scope)

    @property
    def sources(self) -> SqlSourceRows:
        """Where documents come from."""
        return SqlSourceRows(scope=self.scope)

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
        if not self.scope.is_view:
            count_up(self.scope)
        self.scope.commit()


@frozen
class SqlLibrary:
    """`Library` over a database."""

    engine: Engine

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[SqlLibraryUnitOfWork]:
        """Begin a unit of work; on SQLite it waits, here and for at most 20 s, until no other writes."""
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=False) as scope:
            yield SqlLibraryUnitOfWork(scope=scope)

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[SqlLibraryUnitOfWork]:
        """Begin a read-only unit of work, which waits for no writer."""
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=True) as scope:
            yield SqlLibraryUnitOfWork(scope=scope)
