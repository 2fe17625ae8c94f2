"""The library in memory, beside the memory store whose transactions and messages it shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from adapters.memory.documentation_sources import MemorySourceRows
from adapters.memory.library_documents import MemoryChunks, MemoryContents, MemoryDocuments, MemoryTexts
from adapters.memory.library_models import MemoryLibrarySettings, MemoryModels, MemoryVectors
from adapters.memory.library_questions import MemoryQuestions
from adapters.memory.library_rows import LibraryRows
from adapters.memory.organizations import MemoryEntries
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore, MemoryUnitOfWork
from domain.tenancy import OrganizationId, TenantContext


@frozen(kw_only=True)
class MemoryLibraryUnitOfWork:
    """`LibraryUnitOfWork`: a transaction of the store; whoever adds rows to the library adds one property here."""

    kernel: MemoryUnitOfWork
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
    def outbox(self) -> MemoryOutbox:
        """Messages that leave after the commit."""
        return self.kernel.outbox

    @property
    def entries(self) -> MemoryEntries:
        """The organization's audit log."""
        return MemoryEntries(entries=self.rows.entries, journal=self.kernel.journal)

    def commit(self) -> None:
        """Keep the changes; leaving the unit without it undoes them."""
        self.kernel.commit()


class MemoryLibrary:
    """`Library` that lives as long as the process."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._rows: dict[OrganizationId, LibraryRows] = {}

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[MemoryLibraryUnitOfWork]:
        """Begin a unit of work for the tenant, once no other is open."""
        with self._store.begin(tenant) as kernel:
            yield self._unit(kernel, tenant)

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[MemoryLibraryUnitOfWork]:
        """Begin a read-only unit of work, which takes its turn with the writers."""
        with self._store.view(tenant) as kernel:
            yield self._unit(kernel, tenant)

    def _unit(self, kernel: MemoryUnitOfWork, tenant: TenantContext) -> MemoryLibraryUnitOfWork:
        rows = self._rows.setdefault(tenant.organization_id, LibraryRows())
        return MemoryLibraryUnitOfWork(kernel=kernel, rows=rows)
