"""
From a document's bytes to what readers find: parse, cut, embed what is missing, and swap the new generation in.

Until the swap nothing of it can be seen, and at the swap all of it is: text, chunks and vectors become visible in one
transaction, which takes the generation before away. Whatever goes wrong earlier leaves readers what they had.

Two attempts at one document are harmless: vectors are stored under what they are of, and the swap looks whether the
content is still the newest, and the model still the one in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import attrs
from attrs import field, frozen

from domain.embedding.chunk import StoredChunk, text_hash
from domain.embedding.chunking import LEAST_UNITS, chunks_of, embedded_text
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.library_document import DocumentId, LibraryDocument, failed, swapped_in
from domain.embedding.parsed import ParsedDocument, Parsers
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.embedding.shared_embedders import SharedEmbedders
from domain.embedding.text_vectors import Acquisition, TextVectors
from domain.embedding.tokens import estimated_tokens
from domain.jobs.errors import Conflict, Deferred, FailureKind, InvalidInput, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.ports import Clock
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext

CHUNK_TOKENS = 384
"""How long a chunk is at most, by our estimate; models that take less make all chunks of an organization shorter."""

NO_MODEL = (
    "no embedding model is in use in this organization; `antiphon library models use lexical-hash` takes one that "
    "works at once and offline, but compares letters and not meanings; `antiphon library models add` adds others"
)


@frozen(kw_only=True)
class Ingested:
    """
    What ingesting came to: how many *chunks* the document has, how many of their texts were *embedded* for it and how
    many *reused*, and what was spent since the attempt last kept something.
    """

    generation: int
    chunks: int
    embedded: int
    reused: int
    usage: Usage = NOTHING


@frozen(kw_only=True)
class _Cut:
    """A document as it was cut: its text, and for each chunk the text to be embedded."""

    parsed: ParsedDocument
    chunks: tuple[StoredChunk, ...]
    texts: tuple[str, ...] = field(repr=False)


@frozen(kw_only=True)
class _Models:
    """The model in use, another one to embed with *beside* it, and how long chunks may be."""

    in_use: EmbeddingModel
    beside: EmbeddingModel | None
    most_units: int


@frozen(kw_only=True)
class Ingesting:
    """Brings documents into the library."""

    library: Library
    parsers: Parsers
    embedders: SharedEmbedders
    clock: Clock

    def ingest(
        self,
        tenant: TenantContext,
        document: LibraryDocument,
        content: bytes,
        *,
        deadline_s: float,
        keep: Keep,
        is_trusted: bool = False,
        beside: EmbeddingModel | None = None,
    ) -> Ingested:
        """
        Make what *content* says visible as the document's next generation, and return what that took.

        The document must be stored with this content's hash. A generation that would be the same as the visible one is
        not made again. With *beside*, the texts are embedded with that model, too, and nothing else changes by it: not
        when that fails, either, where readers see this content already.

        Raises:
            PermanentFailure: the content can't be read or embedded; the document says why, and what was visible stays.
            TransientFailure: another attempt may succeed; what was embedded is stored.
            Deferred: it is not the model's turn yet, or goes on in another attempt.
            Conflict: there is newer content by now, or the document was removed; nothing was changed.
            LeaseLost: the attempt is over.
        """
        ends = monotonic() + deadline_s
        try:
            models = self._models(tenant, beside)
            cut = self._cut(document, content, models)
            found = self._vectors(tenant, cut.texts, models, keep=keep, ends=ends)
        except PermanentFailure as failure:
            self._note_failure(tenant, document, str(failure), is_beside=beside is not None)
            raise
        try:
            generation = self._swap(tenant, document, cut, models.in_use, found, is_trusted=is_trusted)
        except (Conflict, Deferred):  # what was paid for is not lost with the swap
            self._store(tenant, models.in_use, found)
            keep({"embedded": found.embedded}, found.usage)
            raise
        return _ingested(generation, cut.chunks, found)

    def texts_of(self, tenant: TenantContext, document: LibraryDocument, content: bytes) -> Sequence[str]:
        """Return the texts that ingesting would have embedded, one for each chunk; nothing is stored. Raises as it."""
        return self._cut(document, content, self._models(tenant, None)).texts

    def embed_again(
        self,
        tenant: TenantContext,
        document: LibraryDocument,
        *,
        deadline_s: float,
        keep: Keep,
        beside: EmbeddingModel | None = None,
    ) -> Ingested:
        """
        Embed what is visible of a document whose bytes are not kept, as far as it has no vectors of the model in use.

        Raises: as `ingest`, but for Conflict.
        """
        models = self._models(tenant, beside)
        with self.library.view(tenant) as work:
            chunks = _all_chunks(work, document.id, document.generation)
        texts = tuple(_text_of(stored, document) for stored in chunks)
        found = self._vectors(tenant, texts, models, keep=keep, ends=monotonic() + deadline_s)
        self._store(tenant, models.in_use, found)
        return _ingested(document.generation, chunks, found)

    def _models(self, tenant: TenantContext, beside: EmbeddingModel | None) -> _Models:
        with self.library.view(tenant) as work:
            in_use, all_models = work.models.in_use(), work.models.all()
        if in_use is None:
            raise PermanentFailure(NO_MODEL, kind=FailureKind.BAD_INPUT)
        rooms = [model.most_input_tokens - estimated_tokens(model.document_prefix) for model in all_models]
        other = beside if beside and beside.fingerprint != in_use.fingerprint else None
        return _Models(in_use=in_use, beside=other, most_units=max(LEAST_UNITS, min(CHUNK_TOKENS, *rooms)))

    def _cut(self, document: LibraryDocument, content: bytes, models: _Models) -> _Cut:
        parsed = self.parsers.parse(content, name=document.location, media_type=document.media_type)
        chunks = chunks_of(parsed, most_units=models.most_units, units=estimated_tokens)
        if not chunks:
            raise PermanentFailure("there is no text in it", kind=FailureKind.BAD_INPUT)
        texts = tuple(embedded_text(parsed.title, chunk) for chunk in chunks)
        stored = (StoredChunk(chunk=one, text_hash=text_hash(text)) for one, text in zip(chunks, texts, strict=True))
        return _Cut(parsed=parsed, chunks=tuple(stored), texts=texts)

    def _vectors(
        self, tenant: TenantContext, texts: Sequence[str], models: _Models, *, keep: Keep, ends: float
    ) -> TextVectors:
        """Get the vectors under all models; those of the model in use that were asked for last are not stored yet."""
        spent = NOTHING
        if models.beside is not None:
            other = self._acquisition(tenant, models.beside, keep=keep, ends=ends)
            found = other.vectors_of(texts)
            self._store(tenant, models.beside, found)
            spent = found.usage
        own = self._acquisition(tenant, models.in_use, keep=keep, ends=ends, spent=spent)
        return own.vectors_of(texts)

    def _acquisition(
        self, tenant: TenantContext, model: EmbeddingModel, *, keep: Keep, ends: float, spent: Usage = NOTHING
    ) -> Acquisition:
        try:
            embedder = self.embedders.open(tenant, model)
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.BAD_INPUT) from error
        return Acquisition(
            library=self.library,
            clock=self.clock,
            tenant=tenant,
            model=model,
            embedder=embedder,
            keep=keep,
            ends=ends,
            spent=spent,
        )

    def _swap(
        self,
        tenant: TenantContext,
        document: LibraryDocument,
        cut: _Cut,
        model: EmbeddingModel,
        found: TextVectors,
        *,
        is_trusted: bool,
    ) -> int:
        """Make the generation visible, and return its number."""
        now = self.clock.now()
        with self.library.begin(tenant) as work:
            current = work.documents.get(document.id, lock=True)
            visible = swapped_in(
                current, content_hash=document.content_hash, title=cut.parsed.title, is_trusted=is_trusted, now=now
            )
            work.vectors.add(model.fingerprint, found.unstored, now=now)
            _check_complete(work, model, cut.chunks)
            if _is_same(work, current, cut):
                visible = attrs.evolve(visible, generation=current.generation)
            else:
                work.texts.put(document.id, visible.generation, cut.parsed.text)
                work.chunks.add(document.id, visible.generation, cut.chunks)
                work.chunks.forget_before(document.id, visible.generation)
            work.documents.put(visible)
            work.commit()
        return visible.generation

    def _store(self, tenant: TenantContext, model: EmbeddingModel, found: TextVectors) -> None:
        if found.unstored:
            with self.library.begin(tenant) as work:
                work.vectors.add(model.fingerprint, found.unstored, now=self.clock.now())
                work.commit()

    def _note_failure(self, tenant: TenantContext, document: LibraryDocument, reason: str, *, is_beside: bool) -> None:
        """Let the document say why; not one that readers see as it is, when another model has failed beside."""
        now = self.clock.now()
        with self.library.begin(tenant) as work:
            current = work.documents.get(document.id, lock=True)
            if is_beside and current.visible_hash == current.content_hash:
                return
            work.documents.put(failed(current, content_hash=document.content_hash, reason=reason, now=now))
            work.commit()


def _check_complete(work: LibraryUnitOfWork, model: EmbeddingModel, chunks: Sequence[StoredChunk]) -> None:
    """Insist that what becomes visible can be found: nobody chose another model, or cleared vectors, meanwhile."""
    in_use = work.models.in_use()
    hashes = [stored.text_hash for stored in chunks]
    if in_use is None or in_use.fingerprint != model.fingerprint:
        raise Deferred(0.0, "another embedding model was chosen meanwhile; the document is embedded with that one")
    if len(work.vectors.known(model.fingerprint, hashes)) < len(set(hashes)):
        raise Deferred(0.0, "vectors were cleared away meanwhile; the document is embedded again")


def _is_same(work: LibraryUnitOfWork, current: LibraryDocument, cut: _Cut) -> bool:
    """Return whether readers see this very generation already: the same text, cut in the same places."""
    if not current.generation or current.visible_hash != current.content_hash:
        return False
    if work.texts.get(current.id, current.generation) != cut.parsed.text:
        return False
    return tuple(_all_chunks(work, current.id, current.generation)) == cut.chunks


def _all_chunks(work: LibraryUnitOfWork, document_id: DocumentId, generation: int) -> list[StoredChunk]:
    count = work.chunks.count(document_id, generation)
    return work.chunks.of(document_id, generation, limit=max(count, 1))


def _text_of(stored: StoredChunk, document: LibraryDocument) -> str:
    """Return the text that the chunk's hash is of; the title in it is the document's, unless it had none of its own."""
    for title in (document.title, ""):
        text = embedded_text(title, stored.chunk)
        if text_hash(text) == stored.text_hash:
            return text
    raise PermanentFailure(
        f"document {document.id}: what was embedded of it can't be made again; sync its source, or hand it in again",
        kind=FailureKind.BAD_INPUT,
    )


def _ingested(generation: int, chunks: Sequence[StoredChunk], found: TextVectors) -> Ingested:
    return Ingested(
        generation=generation,
        chunks=len(chunks),
        embedded=found.embedded,
        reused=found.reused,
        usage=found.usage,
    )
