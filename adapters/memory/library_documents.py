"""Documents of the library in memory, with their contents, texts and chunks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from adapters.memory.journal import Journal
from adapters.memory.library_rows import LibraryRows
from domain.embedding.chunk import StoredChunk
from domain.embedding.library_document import DocumentId, DocumentPlace, LibraryDocument, ReviewStatus, SourceId
from domain.jobs.errors import Conflict, NotFound

_FOUND_AT_MOST = 10


@frozen(kw_only=True)
class MemoryDocuments:
    """`Documents` of one organization."""

    rows: LibraryRows
    journal: Journal

    def add(self, document: LibraryDocument) -> None:
        """Store a new document."""
        if document.id in self.rows.documents or self.at(document.source_id, document.location):
            raise Conflict(
                f"document {document.location!r}: there is one of this name already; hand it in as its new version"
            )
        self.journal.put(self.rows.documents, document.id, document)

    def put(self, document: LibraryDocument) -> None:
        """Store a changed document."""
        self.get(document.id)
        self.journal.put(self.rows.documents, document.id, document)

    def get(self, document_id: DocumentId, *, lock: bool = False) -> LibraryDocument:  # noqa: ARG002  # all is locked
        """Return the document, removed or not."""
        if document_id not in self.rows.documents:
            raise NotFound(
                f"there is no document {document_id} in this organization; `antiphon library documents list` shows "
                "those there are"
            )
        return self.rows.documents[document_id]

    def at(self, source_id: SourceId | None, location: str, *, lock: bool = False) -> LibraryDocument | None:  # noqa: ARG002  # all is locked
        """Return the document at a location of the source, removed or not, if there ever was one."""
        here = (source_id, location)
        return next((one for one in self.rows.documents.values() if (one.source_id, one.location) == here), None)

    def find(self, id_prefix: str) -> list[DocumentId]:
        """Return the documents that are there and whose id starts with *id_prefix*."""
        there = (one.id for one in self.rows.documents.values() if one.removed_at is None)
        return sorted(one for one in there if one.startswith(id_prefix))[:_FOUND_AT_MOST]

    def page(
        self,
        *,
        before: DocumentPlace | None = None,
        limit: int,
        status: ReviewStatus | None = None,
        source_id: SourceId | None = None,
    ) -> list[LibraryDocument]:
        """Return documents that are there, newest first, from just behind *before*."""
        found = [
            one
            for one in self.rows.documents.values()
            if one.removed_at is None
            and status in (None, one.review_status)
            and source_id in (None, one.source_id)
            and (before is None or _age(one.place) < _age(before))
        ]
        return sorted(found, key=lambda one: _age(one.place), reverse=True)[:limit]

    def of_source(self, source_id: SourceId, *, after: str = "", limit: int) -> list[LibraryDocument]:
        """Return a source's documents, removed ones too, by location."""
        found = [one for one in self.rows.documents.values() if one.source_id == source_id and one.location > after]
        return sorted(found, key=lambda one: one.location)[:limit]


@frozen(kw_only=True)
class MemoryContents:
    """`Contents` of one organization."""

    rows: LibraryRows
    journal: Journal

    def put(self, document_id: DocumentId, content: bytes) -> None:
        """Keep the bytes, in place of those before."""
        self.journal.put(self.rows.contents, document_id, content)

    def get(self, document_id: DocumentId) -> bytes:
        """Return the bytes."""
        if document_id not in self.rows.contents:
            raise NotFound(f"document {document_id}: its file is not kept; what comes from a source is fetched there")
        return self.rows.contents[document_id]


@frozen(kw_only=True)
class MemoryTexts:
    """`Texts` of one organization."""

    rows: LibraryRows
    journal: Journal

    def put(self, document_id: DocumentId, generation: int, text: str) -> None:
        """Keep the text of a generation."""
        self.journal.put(self.rows.texts, (document_id, generation), text)

    def get(self, document_id: DocumentId, generation: int) -> str:
        """Return the text."""
        if (document_id, generation) not in self.rows.texts:
            raise NotFound(f"document {document_id} has no text of generation {generation}")
        return self.rows.texts[document_id, generation]


@frozen(kw_only=True)
class MemoryChunks:
    """`Chunks` of one organization."""

    rows: LibraryRows
    journal: Journal

    def add(self, document_id: DocumentId, generation: int, chunks: Sequence[StoredChunk]) -> None:
        """Store chunks of a generation."""
        known = self.rows.chunks.get((document_id, generation), ())
        in_order = sorted((*known, *chunks), key=lambda one: one.chunk.ordinal)
        self.journal.put(self.rows.chunks, (document_id, generation), tuple(in_order))

    def of(
        self, document_id: DocumentId, generation: int, *, after: int | None = None, limit: int = 1000
    ) -> list[StoredChunk]:
        """Return chunks in their order, from just behind the ordinal *after*."""
        behind = -1 if after is None else after
        known = self.rows.chunks.get((document_id, generation), ())
        return [one for one in known if one.chunk.ordinal > behind][:limit]

    def count(self, document_id: DocumentId, generation: int) -> int:
        """Return how many chunks the generation has."""
        return len(self.rows.chunks.get((document_id, generation), ()))

    def forget_before(self, document_id: DocumentId, generation: int) -> None:
        """Forget chunks and texts of the generations before this one."""
        for key in [key for key in self.rows.texts if key[0] == document_id and key[1] < generation]:
            self.journal.drop(self.rows.texts, key)
        for key in [key for key in self.rows.chunks if key[0] == document_id and key[1] < generation]:
            self.journal.drop(self.rows.chunks, key)


def _age(place: DocumentPlace) -> tuple[datetime, DocumentId]:
    return (place.created_at, place.id)
