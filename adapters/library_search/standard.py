"""The search index that a database has: pgvector where it is set up, else numpy over rows."""

from __future__ import annotations

from threading import Lock

from attrs import define, field
from sqlalchemy import Engine

from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.search import Hit, SearchIndex
from domain.embedding.vector import Vector
from domain.tenancy import TenantContext


@define(eq=False, kw_only=True)
class StandardSearch:
    """`SearchIndex` over a database. numpy takes a quarter of a second to load, so that only the first search does."""

    engine: Engine
    _index: SearchIndex | None = field(default=None, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def search(
        self, tenant: TenantContext, query_vector: Vector, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> list[Hit]:
        """Return the *k* nearest chunks of what readers see now, nearest first."""
        return self._loaded().search(tenant, query_vector, model=model, k=k, only_approved=only_approved)

    def _loaded(self) -> SearchIndex:
        from adapters.library_search.exact import ExactSearch
        from adapters.library_search.pgvector import PgvectorSearch

        with self._lock:
            if self._index is None:
                exact = ExactSearch(engine=self.engine)
                is_postgres = self.engine.dialect.name == "postgresql"
                self._index = PgvectorSearch(engine=self.engine, otherwise=exact) if is_postgres else exact
            return self._index
