"""Vectors as rows: little-endian 32-bit floats, under what made them and what they are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import and_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.database.library_model_tables import library_vector
from adapters.database.library_tables import library_chunk, library_document
from adapters.database.rows import Values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Among, Name, Names, UtcTime
from adapters.database.vector_index import add_copies
from domain.embedding.embedding_model import Fingerprint
from domain.embedding.model_ports import Coverage
from domain.embedding.vector import Vector, from_bytes, to_bytes

_vector, _chunk, _document = library_vector, library_chunk, library_document
_of_model = and_(of_organization(_vector), _vector.c.fingerprint == bindparam("of_fingerprint", type_=Name))
_named = Among(_vector.c.text_hash, bindparam("text_hashes", type_=Names))

_KNOWN = select(_vector.c.text_hash).where(_of_model, _named)
_OF = select(_vector.c.text_hash, _vector.c.vector).where(_of_model, _named)
_ADD = insert(_vector).on_conflict_do_nothing()
_FORGET = delete(_vector).where(_of_model)

_seen = (
    select(_chunk.c.text_hash)
    .distinct()
    .join(
        _document,
        and_(
            _document.c.organization_id == _chunk.c.organization_id,
            _document.c.id == _chunk.c.document_id,
            _document.c.generation == _chunk.c.generation,
        ),
    )
    .where(of_organization(_chunk), of_organization(_document), _document.c.removed_at.is_(None))
    .subquery()
)
_has_vector = exists().where(_of_model, _vector.c.text_hash == _seen.c.text_hash)
_COVERAGE = select(func.count().label("texts"), func.count().filter(~_has_vector).label("missing")).select_from(_seen)

_is_used = exists().where(
    _chunk.c.organization_id == _vector.c.organization_id, _chunk.c.text_hash == _vector.c.text_hash
)
_UNUSED = (
    select(_vector.c.fingerprint, _vector.c.text_hash)
    .where(of_organization(_vector), _vector.c.made_at < bindparam("made_before", type_=UtcTime), ~_is_used)
    .limit(bindparam("at_most"))
)
_FORGET_ONE = delete(_vector).where(_of_model, _vector.c.text_hash == bindparam("of_text_hash", type_=Name), ~_is_used)


@frozen(kw_only=True)
class SqlVectors:
    """`Vectors` in the transaction of *scope*."""

    scope: Scope

    def known(self, fingerprint: Fingerprint, text_hashes: Sequence[str]) -> set[str]:
        """Return those of the texts that have a vector."""
        found = self.scope.execute(_KNOWN, of_fingerprint=fingerprint, text_hashes=list(text_hashes))
        return {row.text_hash for row in found}

    def of(self, fingerprint: Fingerprint, text_hashes: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors of the texts, as far as they have one."""
        found = self.scope.execute(_OF, of_fingerprint=fingerprint, text_hashes=list(text_hashes))
        return {row.text_hash: from_bytes(row.vector) for row in found}

    def add(self, fingerprint: Fingerprint, vectors: Mapping[str, Vector], *, now: datetime) -> None:
        """Store vectors, all processes in one order: two that store the same texts must not wait in a circle."""
        rows: list[Values] = [{"text_hash": name, "vector": to_bytes(vectors[name])} for name in sorted(vectors)]
        self.scope.insert_many(_ADD, rows, fingerprint=fingerprint, made_at=now)
        add_copies(self.scope, [{"fingerprint": fingerprint, **row} for row in rows])

    def coverage(self, fingerprint: Fingerprint) -> Coverage:
        """Return how far what readers see is embedded with this model."""
        row = self.scope.execute(_COVERAGE, of_fingerprint=fingerprint).one()
        return Coverage(texts=row.texts, missing=row.missing)

    def forget(self, fingerprint: Fingerprint) -> int:
        """Forget a model's vectors; return how many there were."""
        return int(self.scope.execute(_FORGET, of_fingerprint=fingerprint).rowcount)

    def forget_unused(self, *, made_before: datetime, limit: int) -> int:
        """Forget vectors of texts that no chunk has, made before that moment; at most *limit*; return how many."""
        unused = self.scope.execute(_UNUSED, made_before=made_before, at_most=limit).all()
        rows = [{"of_fingerprint": row.fingerprint, "of_text_hash": row.text_hash} for row in unused]
        self.scope.execute_many(_FORGET_ONE, rows)
        return len(rows)
