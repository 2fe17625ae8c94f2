"""The passages that answers are made of, out of the organization's library."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.embedding.library_document import DocumentId
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.embedding.search import Hit
from domain.embedding.searching import DEADLINE_S, LONGEST_QUESTION, Found, Searching
from domain.jobs.errors import Conflict, FailureKind, InvalidInput, NotFound, PermanentFailure
from domain.jobs.usage import NOTHING
from domain.rfp_answering.authorship import Spent
from domain.rfp_answering.draft import ChunkId
from domain.rfp_answering.passage import Passage, source_of
from domain.tenancy import TenantContext

SHORTEST = 200
"""Characters that every embedding model takes: a question is not cut any further to fit."""
_TOO_LONG = (FailureKind.CONTEXT_TOO_LONG, FailureKind.TOO_LARGE)


@frozen(kw_only=True)
class LibraryPassages:
    """`Passages` over a library and its search."""

    library: Library
    searching: Searching

    def find(
        self, tenant: TenantContext, text: str, *, k: int, only_approved: bool, spent: Spent
    ) -> tuple[Passage, ...]:
        """
        Return the passages nearest to *text*; of one that the embedding model finds too long, nearest to its beginning.

        What can't be searched by is bad_input: the message says what is to be done.
        """
        words = text.strip()[:LONGEST_QUESTION]
        try:
            found = self._found(tenant, words, k=k, only_approved=only_approved, spent=spent)
        except (InvalidInput, Conflict, NotFound) as refusal:
            raise PermanentFailure(str(refusal), kind=FailureKind.BAD_INPUT) from refusal
        if found.usage != NOTHING:
            spent(found.usage)
        return tuple(map(_passage, found.hits))

    def _found(self, tenant: TenantContext, words: str, *, k: int, only_approved: bool, spent: Spent) -> Found:
        while True:
            try:
                return self.searching.nearest(tenant, words, k=k, only_approved=only_approved, deadline_s=DEADLINE_S)
            except PermanentFailure as failure:
                if failure.kind not in _TOO_LONG or len(words) <= SHORTEST:
                    raise
                spent(failure.usage)
                words = words[: len(words) // 2]

    def named(self, tenant: TenantContext, chunk_ids: Sequence[str]) -> tuple[Passage, ...]:
        """Return the passages of these ids, each as it was when it was quoted; those of contents gone are left out."""
        with self.library.view(tenant) as work:
            found = (_named(work, ChunkId(chunk_id)) for chunk_id in dict.fromkeys(chunk_ids))
            return tuple(passage for passage in found if passage is not None)


def _passage(hit: Hit) -> Passage:
    return Passage(
        document_id=hit.document_id,
        generation=hit.generation,
        ordinal=hit.ordinal,
        title=hit.title,
        text=hit.text,
        heading_path=hit.heading_path,
        location=hit.location,
        score=hit.score,
    )


def _named(work: LibraryUnitOfWork, chunk_id: ChunkId) -> Passage | None:
    source, ordinal = source_of(chunk_id), int(chunk_id.rsplit(":", 1)[1])
    try:
        document = work.documents.get(DocumentId(source.document_id))
        chunks = work.chunks.of(document.id, source.generation, after=ordinal - 1, limit=1)
    except NotFound:
        return None
    if not document.is_findable or not chunks or chunks[0].chunk.ordinal != ordinal:
        return None
    chunk = chunks[0].chunk
    return Passage(
        document_id=document.id,
        generation=source.generation,
        ordinal=ordinal,
        title=document.title,
        text=chunk.text,
        heading_path=chunk.heading_path,
        location=document.location,
    )
