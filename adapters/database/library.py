"""Units of work in the library of one organization, in a SQL database."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.documentation_sources import SqlSourceRows
from adapters.database.library_contents import SqlChunks, SqlContents, SqlTexts
from adapters.database.library_documents import SqlDocuments
from adapters.database.library_models import SqlLibrarySettings, SqlModels
from adapters.database.library_questions import SqlQuestions
from adapters.database.library_vectors import SqlVectors
from adapters.database.library_version import count_up
from adapters.database.scope import Scope
from adapters.database.units import SqlUnits, SqlWork


@frozen(kw_only=True)
class SqlLibraryUnitOfWork(SqlWork):
    """`LibraryUnitOfWork`: one transaction; whoever adds rows to the library adds one property here."""

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

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""
        if not self.scope.is_view:
            count_up(self.scope)
        self.scope.commit()


@frozen
class SqlLibrary(SqlUnits[SqlLibraryUnitOfWork]):
    """`Library` over a database."""

    engine: Engine

    def _work(self, scope: Scope) -> SqlLibraryUnitOfWork:
        return SqlLibraryUnitOfWork(scope=scope)
