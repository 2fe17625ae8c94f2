"""
The table that pgvector searches: a copy of each vector in its own type, beside the row that holds it as bytes.

pgvector is optional and belongs to the server, so this is no migration: `antiphon db vectors` makes the table wherever
the extension is, on any day. From then on every new vector is written to both in one transaction, and a vector that is
deleted takes its copy with it, by a reference.

One HNSW index for all organizations would give small ones nothing: it returns the nearest of everybody's rows, and
row-level security then takes away all but a few (recall 0.008 for 295 rows beside 50,000). So the table is partitioned:
a large organization has a partition of its own with an index for each model, all others share one without, where their
rows are found by the primary key and compared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen
from sqlalchemy import Connection, text

from adapters.database.scope import Scope
from domain.embedding.vector import Vector, from_bytes

TABLE = "library_vector_index"
LONGEST_VECTOR = 16_000
"""Dimensions that the type takes; longer vectors have no copy."""
PAGE = 500

_IS_THERE = text(f"SELECT to_regclass('{TABLE}') IS NOT NULL")
_ADD = text(
    f"INSERT INTO {TABLE} (organization_id, fingerprint, text_hash, embedding) "
    "VALUES (:organization_id, :fingerprint, :text_hash, CAST(:embedding AS vector)) ON CONFLICT DO NOTHING"
)
_MISSING = text(
    "SELECT v.fingerprint, v.text_hash, v.vector FROM library_vector v WHERE v.organization_id = :of_organization "
    f"AND octet_length(v.vector) <= {4 * LONGEST_VECTOR} AND NOT EXISTS (SELECT FROM {TABLE} i WHERE "
    "i.organization_id = v.organization_id AND i.fingerprint = v.fingerprint AND i.text_hash = v.text_hash) LIMIT :most"
)
_SIZES = text(
    "SELECT fingerprint, min(vector_dims(embedding)) AS dimensions, count(*) AS size "
    f"FROM {TABLE} WHERE organization_id = :of_organization GROUP BY fingerprint ORDER BY fingerprint"
)


@frozen(kw_only=True)
class IndexedModel:
    """How many vectors of one model an organization has in the table."""

    fingerprint: str
    dimensions: int
    size: int


def is_set_up(connection: Connection) -> bool:
    """Return whether the table is there; asked in each transaction, as it may be made at any time."""
    return connection.dialect.name == "postgresql" and bool(connection.execute(_IS_THERE).scalar())


def add_copies(scope: Scope, rows: Sequence[Mapping[str, object]]) -> None:
    """Copy vectors (fingerprint, text_hash, vector) that this transaction has stored, if the table is there."""
    if rows and is_set_up(scope.connection):
        scope.insert_many(_ADD, [_copy(row) for row in rows])


def missing(scope: Scope, *, most: int = PAGE) -> list[Mapping[str, object]]:
    """Return vectors of the organization that have no copy, at most so many."""
    return [dict(row._mapping) for row in scope.execute(_MISSING, most=most)]


def fill(scope: Scope) -> int:
    """Copy every vector of the organization that has no copy; return how many there were."""
    copied = 0
    while page := missing(scope):
        scope.insert_many(_ADD, [_copy(row) for row in page])
        copied += len(page)
    return copied


def sizes(scope: Scope) -> list[IndexedModel]:
    """Return how many vectors of each model the organization has in the table."""
    return [
        IndexedModel(fingerprint=row.fingerprint, dimensions=row.dimensions, size=row.size)
        for row in scope.execute(_SIZES)
    ]


def as_literal(vector: Vector) -> str:
    """Return the vector as pgvector reads it; nine digits keep every bit of a 32-bit float."""
    return f"[{','.join(format(number, '.9g') for number in vector)}]"


def _copy(row: Mapping[str, object]) -> dict[str, object]:
    stored = row["vector"]
    assert isinstance(stored, bytes | memoryview)
    return {
        "fingerprint": row["fingerprint"],
        "text_hash": row["text_hash"],
        "embedding": as_literal(from_bytes(bytes(stored))),
    }
