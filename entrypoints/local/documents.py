"""The documents of an organization's library, looked after beside its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from domain.embedding.adding import Upload
from domain.embedding.embedding_jobs import EmbeddingJobs
from domain.embedding.library_document import DocumentId, ReviewStatus, SourceId
from domain.embedding.reviewing import DocumentFilter
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from domain.tenancy import TenantContext
from entrypoints.api.documents.library import (
    AddedDocument,
    ChunkDocument,
    DocumentText,
    ReviewWords,
    StoredDocument,
    added_document,
    chunk_document,
    stored_document,
)
from entrypoints.library import LibraryServices

_PAGE = 200


@frozen(kw_only=True)
class LocalDocuments:
    """`Documents` of this machine's database."""

    library: LibraryServices
    tenant: TenantContext
    jobs: EmbeddingJobs
    drive: Callable[[JobId, Callable[[JobView], None]], object]
    """Brings a job to its end, in this process where nobody else works on it."""

    def all(
        self, *, status: ReviewStatus | None = None, source_id: str | None = None, id_prefix: str = ""
    ) -> Iterator[StoredDocument]:
        wanted = DocumentFilter(
            status=status, source_id=SourceId(source_id) if source_id else None, id_prefix=id_prefix
        )
        before = None
        while page := self.library.reviewing.page(self.tenant, wanted=wanted, before=before, limit=_PAGE):
            yield from map(stored_document, page)
            before = page[-1].place

    def get(self, document_id: str) -> StoredDocument:
        return stored_document(self.library.reviewing.get(self.tenant, DocumentId(document_id)))

    def text(self, document_id: str) -> DocumentText:
        document, text = self.library.reviewing.text(self.tenant, DocumentId(document_id))
        return DocumentText(generation=document.generation, text=text)

    def chunks(self, document_id: str) -> Iterator[ChunkDocument]:
        after = None
        while page := self.library.reviewing.chunks(self.tenant, DocumentId(document_id), after=after, limit=_PAGE):
            yield from map(chunk_document, page)
            after = page[-1].chunk.ordinal

    def add(self, name: str, content: bytes, *, media_type: str = "") -> AddedDocument:
        upload = Upload(name=name, content=content, media_type=media_type)
        return added_document(self.library.adding.add(self.tenant, upload))

    def settle(self, document_ids: Sequence[str], *, watch: Callable[[int], None]) -> None:
        job = self.jobs.start_added(self.tenant, [DocumentId(one) for one in document_ids])
        if job is not None:
            self.drive(job.id, lambda view: watch(view.tally.ended))
        watch(len(document_ids))

    def approve(self, document_id: str, words: ReviewWords) -> StoredDocument:
        decided = self.library.reviewing.approve(self.tenant, DocumentId(document_id), generation=words.generation)
        return stored_document(decided)

    def reject(self, document_id: str, words: ReviewWords) -> StoredDocument:
        decided = self.library.reviewing.reject(self.tenant, DocumentId(document_id), generation=words.generation)
        return stored_document(decided)

    def remove(self, document_id: str) -> None:
        self.library.reviewing.remove(self.tenant, DocumentId(document_id))
