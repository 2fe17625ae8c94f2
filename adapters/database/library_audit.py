"""What is out of step among a library's rows, one question for each way, and what removes or adds the rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Engine, Select, and_, bindparam, delete, exists, func, literal, select

from adapters.database.library import SqlLibrary, SqlLibraryUnitOfWork
from adapters.database.library_model_tables import library_model, library_setting, library_vector, of_vector
from adapters.database.library_tables import library_chunk, library_document, library_text
from adapters.database.rows import AnyRow
from adapters.database.scope import Scope, of_organization
from adapters.database.tables import ACTIVE, job
from adapters.database.types import UtcTime
from adapters.database.vector_index import fill, is_set_up, missing
from domain.embedding.chunk import text_hash
from domain.embedding.chunking import embedded_text
from domain.embedding.library_audit import STUCK_AFTER, UNUSED_AFTER, Counted, Trouble
from domain.embedding.library_document import ReviewStatus
from domain.embedding.vector import BYTES_A_NUMBER
from domain.tenancy import TenantContext

MOST = 10_000
"""Rows that are named; the count goes beyond."""
_FAMILIES = ("document_embedding", "documentation_sync")
_document, _chunk, _text, _vector = library_document, library_chunk, library_text, library_vector
_model, _setting = library_model, library_setting

_is_visible = and_(
    _chunk.c.organization_id == _document.c.organization_id,
    _chunk.c.document_id == _document.c.id,
    _chunk.c.generation == _document.c.generation,
    _document.c.removed_at.is_(None),
)
_is_in_use = and_(_setting.c.organization_id == _model.c.organization_id, _setting.c.model_id == _model.c.id)
_its_vector = of_vector(_vector.c.text_hash, chunk=_chunk, fingerprint=_model.c.fingerprint)
_is_of_its_model = and_(
    _vector.c.organization_id == _model.c.organization_id, _vector.c.fingerprint == _model.c.fingerprint
)
_is_needed = exists().where(
    _chunk.c.organization_id == _vector.c.organization_id, _chunk.c.text_hash == _vector.c.text_hash
)
_is_known = exists().where(_is_of_its_model)
_is_the_visible_one = exists().where(
    _document.c.organization_id == _text.c.organization_id,
    _document.c.id == _text.c.document_id,
    _document.c.generation == _text.c.generation,
)
_is_broken = exists().where(_is_of_its_model, func.length(_vector.c.vector) != BYTES_A_NUMBER * _model.c.dimensions)
_a_job_is_under_way = exists().where(of_organization(job), job.c.kind.in_(_FAMILIES), ACTIVE)
_is_unused = and_(_vector.c.made_at < bindparam("made_before", type_=UtcTime), ~_is_needed)

_LOOKS: Mapping[Trouble, Select[Any]] = {
    Trouble.CHUNKS_WITHOUT_VECTORS: select(_chunk.c.document_id.label("whose"), func.count().label("size"))
    .select_from(_chunk.join(_document, _is_visible).join(_model, _model.c.organization_id == _chunk.c.organization_id))
    .join(_setting, _is_in_use)
    .where(of_organization(_chunk), _its_vector.is_(None))
    .group_by(_chunk.c.document_id),
    Trouble.STUCK_DOCUMENTS: select(_document.c.id.label("whose"), literal(1).label("size")).where(
        of_organization(_document),
        _document.c.removed_at.is_(None),
        _document.c.review_status == ReviewStatus.PROCESSING.value,
        _document.c.updated_at < bindparam("changed_before", type_=UtcTime),
        ~_a_job_is_under_way,
    ),
    Trouble.BROKEN_VECTORS: select(_vector.c.fingerprint.label("whose"), func.count().label("size"))
    .where(of_organization(_vector), _is_broken)
    .group_by(_vector.c.fingerprint),
    Trouble.UNUSED_VECTORS: select(_vector.c.fingerprint.label("whose"), func.count().label("size"))
    .where(of_organization(_vector), _is_known, _is_unused)
    .group_by(_vector.c.fingerprint),
    Trouble.VECTORS_OF_NO_MODEL: select(_vector.c.fingerprint.label("whose"), func.count().label("size"))
    .where(of_organization(_vector), ~_is_known)
    .group_by(_vector.c.fingerprint),
    Trouble.DEAD_GENERATIONS: select(_text.c.document_id.label("whose"), func.count().label("size"))
    .where(of_organization(_text), ~_is_the_visible_one)
    .group_by(_text.c.document_id),
}
_DELETES = {
    Trouble.BROKEN_VECTORS: delete(_vector).where(of_organization(_vector), _is_broken),
    Trouble.UNUSED_VECTORS: delete(_vector).where(of_organization(_vector), _is_known, _is_unused),
    Trouble.VECTORS_OF_NO_MODEL: delete(_vector).where(of_organization(_vector), ~_is_known),
    Trouble.DEAD_GENERATIONS: delete(_text).where(of_organization(_text), ~_is_the_visible_one),
}
_VISIBLE = (
    select(_document.c.id, _document.c.title, _document.c.generation)
    .where(of_organization(_document), _document.c.removed_at.is_(None), _document.c.generation > 0)
    .order_by(_document.c.id)
)


@frozen
class SqlAuditRows:
    """`AuditRows` over a database."""

    engine: Engine

    def look(self, tenant: TenantContext, *, now: datetime) -> Mapping[Trouble, Counted]:
        """Return what is out of step at one moment, without what is not."""
        with SqlLibrary(self.engine).view(tenant) as work:
            found = {trouble: _counted(work.scope, statement, now) for trouble, statement in _LOOKS.items()}
            found[Trouble.CHANGED_TEXTS] = _changed_texts(work)
            found[Trouble.MISSING_COPIES] = _missing_copies(work.scope)
        return {trouble: counted for trouble, counted in found.items() if counted.count}

    def mend(self, tenant: TenantContext, trouble: Trouble, *, now: datetime) -> int:
        """Remove the rows that are too many, or add those that can be made from others; return how many."""
        with SqlLibrary(self.engine).begin(tenant) as work:
            if trouble is Trouble.MISSING_COPIES:
                done = fill(work.scope)
            else:
                done = int(work.scope.execute(_DELETES[trouble], **_moments(now)).rowcount)
            work.commit()
        return done


def _counted(scope: Scope, statement: Select[Any], now: datetime) -> Counted:
    rows = scope.execute(statement, **_moments(now)).all()
    return Counted(count=sum(row.size for row in rows), of=tuple(sorted(row.whose for row in rows)[:MOST]))


def _moments(now: datetime) -> dict[str, object]:
    return {"made_before": now - UNUSED_AFTER, "changed_before": now - STUCK_AFTER}


def _changed_texts(work: SqlLibraryUnitOfWork) -> Counted:
    """Return the visible chunks whose text is not the one that was embedded for them."""
    changed = {row.id: size for row in work.scope.execute(_VISIBLE).all() if (size := _changed_in(work, row))}
    return Counted(count=sum(changed.values()), of=tuple(changed)[:MOST])


def _changed_in(work: SqlLibraryUnitOfWork, document: AnyRow) -> int:
    count = work.chunks.count(document.id, document.generation)
    chunks = work.chunks.of(document.id, document.generation, limit=count) if count else []
    # a title that is only the file's name was no part of what was embedded
    return sum(
        stored.text_hash not in {text_hash(embedded_text(title, stored.chunk)) for title in (document.title, "")}
        for stored in chunks
    )


def _missing_copies(scope: Scope) -> Counted:
    if not is_set_up(scope.connection):
        return Counted(count=0)
    found = missing(scope, most=MOST)
    return Counted(count=len(found), of=tuple(sorted({str(row["fingerprint"]) for row in found})))
