"""
The vectors of one library under one model, as a matrix in memory that follows the library's changes.

A version that is still the library's makes it usable as it is; else only the documents whose visible generation is
another one, or that lacked vectors, are read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from adapters.library_search.ranking import Floats, Indices, best, scores_of
from adapters.library_search.rows import Place, SearchRows, VisibleDocument
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.library_document import DocumentId

PAGE = 200
"""Documents whose vectors are read with one statement."""


@frozen(kw_only=True, eq=False)
class Block:
    """The vectors of one document's visible chunks; those that have none are left out, and it is not complete."""

    document: VisibleDocument
    ordinals: NDArray[np.int32]
    vectors: Floats
    is_complete: bool


@frozen(kw_only=True, eq=False)
class Matrix:
    """Blocks of documents in the order of their ids, whose vectors lie behind one another in *vectors*."""

    version: int
    blocks: tuple[Block, ...]
    vectors: Floats
    _starts: Indices = field(init=False)

    @_starts.default
    def _count(self) -> Indices:
        starts: Indices = np.cumsum([0, *(len(block.ordinals) for block in self.blocks)], dtype=np.int64)
        return starts

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, but for what Python needs for each document."""
        return int(self.vectors.nbytes) + sum(int(block.ordinals.nbytes) for block in self.blocks)

    def nearest(self, query: Floats, *, k: int, only_approved: bool) -> list[Place]:
        """Return the *k* nearest chunks, nearest first."""
        scores = scores_of(self.vectors, query)
        if not only_approved:
            return [self._place(int(row), float(scores[row])) for row in best(scores, k=k)]
        rows = np.flatnonzero(self._approved())
        return [self._place(int(rows[no]), float(scores[rows[no]])) for no in best(scores[rows], k=k)]

    def _approved(self) -> NDArray[np.bool_]:
        flags = np.array([block.document.is_approved for block in self.blocks], dtype=bool)
        return np.repeat(flags, np.diff(self._starts))

    def _place(self, row: int, score: float) -> Place:
        no = int(np.searchsorted(self._starts, row, side="right")) - 1
        block = self.blocks[no]
        ordinal = int(block.ordinals[row - int(self._starts[no])])
        return Place(document_id=block.document.id, ordinal=ordinal, score=score)


def matrix_of(
    rows: SearchRows,
    documents: Sequence[VisibleDocument],
    *,
    model: EmbeddingModel,
    version: int,
    known: Matrix | None = None,
) -> Matrix:
    """Return the matrix of these documents; what *known* holds of them already is not read again."""
    kept = _unchanged(documents, known)
    missing = [document for document in documents if document.id not in kept]
    read = {block.document.id: block for block in _read(rows, missing, model=model)}
    blocks = [kept.get(document.id) or read[document.id] for document in documents]
    return _joined(blocks, version=version, dimensions=model.dimensions)


def _unchanged(documents: Sequence[VisibleDocument], known: Matrix | None) -> Mapping[DocumentId, Block]:
    if known is None:
        return {}
    generations = {document.id: document for document in documents}
    kept = {}
    for block in known.blocks:
        now = generations.get(block.document.id)
        if now is not None and now.generation == block.document.generation and block.is_complete:
            kept[now.id] = Block(document=now, ordinals=block.ordinals, vectors=block.vectors, is_complete=True)
    return kept


def _read(rows: SearchRows, documents: Sequence[VisibleDocument], *, model: EmbeddingModel) -> Iterator[Block]:
    for first in range(0, len(documents), PAGE):
        page = documents[first : first + PAGE]
        found = rows.vectors([document.id for document in page], fingerprint=model.fingerprint)
        chunks = {key: list(group) for key, group in groupby(found, key=itemgetter(0))}
        yield from (_block(document, chunks.get(document.id, []), model.dimensions) for document in page)


def _block(document: VisibleDocument, chunks: Sequence[tuple[str, int, bytes | None]], dimensions: int) -> Block:
    length = 4 * dimensions
    usable = [(ordinal, vector) for _, ordinal, vector in chunks if vector is not None and len(vector) == length]
    joined = np.frombuffer(b"".join(vector for _, vector in usable), dtype="<f4")
    return Block(
        document=document,
        ordinals=np.array([ordinal for ordinal, _ in usable], dtype=np.int32),
        vectors=joined.reshape(len(usable), dimensions),
        is_complete=len(usable) == len(chunks),
    )


def _joined(blocks: Sequence[Block], *, version: int, dimensions: int) -> Matrix:
    parts = [block.vectors for block in blocks] or [np.empty((0, dimensions), dtype=np.float32)]
    vectors = np.concatenate(parts)
    views, first = [], 0
    for block in blocks:  # views of the whole: the parts' own memory is free again
        behind = first + len(block.ordinals)
        views.append(
            Block(
                document=block.document,
                ordinals=block.ordinals,
                vectors=vectors[first:behind],
                is_complete=block.is_complete,
            )
        )
        first = behind
    return Matrix(version=version, blocks=tuple(views), vectors=vectors)
