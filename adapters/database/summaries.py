"""Units of work in the summaries of one organization, in a SQL database."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from sqlalchemy import Engine, bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from adapters.database.prefixes import beginning, begins
from adapters.database.rows import AnyRow, Values
from adapters.database.scope import Scope, of_organization
from adapters.database.summary_tables import information_chunk, summary_partial
from adapters.database.summary_tables import information_document as _document
from adapters.database.types import Name, UtcTime
from adapters.database.units import SqlUnits, SqlWork
from adapters.rfp_documents import from_document, to_document
from domain.jobs.errors import Conflict, NotFound
from domain.rfp_answering.summaries.information_document import (
    InformationDocument,
    InformationId,
    InformationPlace,
    TextChunk,
)
from domain.rfp_answering.summaries.ports import PartialRecord
from domain.tenancy import OrganizationId, UserId

_ours = of_organization(_document)
_is_it = _document.c.id == bindparam("of_id", type_=Name)
_ADD = insert(_document).on_conflict_do_nothing().returning(_document.c.id)
_GET = select(_document).where(_ours, _is_it)
_HOLD = _GET.with_for_update(read=True, key_share=True)
_SAME = select(_document).where(
    _ours,
    _document.c.content_hash == bindparam("of_hash", type_=Name),
    _document.c.name == bindparam("of_name", type_=Name),
)
_age = (_document.c.created_at, _document.c.id)
_PAGE = (
    select(_document)
    .where(_ours, begins(_document.c.id))
    .order_by(*(column.desc() for column in _age))
    .limit(bindparam("at_most"))
)
_BEFORE = tuple_(*_age) < tuple_(bindparam("before_at", type_=UtcTime), bindparam("before_id", type_=Name))
_REMOVE = delete(_document).where(_ours, _is_it)
_CHUNKS = (
    select(information_chunk.c.body)
    .where(
        of_organization(information_chunk),
        information_chunk.c.document_id == bindparam("of_id", type_=Name),
        information_chunk.c.ordinal >= bindparam("first"),
    )
    .order_by(information_chunk.c.ordinal)
)
_UP_TO = information_chunk.c.ordinal <= bindparam("last")
_ADD_PARTIAL = insert(summary_partial).on_conflict_do_nothing()
_PARTIALS = select(summary_partial.c.basis, summary_partial.c.body).where(
    of_organization(summary_partial),
    summary_partial.c.document_id == bindparam("of_id", type_=Name),
    summary_partial.c.basis.in_(bindparam("of_bases", type_=Name, expanding=True)),
)


@frozen(kw_only=True)
class SqlInformationDocuments:
    """`InformationDocuments` in the transaction of *scope*."""

    scope: Scope

    def add(self, document: InformationDocument, chunks: Sequence[TextChunk]) -> None:
        """Store a new document."""
        row: Values = {
            "id": document.id,
            "name": document.name,
            "title": document.title,
            "content_hash": document.content_hash,
            "size_bytes": document.size_bytes,
            "chunks": document.chunks,
            "created_at": document.created_at,
            "created_by": document.created_by,
        }
        if self.scope.insert(_ADD, row).first() is None:
            raise Conflict(f"{document.name}: there is an information document of this name and content already")
        rows: list[Values] = [{"ordinal": one.ordinal, "body": to_document(one)} for one in chunks]
        self.scope.insert_many(insert(information_chunk), rows, document_id=document.id)

    def get(self, document_id: InformationId) -> InformationDocument:
        """Return the document."""
        row = self.scope.execute(_GET, of_id=document_id).first()
        if row is None:
            raise unknown_document(document_id)
        return _document_from(row)

    def of(self, *, content_hash: str, name: str) -> InformationDocument | None:
        """Return the document of this content and name, if there is one."""
        row = self.scope.execute(_SAME, of_hash=content_hash, of_name=name).first()
        return None if row is None else _document_from(row)

    def page(
        self, *, id_prefix: str = "", before: InformationPlace | None = None, limit: int
    ) -> list[InformationDocument]:
        """Return documents, newest first, from just behind *before*."""
        wanted = {"at_most": limit, **beginning(id_prefix)}
        if before is None:
            rows = self.scope.execute(_PAGE, **wanted)
        else:
            values = {"before_at": before.created_at, "before_id": before.id}
            rows = self.scope.execute(_PAGE.where(_BEFORE), **wanted, **values)
        return [_document_from(row) for row in rows]

    def chunks(self, document_id: InformationId, *, first: int = 0, last: int | None = None) -> list[TextChunk]:
        """Return chunks in their order."""
        if last is None:
            rows = self.scope.execute(_CHUNKS, of_id=document_id, first=first)
        else:
            rows = self.scope.execute(_CHUNKS.where(_UP_TO), of_id=document_id, first=first, last=last)
        return [from_document(row.body, TextChunk) for row in rows]

    def remove(self, document_id: InformationId) -> None:
        """Forget the document with its chunks and all that was made of them."""
        if not self.scope.execute(_REMOVE, of_id=document_id).rowcount:
            raise unknown_document(document_id)


@frozen(kw_only=True)
class SqlPartials:
    """`Partials` in the transaction of *scope*."""

    scope: Scope

    def add(self, record: PartialRecord) -> PartialRecord:
        """Store a partial, and return the one that counts."""
        if self.scope.execute(_HOLD, of_id=record.document_id).first() is None:
            raise unknown_document(record.document_id)
        row: Values = {"document_id": record.document_id, "basis": record.basis, "body": to_document(record)}
        self.scope.insert(_ADD_PARTIAL, row)
        return self.of(record.document_id, [record.basis])[record.basis]

    def get(self, document_id: InformationId, basis: str) -> PartialRecord | None:
        """Return the partial of a basis, if there is one."""
        return self.of(document_id, [basis]).get(basis)

    def of(self, document_id: InformationId, bases: Sequence[str]) -> dict[str, PartialRecord]:
        """Return the partials of these bases, as far as they are there."""
        if not bases:
            return {}
        rows = self.scope.execute(_PARTIALS, of_id=document_id, of_bases=list(bases))
        return {row.basis: from_document(row.body, PartialRecord) for row in rows}


def unknown_document(document_id: str) -> NotFound:
    """Return what to raise where there is no such document."""
    return NotFound(f"there is no summary {document_id} in this organization")


def _document_from(row: AnyRow) -> InformationDocument:
    return InformationDocument(
        id=InformationId(row.id),
        organization_id=OrganizationId(row.organization_id),
        name=row.name,
        title=row.title,
        content_hash=row.content_hash,
        size_bytes=row.size_bytes,
        chunks=row.chunks,
        created_at=row.created_at,
        created_by=UserId(row.created_by),
    )


@frozen(kw_only=True)
class SqlSummaryUnitOfWork(SqlWork):
    """`SummaryUnitOfWork`: one transaction for one organization."""

    @property
    def documents(self) -> SqlInformationDocuments:
        """Its documents."""
        return SqlInformationDocuments(scope=self.scope)

    @property
    def partials(self) -> SqlPartials:
        """What was made of their parts."""
        return SqlPartials(scope=self.scope)


@frozen
class SqlSummaryStore(SqlUnits[SqlSummaryUnitOfWork]):
    """`SummaryStore` over a database."""

    engine: Engine

    def _work(self, scope: Scope) -> SqlSummaryUnitOfWork:
        return SqlSummaryUnitOfWork(scope=scope)
