"""
What a search reads: which documents are visible, their vectors, and what stands at the places that were found.

All statements of one search run in one reading transaction, which sees one moment throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen
from sqlalchemy import Text, and_, bindparam, func, or_, select, tuple_

from adapters.database.library_model_tables import library_vector, of_vector
from adapters.database.library_tables import library_chunk, library_document, library_text
from adapters.database.library_version import VERSION
from adapters.database.rows import AnyRow
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.library_document import DocumentId, ReviewStatus
from domain.embedding.search import Hit

_document, _chunk, _text = library_document, library_chunk, library_text

IS_VISIBLE = and_(
    _document.c.removed_at.is_(None),
    _document.c.generation > 0,
    or_(
        _document.c.verdict.is_(None),
        _document.c.verdict != ReviewStatus.REJECTED.value,
        _document.c.verdict_hash != _document.c.visible_hash,  # that was another content
    ),
)
"""What readers see: not removed, something to show, and that not rejected."""

IS_CHUNK_OF_IT = and_(
    _chunk.c.organization_id == _document.c.organization_id,
    _chunk.c.document_id == _document.c.id,
    _chunk.c.generation == _document.c.generation,
)
_its_vector = of_vector(library_vector.c.vector, chunk=_chunk, fingerprint=bindparam("of_fingerprint", type_=Name))
ITS_TEXT = and_(
    _text.c.organization_id == _chunk.c.organization_id,
    _text.c.document_id == _chunk.c.document_id,
    _text.c.generation == _chunk.c.generation,
)

_VISIBLE = (
    select(_document.c.id, _document.c.generation, _document.c.is_approved)
    .where(of_organization(_document), IS_VISIBLE)
    .order_by(_document.c.id)
)
_VECTORS = (
    select(_chunk.c.document_id, _chunk.c.ordinal, _its_vector.label("vector"))
    .select_from(_document.join(_chunk, IS_CHUNK_OF_IT))
    .where(of_organization(_document), _document.c.id.in_(bindparam("of_documents", expanding=True, type_=Name)))
    .order_by(_chunk.c.document_id, _chunk.c.ordinal)
)
_COUNT = (
    select(func.count())
    .select_from(_document.join(_chunk, IS_CHUNK_OF_IT))
    .where(of_organization(_document), IS_VISIBLE)
)
_quoted = func.substr(_text.c.body, _chunk.c.start_at + 1, _chunk.c.end_at - _chunk.c.start_at, type_=Text)
HIT_COLUMNS = (
    _document.c.id,
    _document.c.title,
    _document.c.location,
    _document.c.is_approved,
    _chunk.c.generation,
    _chunk.c.ordinal,
    _chunk.c.start_at,
    _chunk.c.end_at,
    _chunk.c.heading_path,
    _quoted.label("quoted"),
)
_TEXTS = (
    select(_chunk.c.ordinal, _quoted.label("quoted"))
    .select_from(_document.join(_chunk, IS_CHUNK_OF_IT).join(_text, ITS_TEXT))
    .where(of_organization(_document), _document.c.id == bindparam("of_document", type_=Name))
    .order_by(_chunk.c.ordinal)
)
_AT = (
    select(*HIT_COLUMNS)
    .select_from(_document.join(_chunk, IS_CHUNK_OF_IT).join(_text, ITS_TEXT))
    .where(
        of_organization(_document),
        # no database finds the pairs themselves by an index: without these three it looks at every chunk there is
        _document.c.id.in_(bindparam("of_documents", expanding=True, type_=Name)),
        _chunk.c.document_id.in_(bindparam("of_documents", expanding=True, type_=Name)),
        _chunk.c.ordinal.in_(bindparam("of_ordinals", expanding=True)),
        tuple_(_chunk.c.document_id, _chunk.c.ordinal).in_(bindparam("of_places", expanding=True)),
    )
)


@frozen(kw_only=True)
class VisibleDocument:
    """A document as readers see it at this moment."""

    id: DocumentId
    generation: int
    is_approved: bool


@frozen(kw_only=True)
class Place:
    """Where a chunk stands, and how near it is."""

    document_id: DocumentId
    ordinal: int
    score: float


@frozen(kw_only=True)
class SearchRows:
    """The rows of one organization's library, in the reading transaction of *scope*."""

    scope: Scope

    def version(self) -> int:
        """Return the version of the library; 0 where nothing was ever changed."""
        return int(self.scope.execute(VERSION).scalar() or 0)

    def count(self) -> int:
        """Return how many chunks readers see."""
        return int(self.scope.execute(_COUNT).scalar_one())

    def visible(self) -> list[VisibleDocument]:
        """Return the documents that readers see, by id."""
        return [
            VisibleDocument(id=DocumentId(row.id), generation=row.generation, is_approved=row.is_approved)
            for row in self.scope.execute(_VISIBLE)
        ]

    def vectors(self, documents: Sequence[DocumentId], *, fingerprint: str) -> Iterator[tuple[str, int, bytes | None]]:
        """Yield document, ordinal and vector (None: there is none) of each visible chunk, by document and ordinal."""
        found = self.scope.execute(_VECTORS, of_documents=list(documents), of_fingerprint=fingerprint)
        for document_id, ordinal, vector in found:
            yield document_id, ordinal, None if vector is None else bytes(vector)

    def texts(self, document: VisibleDocument) -> list[tuple[int, str]]:
        """Return ordinal and text of the document's visible chunks."""
        return [(row.ordinal, row.quoted) for row in self.scope.execute(_TEXTS, of_document=document.id)]

    def hits(self, places: Sequence[Place], *, model: EmbeddingModel) -> list[Hit]:
        """Return what stands at these places of visible documents, in their order."""
        if not places:
            return []
        keys = [(place.document_id, place.ordinal) for place in places]
        documents, ordinals = map(list, map(dict.fromkeys, zip(*keys, strict=True)))
        found = self.scope.execute(_AT, of_places=keys, of_documents=documents, of_ordinals=ordinals)
        rows = {(row.id, row.ordinal): row for row in found}
        return [
            hit_from(rows[place.document_id, place.ordinal], score=place.score, model=model.name) for place in places
        ]


def hit_from(row: AnyRow, *, score: float, model: str) -> Hit:
    """Return the hit of a row that has `HIT_COLUMNS`."""
    return Hit(
        document_id=DocumentId(row.id),
        title=row.title,
        location=row.location,
        heading_path=tuple(row.heading_path),
        start=row.start_at,
        end=row.end_at,
        text=row.quoted,
        score=score,
        model=model,
        is_approved=row.is_approved,
        generation=row.generation,
        ordinal=row.ordinal,
    )
