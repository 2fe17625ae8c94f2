"""
Search by pgvector: an organization with a partition of its own by its index, all others by comparing their rows.

The index is approximate; where it brings fewer hits than were asked for, all rows are compared instead, so that a
search never returns fewer than there are. As long as the table is not there, or lacks vectors of the organization, the
other adapter answers: a search must not miss what was embedded before pgvector came.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from attrs import define, field
from sqlalchemy import BindParameter, Engine, Select, Text, and_, bindparam, cast, column, select, table, text
from sqlalchemy.types import UserDefinedType

from adapters.database.library_tables import library_chunk, library_document
from adapters.database.scope import Scope, of_organization, scoped
from adapters.database.types import Name
from adapters.database.vector_index import LONGEST_VECTOR, TABLE, as_literal, is_set_up, missing
from adapters.library_search.ranking import DECIMALS
from adapters.library_search.rows import IS_CHUNK_OF_IT, IS_VISIBLE, Place, SearchRows
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.library_document import DocumentId
from domain.embedding.search import Hit, SearchIndex
from domain.embedding.vector import Vector
from domain.tenancy import TenantContext

_index = table(TABLE, column("organization_id"), column("fingerprint"), column("text_hash"), column("embedding"))
_its_chunks = and_(
    library_chunk.c.organization_id == _index.c.organization_id, library_chunk.c.text_hash == _index.c.text_hash
)
# Iterative: the index goes on until enough of its rows are visible. Strict: by distance, as the sorting relies on it.
_BY_INDEX = text(
    "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '400', true)"
)
_ONE_BY_ONE = text("SELECT set_config('enable_indexscan', 'off', true)")


class _VectorOf(UserDefinedType[Any]):
    """pgvector's type with its number of dimensions, as indexes are declared on it."""

    cache_ok = True

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def get_col_spec(self, **_options: object) -> str:
        """Return how SQL writes it."""
        return f"vector({self.dimensions})"


@define(eq=False, kw_only=True)
class PgvectorSearch:
    """
    `SearchIndex` over the table of `vector_index`; *otherwise* answers while that can't.

    A table that is not there is looked for again after *look_again_s* seconds: to look costs as much as to read a hit.
    """

    engine: Engine
    otherwise: SearchIndex
    look_again_s: float = 30.0
    _looks_again_at: float = field(default=0.0, init=False)
    _complete: set[tuple[str, str]] = field(factory=set, init=False)

    def search(
        self, tenant: TenantContext, query_vector: Vector, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> list[Hit]:
        """Return the *k* nearest chunks of what readers see now, nearest first."""
        if model.dimensions <= LONGEST_VECTOR and monotonic() >= self._looks_again_at:
            with scoped(self.engine, organization_id=tenant.organization_id, is_view=True) as scope:
                if self._is_ready(scope, model):
                    places = _nearest(scope, query_vector, model=model, k=k, only_approved=only_approved)
                    return SearchRows(scope=scope).hits(places, model=model)
        return self.otherwise.search(tenant, query_vector, model=model, k=k, only_approved=only_approved)

    def _is_ready(self, scope: Scope, model: EmbeddingModel) -> bool:
        if not is_set_up(scope.connection):
            self._looks_again_at = monotonic() + self.look_again_s
            return False
        key = (scope.organization_id, model.fingerprint)
        if key not in self._complete and not missing(scope, most=1):
            self._complete.add(key)  # for good: whoever stores vectors copies them in the same transaction
        return key in self._complete


def _nearest(scope: Scope, vector: Vector, *, model: EmbeddingModel, k: int, only_approved: bool) -> list[Place]:
    nearest = statement(model.dimensions, only_approved=only_approved)
    values = {"of_fingerprint": model.fingerprint, "query": as_literal(vector), "at_most": k}
    scope.connection.execute(_BY_INDEX)
    found = scope.execute(nearest, **values).all()
    if len(found) < k:
        scope.connection.execute(_ONE_BY_ONE)
        found = scope.execute(nearest, **values).all()
    return [
        Place(document_id=DocumentId(row.document_id), ordinal=row.ordinal, score=round(-row.distance, DECIMALS))
        for row in found
    ]


def statement(dimensions: int, *, only_approved: bool) -> Select[Any]:
    """Return what finds the nearest chunks; its order is by the very expression that indexes are declared on."""
    query: BindParameter[str] = bindparam("query", type_=Text)
    kind = _VectorOf(dimensions)
    # the negative product: of vectors of unit length, the cosine
    distance = cast(_index.c.embedding, kind).op("<#>")(cast(query, kind)).label("distance")
    nearest = (
        select(library_chunk.c.document_id, library_chunk.c.ordinal, distance)
        .select_from(_index.join(library_chunk, _its_chunks).join(library_document, IS_CHUNK_OF_IT))
        .where(of_organization(_index), _index.c.fingerprint == bindparam("of_fingerprint", type_=Name), IS_VISIBLE)
        .order_by(distance, library_chunk.c.document_id, library_chunk.c.ordinal)
        .limit(bindparam("at_most"))
    )
    return nearest.where(library_document.c.is_approved) if only_approved else nearest
