"""What the library's contract suites build on: documents and chunks, as they are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.embedding.chunk import Chunk, StoredChunk, text_hash
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, Fingerprint
from domain.embedding.library_document import DocumentId, LibraryDocument, swapped_in
from domain.embedding.ports import Library
from domain.tenancy import TenantContext
from tests.contract.building import US, after

TEXT = "Refunds\n\nWithin 14 days.\nNo questions. \N{SNOWMAN}\N{GRINNING FACE}"


def a_document(number: int = 1, *, tenant: TenantContext = US, **more: Any) -> LibraryDocument:
    """Return a document as it is handed in."""
    given = {
        "id": DocumentId(f"0000000{number}-0000-4000-8000-00000000000{number}"),
        "organization_id": tenant.organization_id,
        "location": f"file-{number}.md",
        "title": f"file-{number}",
        "content_hash": f"hash-{number}",
        "size_bytes": 10 * number,
        "created_at": after(number),
        "updated_at": after(number),
    }
    return LibraryDocument(**{**given, **more})


SHARED = Fingerprint("shared")
"""What all models are known by here, whose organizations must nevertheless not share a vector."""


def a_model(number: int = 1, *, tenant: TenantContext = US, **more: Any) -> EmbeddingModel:
    """Return an embedding model of two dimensions."""
    given = {
        "id": EmbeddingModelId(f"e000000{number}-0000-4000-8000-00000000000{number}"),
        "organization_id": tenant.organization_id,
        "name": f"model-{number}",
        "provider": "language-model",
        "model": f"openai:model-{number}",
        "spec": {"model": {"provider": "openai", "model": f"model-{number}"}},
        "dimensions": 2,
        "query_prefix": "query: ",
        "document_prefix": "passage: ",
        "most_input_tokens": 256,
        "fingerprint": SHARED,
        "created_at": after(number),
    }
    return EmbeddingModel(**{**given, **more})


def add_document(library: Library, document: LibraryDocument) -> LibraryDocument:
    """Store the document, in the organization it belongs to."""
    with library.begin(tenant_of(document)) as work:
        work.documents.add(document)
        work.commit()
    return document


def make_visible(library: Library, document: LibraryDocument, *, text: str = TEXT) -> LibraryDocument:
    """Store the document's next generation, cut into pieces of ten characters, and return it as it is then."""
    now_visible = swapped_in(document, content_hash=document.content_hash, title="", now=after(50))
    with library.begin(tenant_of(document)) as work:
        work.texts.put(document.id, now_visible.generation, text)
        work.chunks.add(document.id, now_visible.generation, pieces(text))
        work.documents.put(now_visible)
        work.commit()
    return now_visible


def pieces(text: str) -> list[StoredChunk]:
    """Return chunks of ten characters each."""
    starts = range(0, len(text), 10)
    chunks = [
        Chunk(ordinal=no, start=start, end=min(start + 10, len(text)), heading_path=("A", "B"), text=text[start:][:10])
        for no, start in enumerate(starts)
    ]
    return [StoredChunk(chunk=chunk, text_hash=text_hash(chunk.text)) for chunk in chunks]


def tenant_of(document: LibraryDocument) -> TenantContext:
    """Return the context of the document's organization."""
    return TenantContext(organization_id=document.organization_id, user_id=US.user_id)


def ids(documents: Sequence[LibraryDocument]) -> list[int]:
    """Return the numbers of documents."""
    return [int(document.id[7]) for document in documents]
