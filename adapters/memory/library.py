"""The library in memory, beside the memory store whose transactions and messages it shares."""

from __future__ import annotations

from attrs import frozen

from adapters.memory.documentation_sources import MemorySourceRows
from adapters.memory.library_documents import MemoryChunks, MemoryContents, MemoryDocuments, MemoryTexts
from adapters.memory.library_models import MemoryLibrarySettings, MemoryModels, MemoryVectors
from adapters.memory.library_questions import MemoryQuestions
from adapters.memory.library_rows import LibraryRows
from adapters.memory.organizations import MemoryEntries
from adapters.memory.store import MemoryUnitOfWork
from adapters.memory.units import MemoryUnits, MemoryWork


@frozen(kw_only=True)
class MemoryLibraryUnitOfWork(MemoryWork):
    """`LibraryUnitOfWork`: a transaction of the store; whoever adds rows to the library adds one property here."""

    rows: LibraryRows

    @property
    def documents(self) -> MemoryDocuments:
        """Its documents."""
        return MemoryDocuments(rows=self.rows, journal=self.kernel.journal)

    @property
    def contents(self) -> MemoryContents:
        """The bytes of those that were uploaded."""
        return MemoryContents(rows=self.rows, journal=self.kernel.journal)

    @property
    def texts(self) -> MemoryTexts:
        """What the documents say."""
        return MemoryTexts(rows=self.rows, journal=self.kernel.journal)

    @property
    def chunks(self) -> MemoryChunks:
        """The pieces of the documents."""
        return MemoryChunks(rows=self.rows, journal=self.kernel.journal)

    @property
    def questions(self) -> MemoryQuestions:
        """What the library is checked by."""
        return MemoryQuestions(rows=self.rows, journal=self.kernel.journal)

    @property
    def models(self) -> MemoryModels:
        """Its embedding models."""
        return MemoryModels(rows=self.rows, journal=self.kernel.journal)

    @property
    def vectors(self) -> MemoryVectors:
        """What its models made of its texts."""
        return MemoryVectors(rows=self.rows, journal=self.kernel.journal)

    @property
    def settings(self) -> MemoryLibrarySettings:
        """What the organization has set."""
        return MemoryLibrarySettings(rows=self.rows, journal=self.kernel.journal)

    @property
    def sources(self) -> MemorySourceRows:
        """Where documents come from."""
        return MemorySourceRows(rows=self.rows, journal=self.kernel.journal)

    @property
    def entries(self) -> MemoryEntries:
        """The organization's audit log."""
        return MemoryEntries(entries=self.rows.entries, journal=self.kernel.journal)


class MemoryLibrary(MemoryUnits[LibraryRows, MemoryLibraryUnitOfWork]):
    """`Library` that lives as long as the process."""

    def _no_rows(self) -> LibraryRows:
        return LibraryRows()

    def _work(self, kernel: MemoryUnitOfWork, rows: LibraryRows) -> MemoryLibraryUnitOfWork:
        return MemoryLibraryUnitOfWork(kernel=kernel, rows=rows)
