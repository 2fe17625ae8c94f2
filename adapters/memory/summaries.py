"""Summaries in memory, beside the memory store whose transactions and messages they share."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field, frozen

from adapters.memory.journal import Journal
from adapters.memory.organizations import MemoryEntries
from adapters.memory.store import MemoryUnitOfWork
from adapters.memory.units import MemoryUnits, MemoryWork
from domain.jobs.errors import Conflict, NotFound
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.rfp_answering.summaries.information_document import (
    InformationDocument,
    InformationId,
    InformationPlace,
    TextChunk,
)
from domain.rfp_answering.summaries.ports import PartialRecord


@define(kw_only=True)
class SummaryRows:
    """All that one organization has of summaries; partials by document and basis."""

    documents: dict[InformationId, InformationDocument] = field(factory=dict)
    chunks: dict[InformationId, tuple[TextChunk, ...]] = field(factory=dict)
    partials: dict[tuple[InformationId, str], PartialRecord] = field(factory=dict)
    entries: dict[AuditEntryId, AuditEntry] = field(factory=dict)


@frozen(kw_only=True)
class MemoryInformationDocuments:
    """`InformationDocuments` of one organization."""

    rows: SummaryRows
    journal: Journal

    def add(self, document: InformationDocument, chunks: Sequence[TextChunk]) -> None:
        """Store a new document."""
        if self.of(content_hash=document.content_hash, name=document.name) is not None:
            raise Conflict(f"{document.name}: there is an information document of this name and content already")
        self.journal.put(self.rows.documents, document.id, document)
        self.journal.put(self.rows.chunks, document.id, tuple(chunks))

    def get(self, document_id: InformationId) -> InformationDocument:
        """Return the document."""
        if document_id not in self.rows.documents:
            raise NotFound(f"there is no summary {document_id} in this organization")
        return self.rows.documents[document_id]

    def of(self, *, content_hash: str, name: str) -> InformationDocument | None:
        """Return the document of this content and name, if there is one."""
        every = self.rows.documents.values()
        return next((one for one in every if (one.content_hash, one.name) == (content_hash, name)), None)

    def page(
        self, *, id_prefix: str = "", before: InformationPlace | None = None, limit: int
    ) -> list[InformationDocument]:
        """Return documents, newest first, from just behind *before*."""
        found = sorted(self.rows.documents.values(), key=lambda one: (one.created_at, one.id), reverse=True)
        if before is not None:
            found = [one for one in found if (one.created_at, one.id) < (before.created_at, before.id)]
        return [one for one in found if one.id.startswith(id_prefix)][:limit]

    def chunks(self, document_id: InformationId, *, first: int = 0, last: int | None = None) -> list[TextChunk]:
        """Return chunks in their order."""
        every = self.rows.chunks.get(document_id, ())
        return [one for one in every if one.ordinal >= first and (last is None or one.ordinal <= last)]

    def remove(self, document_id: InformationId) -> None:
        """Forget the document with its chunks and all that was made of them."""
        self.get(document_id)
        self.journal.drop(self.rows.documents, document_id)
        self.journal.drop(self.rows.chunks, document_id)
        for key in [one for one in self.rows.partials if one[0] == document_id]:
            self.journal.drop(self.rows.partials, key)


@frozen(kw_only=True)
class MemoryPartials:
    """`Partials` of one organization."""

    rows: SummaryRows
    journal: Journal

    def add(self, record: PartialRecord) -> PartialRecord:
        """Store a partial, and return the one that counts."""
        if record.document_id not in self.rows.documents:
            raise NotFound(f"there is no summary {record.document_id} in this organization")
        key = (record.document_id, record.basis)
        if key not in self.rows.partials:
            self.journal.put(self.rows.partials, key, record)
        return self.rows.partials[key]

    def get(self, document_id: InformationId, basis: str) -> PartialRecord | None:
        """Return the partial of a basis, if there is one."""
        return self.rows.partials.get((document_id, basis))

    def of(self, document_id: InformationId, bases: Sequence[str]) -> dict[str, PartialRecord]:
        """Return the partials of these bases, as far as they are there."""
        return {basis: found for basis in bases if (found := self.get(document_id, basis)) is not None}


@frozen(kw_only=True)
class MemorySummaryUnitOfWork(MemoryWork):
    """`SummaryUnitOfWork`: a transaction of the store."""

    rows: SummaryRows

    @property
    def documents(self) -> MemoryInformationDocuments:
        """Its documents."""
        return MemoryInformationDocuments(rows=self.rows, journal=self.kernel.journal)

    @property
    def partials(self) -> MemoryPartials:
        """What was made of their parts."""
        return MemoryPartials(rows=self.rows, journal=self.kernel.journal)

    @property
    def entries(self) -> MemoryEntries:
        """The organization's audit log."""
        return MemoryEntries(entries=self.rows.entries, journal=self.kernel.journal)


class MemorySummaryStore(MemoryUnits[SummaryRows, MemorySummaryUnitOfWork]):
    """`SummaryStore` that lives as long as the process."""

    def _no_rows(self) -> SummaryRows:
        return SummaryRows()

    def _work(self, kernel: MemoryUnitOfWork, rows: SummaryRows) -> MemorySummaryUnitOfWork:
        return MemorySummaryUnitOfWork(kernel=kernel, rows=rows)
