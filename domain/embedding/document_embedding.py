"""The family `document_embedding`: a job embeds documents, one to an item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.embedding_spec import KIND, EmbeddingSpec
from domain.embedding.ingesting import NO_MODEL, Ingested, Ingesting
from domain.embedding.library_document import DocumentId, LibraryDocument
from domain.embedding.ports import Library
from domain.jobs.errors import Conflict, Deferred, FailureKind, NotFound, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.item import Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.tenancy import TenantContext

PAGE = 500


@frozen(kw_only=True)
class DocumentEmbedding:
    """Plans and runs jobs of embedding."""

    library: Library
    ingesting: Ingesting

    @property
    def kind(self) -> str:
        """The job's kind as stored."""
        return KIND

    @property
    def allows_empty_plan(self) -> bool:
        """A library without documents has all of them embedded."""
        return True

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield the documents, as they are named or newest first; those that are gone by now are left out."""
        spec = EmbeddingSpec.from_document(job.spec)
        found = self._named(tenant, spec.documents) if spec.documents else self._selected(tenant, spec)
        for document in found:
            if document.removed_at is None and spec.covers(document):
                yield PlannedItem(key=document.location, input={"document_id": document.id})

    def prepare(self, tenant: TenantContext, job: Job) -> DocumentRunner:
        """Return what runs the items; without a model in use all of them fail, and say so."""
        spec = EmbeddingSpec.from_document(job.spec)
        with self.library.view(tenant) as work:
            beside = None if spec.model_id is None else work.models.get(spec.model_id)
            if work.models.in_use() is None:
                raise PermanentFailure(NO_MODEL, kind=FailureKind.BAD_INPUT)
        return DocumentRunner(tenant=tenant, library=self.library, ingesting=self.ingesting, beside=beside)

    def _named(self, tenant: TenantContext, named: Sequence[DocumentId]) -> Iterator[LibraryDocument]:
        for start in range(0, len(named), PAGE):
            with self.library.view(tenant) as work:
                page = [_found(work.documents.get, each) for each in named[start : start + PAGE]]
            yield from (document for document in page if document is not None)

    def _selected(self, tenant: TenantContext, spec: EmbeddingSpec) -> Iterator[LibraryDocument]:
        before = None
        while True:
            with self.library.view(tenant) as work:
                page = work.documents.page(before=before, limit=PAGE, status=spec.status)
            yield from page
            if len(page) < PAGE:
                return
            before = page[-1].place


@frozen(kw_only=True)
class DocumentRunner:
    """Embeds the documents of one job in one process."""

    tenant: TenantContext
    library: Library
    ingesting: Ingesting
    beside: EmbeddingModel | None

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Embed the document, as it is now; one that was removed is skipped."""
        document_id = DocumentId(str(item.input["document_id"]))
        with self.library.view(self.tenant) as work:
            document = work.documents.get(document_id)
            content = _content(work.contents.get, document_id)
        if document.removed_at is not None:
            return Outcome(state=ItemState.SKIPPED, result={"document_id": document_id, "reason": "it was removed"})
        try:
            found = self._ingested(document, content, deadline_s=deadline_s, keep=keep)
        except Conflict as newer:  # another attempt takes what is there then
            raise Deferred(0.0, str(newer)) from newer
        return Outcome(state=ItemState.SUCCEEDED, result=_result(document_id, found), usage=found.usage)

    def _ingested(self, document: LibraryDocument, content: bytes | None, *, deadline_s: float, keep: Keep) -> Ingested:
        if content is not None:
            return self.ingesting.ingest(
                self.tenant, document, content, deadline_s=deadline_s, keep=keep, beside=self.beside
            )
        if not document.generation:
            raise PermanentFailure(
                "nothing of it was read yet, and its file is not kept; the next sync of its source fetches it",
                kind=FailureKind.BAD_INPUT,
            )
        return self.ingesting.embed_again(self.tenant, document, deadline_s=deadline_s, keep=keep, beside=self.beside)


def _result(document_id: DocumentId, found: Ingested) -> dict[str, object]:
    return {
        "document_id": document_id,
        "generation": found.generation,
        "chunks": found.chunks,
        "embedded": found.embedded,
        "reused": found.reused,
    }


def _found(get: Callable[[DocumentId], LibraryDocument], document_id: DocumentId) -> LibraryDocument | None:
    try:
        return get(document_id)
    except NotFound:
        return None


def _content(get: Callable[[DocumentId], bytes], document_id: DocumentId) -> bytes | None:
    try:
        return get(document_id)
    except NotFound:
        return None
