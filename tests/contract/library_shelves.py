"""Libraries that are filled by hand: documents with chunks whose vectors a test chooses."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
from attrs import frozen
from sqlalchemy import Engine

from adapters.database.library import SqlLibrary
from domain.embedding.chunk import Chunk, StoredChunk, text_hash
from domain.embedding.chunking import embedded_text
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, EmbeddingProvider, Fingerprint
from domain.embedding.library_document import DocumentId, LibraryDocument, swapped_in
from domain.embedding.vector import Vector, unit_vector
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US
from tests.contract.library_building import a_document


def a_model(dimensions: int = 3, *, name: str = "scripted", tenant: TenantContext = US) -> EmbeddingModel:
    """Return a model."""
    return EmbeddingModel(
        id=EmbeddingModelId(f"model-{name}"),
        organization_id=tenant.organization_id,
        name=name,
        provider=EmbeddingProvider.SCRIPTED,
        model=name,
        dimensions=dimensions,
        fingerprint=Fingerprint(f"scripted:{name}"),
        created_at=NOW,
    )


def direction(*numbers: float) -> Vector:
    """Return the vector of unit length in this direction."""
    return unit_vector(numbers, dimensions=None)


def random_vectors(count: int, *, dimensions: int, seed: int) -> list[Vector]:
    """Return vectors in directions that are the same at every run."""
    numbers = random.Random(seed)
    return [direction(*(numbers.gauss(0, 1) for _ in range(dimensions))) for _ in range(count)]


@frozen(kw_only=True)
class Shelf:
    """One organization's library in a database, and the model its vectors are of."""

    engine: Engine
    model: EmbeddingModel
    tenant: TenantContext = US

    def put(
        self, location: str, vectors: Sequence[Vector | None], *, texts: Sequence[str] = (), key: str = ""
    ) -> LibraryDocument:
        """
        Make a document of this location visible, or swap in its next generation: a chunk for each vector (None: it has
        none). Chunks are equal where their *texts* are; without, all differ. Documents' ids sort as their *key* does.
        """
        library = SqlLibrary(self.engine)
        document_id = DocumentId(key or hashlib.sha256(location.encode()).hexdigest())
        words = texts or [f"{location[-6:]:>6}{no:>6}" for no in range(len(vectors))]
        stored = list(_chunks(words))
        with library.begin(self.tenant) as work:
            known = work.documents.at(None, location)
            if known is None:
                known = a_document(id=document_id, tenant=self.tenant, location=location, title=f"title of {location}")
                work.documents.add(known)
            seen = swapped_in(known, content_hash=known.content_hash, title="", now=NOW)
            work.texts.put(seen.id, seen.generation, "".join(words))
            work.chunks.add(seen.id, seen.generation, stored)
            work.documents.put(seen)
            named = {one.text_hash: vector for one, vector in zip(stored, vectors, strict=True) if vector is not None}
            work.vectors.add(self.model.fingerprint, named, now=NOW)
            work.commit()
        return seen

    def change(self, document: LibraryDocument, **changes: Any) -> None:
        """Store the document with these changes."""
        with SqlLibrary(self.engine).begin(self.tenant) as work:
            work.documents.put(attrs.evolve(document, **changes))
            work.commit()


def _chunks(words: Sequence[str]) -> Iterator[StoredChunk]:
    start = 0
    for ordinal, text in enumerate(words):
        chunk = Chunk(ordinal=ordinal, start=start, end=start + len(text), heading_path=("Top",), text=text)
        yield StoredChunk(chunk=chunk, text_hash=text_hash(embedded_text("", chunk)))
        start += len(text)
