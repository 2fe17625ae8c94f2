"""
Exact search over vectors in rows, on SQLite and on Postgres without pgvector.

A process keeps the matrices it used last, up to a number of bytes; a library larger than that is read anew by each
search, some documents at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from attrs import define, field
from sqlalchemy import Engine

from adapters.database.scope import scoped
from adapters.library_search.matrix import PAGE, Matrix, matrix_of
from adapters.library_search.rows import Place, SearchRows, VisibleDocument
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.search import Hit
from domain.embedding.vector import BYTES_A_NUMBER, Vector
from domain.tenancy import TenantContext

MOST_BYTES = 512 * 1024 * 1024
"""Of vectors a process keeps: 350,000 of 384 dimensions."""

_Key = tuple[str, str]


@define(eq=False, kw_only=True)
class ExactSearch:
    """`SearchIndex` that compares the question with every chunk."""

    engine: Engine
    most_bytes: int = MOST_BYTES
    page: int = PAGE
    _kept: OrderedDict[_Key, Matrix] = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _one_reads: dict[_Key, Lock] = field(factory=dict, init=False)

    def search(
        self, tenant: TenantContext, query_vector: Vector, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> list[Hit]:
        """Return the *k* nearest chunks of what readers see now, nearest first."""
        asked = _Asked(vector=query_vector, model=model, k=k, only_approved=only_approved)
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=True) as scope:
            rows = SearchRows(scope=scope)
            matrix = self._matrix(rows, model)
            places = asked.nearest(matrix) if matrix is not None else asked.nearest_by_pages(rows, self.page)
            return rows.hits(places, model=model)

    @property
    def kept_bytes(self) -> int:
        """How much memory the kept matrices take."""
        with self._lock:
            return sum(each.size_bytes for each in self._kept.values())

    def _matrix(self, rows: SearchRows, model: EmbeddingModel) -> Matrix | None:
        """Return the library's matrix of this moment; None where it is too large to be kept."""
        key = (rows.scope.organization_id, model.fingerprint)
        version = rows.version()
        kept = self._get(key, version)
        if kept is not None:
            return kept
        with self._reading(key):  # several that ask at once read it once
            kept = self._get(key, version)
            return kept if kept is not None else self._read(key, rows, model, version)

    def _read(self, key: _Key, rows: SearchRows, model: EmbeddingModel, version: int) -> Matrix | None:
        if rows.count() * model.dimensions * BYTES_A_NUMBER > self.most_bytes:
            with self._lock:
                self._kept.pop(key, None)
            return None
        matrix = matrix_of(rows, rows.visible(), model=model, version=version, known=self._kept.get(key))
        self._keep(key, matrix)
        return matrix

    def _get(self, key: _Key, version: int) -> Matrix | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.version != version:
                return None
            self._kept.move_to_end(key)
            return kept

    def _keep(self, key: _Key, matrix: Matrix) -> None:
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known.version > matrix.version:
                return  # who began to look earlier was slower
            self._kept[key] = matrix
            self._kept.move_to_end(key)
            while sum(each.size_bytes for each in self._kept.values()) > self.most_bytes:
                self._kept.popitem(last=False)

    def _reading(self, key: _Key) -> Lock:
        with self._lock:
            return self._one_reads.setdefault(key, Lock())


@define(kw_only=True)
class _Asked:
    """One question."""

    vector: Vector
    model: EmbeddingModel
    k: int
    only_approved: bool

    def nearest(self, matrix: Matrix) -> list[Place]:
        """Return the nearest chunks of a matrix."""
        query = np.frombuffer(self.vector, dtype=np.float32)
        return matrix.nearest(query, k=self.k, only_approved=self.only_approved)

    def nearest_by_pages(self, rows: SearchRows, page: int) -> list[Place]:
        """Return the nearest chunks of a library of any size, with some documents in memory at a time."""
        best: list[Place] = []
        documents = rows.visible()
        for first in range(0, len(documents), page):
            best = self._merged(best, rows, documents[first : first + page])
        return best

    def _merged(self, best: list[Place], rows: SearchRows, page: Sequence[VisibleDocument]) -> list[Place]:
        found = self.nearest(matrix_of(rows, page, model=self.model, version=0))
        # documents come by their ids, so that sorting, which keeps the order of equals, decides as one matrix does
        return sorted([*best, *found], key=lambda place: -place.score)[: self.k]
