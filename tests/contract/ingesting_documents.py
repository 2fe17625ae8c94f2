"""What tests of ingesting build on: a library, a scripted model in use, and a parser that takes text as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from attrs import define, field, frozen

from adapters.embedders.scripted import DIMENSIONS, ScriptedEmbedder
from adapters.memory.clock import ManualClock
from domain.embedding.asked_model import AskedModel, FoundModel
from domain.embedding.batching import BatchLimits
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, EmbeddingProvider, Fingerprint
from domain.embedding.ingesting import Ingested, Ingesting
from domain.embedding.library_document import DocumentId, LibraryDocument, with_content
from domain.embedding.model_ports import LibrarySettings
from domain.embedding.parsed import ParsedDocument
from domain.embedding.ports import Library
from domain.embedding.shared_embedders import SharedEmbedders
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.jobs.item import Document
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US
from tests.contract.library_building import a_document, a_model, add_document

BROKEN = b"broken"
ONE_A_REQUEST = BatchLimits(most_texts=1)


@frozen(kw_only=True)
class TextParsers:
    """`Parsers` of plain text; the first line is the title."""

    def parse(self, content: bytes, *, name: str, media_type: str = "") -> ParsedDocument:  # noqa: ARG002  # the port's
        """Return the text, unless it says that it is broken."""
        if content == BROKEN:
            raise PermanentFailure("the file is broken", kind=FailureKind.BAD_INPUT)
        text = content.decode()
        return ParsedDocument(title=text.partition("\n")[0][:60], text=text)


@define(kw_only=True)
class ScriptedEmbedders:
    """`Embedders` that open scripted models: each fingerprint has one, which counts its calls."""

    refuse: Callable[[Sequence[str]], object] = bool
    opened: dict[Fingerprint, ScriptedEmbedder] = field(factory=dict)

    def look_at(self, tenant: TenantContext, asked: AskedModel) -> FoundModel:  # noqa: ARG002  # the port's
        """Find everything but `nowhere`."""
        if asked.words == "nowhere":
            raise InvalidInput("nowhere is no embedding model")
        return FoundModel(
            provider=EmbeddingProvider.SCRIPTED,
            spec={},
            dimensions=DIMENSIONS,
            most_input_tokens=asked.most_input_tokens or 512,
            fingerprint=Fingerprint(f"scripted:{asked.words}:{asked.document_prefix}"),
        )

    def open(self, tenant: TenantContext, model: EmbeddingModel) -> ScriptedEmbedder:  # noqa: ARG002  # the port's
        """Return the one of its fingerprint."""
        known = self.opened.get(model.fingerprint)
        if known is None:
            known = self.opened[model.fingerprint] = ScriptedEmbedder(refuse=lambda texts: self.refuse(texts))
        return known

    @property
    def texts(self) -> list[str]:
        """All texts that were asked for, in their order, over all models."""
        return [text for embedder in self.opened.values() for call in embedder.calls for text in call]

    @property
    def calls(self) -> int:
        """How many requests were made."""
        return sum(len(embedder.calls) for embedder in self.opened.values())


def scripted_model(number: int = 1, **more: Any) -> EmbeddingModel:
    """Return a scripted model with a fingerprint of its own."""
    given: dict[str, Any] = {"provider": EmbeddingProvider.SCRIPTED, "dimensions": DIMENSIONS, "document_prefix": ""}
    return a_model(number, **{**given, "fingerprint": Fingerprint(f"scripted-{number}"), **more})


MODEL = scripted_model(1)


def use(library: Library, model: EmbeddingModel) -> EmbeddingModel:
    """Store the model, if it is new, and put it into use."""
    with library.begin(US) as work:
        if work.models.named(model.name) is None:
            work.models.add(model)
        work.settings.put(LibrarySettings(model_id=EmbeddingModelId(model.id)))
        work.commit()
    return model


def ingesting_into(library: Library, embedders: ScriptedEmbedders, *, limits: BatchLimits | None = None) -> Ingesting:
    """Return what brings documents into the library; requests wait for no others."""
    shared = SharedEmbedders(embedders=embedders, limits=limits or BatchLimits(), gather_s=0.0)
    return Ingesting(library=library, parsers=TextParsers(), embedders=shared, clock=ManualClock(NOW))


def hand_in(library: Library, content: bytes, *, number: int = 1) -> LibraryDocument:
    """Store a document with this content, or give it to the one that is there."""
    content_hash = hashlib.sha256(content).hexdigest()
    document = a_document(number, content_hash=content_hash, size_bytes=len(content))
    with library.view(US) as work:
        known = work.documents.at(None, document.location)
    if known is None:
        add_document(library, document)
    else:
        document = with_content(known, content_hash=content_hash, size_bytes=len(content), now=NOW)
    with library.begin(US) as work:
        work.documents.put(document)
        work.contents.put(document.id, content)
        work.commit()
    return document


def read_back(library: Library, document_id: DocumentId) -> LibraryDocument:
    """Return the document as it is stored now."""
    with library.view(US) as work:
        return work.documents.get(document_id)


@define
class Kept:
    """`Keep` that adds up what it is told."""

    usage: Usage = NOTHING
    progress: list[Document] = attrs.Factory(list)

    def __call__(self, progress: Document, usage: Usage = NOTHING) -> None:
        """Add it up."""
        self.progress.append(progress)
        self.usage += usage


def paragraphs(count: int, *, word: str = "matter") -> bytes:
    """Return a text of so many paragraphs, each long enough to be a chunk of its own."""
    sentence = f"The {word} of paragraph number {{no}} is said in its sentence {{of}} and by no other one here. "
    return "\n\n".join(
        "".join(sentence.format(no=no, of=of) for of in range(10)).strip() for no in range(count)
    ).encode()


def ingest(
    library: Library,
    embedders: ScriptedEmbedders,
    document: LibraryDocument,
    content: bytes,
    *,
    keep: Kept | None = None,
    limits: BatchLimits | None = None,
    is_trusted: bool = False,
    beside: EmbeddingModel | None = None,
) -> Ingested:
    """Ingest with a minute's time."""
    return ingesting_into(library, embedders, limits=limits).ingest(
        US, document, content, deadline_s=60, keep=keep or Kept(), is_trusted=is_trusted, beside=beside
    )


def visible(library: Library, document: LibraryDocument) -> tuple[str, list[str], int]:
    """Return what readers see: the text, the hashes of its chunks, and how many of these have a vector."""
    with library.view(US) as work:
        now = work.documents.get(document.id)
        hashes = [one.text_hash for one in work.chunks.of(now.id, now.generation)]
        return work.texts.get(now.id, now.generation), hashes, len(work.vectors.known(MODEL.fingerprint, hashes))
