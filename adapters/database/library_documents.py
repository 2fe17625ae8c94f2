"""The documents of one organization's library, as rows."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import ColumnElement, bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from adapters.database.library_rows import DOCUMENT_COLUMNS, document_from, document_values
from adapters.database.library_tables import UPLOADED, library_document
from adapters.database.prefixes import beginning, ids_beginning
from adapters.database.rows import Values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name, UtcTime
from domain.embedding.library_document import DocumentId, DocumentPlace, LibraryDocument, ReviewStatus, SourceId
from domain.jobs.errors import Conflict, NotFound

_document = library_document
_ours = of_organization(_document)
_is_there = _document.c.removed_at.is_(None)


def _is(name: str) -> ColumnElement[bool]:
    return _document.c[name] == bindparam(f"of_{name}", type_=_document.c[name].type)


# DO NOTHING instead of an error: an error would end the transaction on Postgres, and its caller may want to go on.
_ADD = insert(_document).on_conflict_do_nothing().returning(_document.c.id)
_PUT = update(_document).where(_ours, _is("id"))
_GET = select(*DOCUMENT_COLUMNS).where(_ours, _is("id"))
_GET_LOCKED = _GET.with_for_update(key_share=True)
_AT = select(*DOCUMENT_COLUMNS).where(_ours, _is("source_id"), _is("location"))
_AT_LOCKED = _AT.with_for_update(key_share=True)
_FIND = ids_beginning(_document.c.id, _ours, _is_there)
_age = (_document.c.created_at, _document.c.id)
_PAGE = (
    select(*DOCUMENT_COLUMNS)
    .where(_ours, _is_there)
    .order_by(*(column.desc() for column in _age))
    .limit(bindparam("at_most"))
)
_BEFORE = tuple_(*_age) < tuple_(bindparam("before_at", type_=UtcTime), bindparam("before_id", type_=Name))
_OF_SOURCE = (
    select(*DOCUMENT_COLUMNS)
    .where(_ours, _is("source_id"), _document.c.location > bindparam("after", type_=Name))
    .order_by(_document.c.location)
    .limit(bindparam("at_most"))
)


@frozen(kw_only=True)
class SqlDocuments:
    """`Documents` in the transaction of *scope*."""

    scope: Scope

    def add(self, document: LibraryDocument) -> None:
        """Store a new document."""
        if self.scope.insert(_ADD, {"id": document.id, **document_values(document)}).first() is None:
            raise Conflict(
                f"document {document.location!r}: there is one of this name already; hand it in as its new version"
            )

    def put(self, document: LibraryDocument) -> None:
        """Store a changed document."""
        if not self.scope.execute(_PUT, of_id=document.id, **document_values(document)).rowcount:
            raise unknown_document(document.id)

    def get(self, document_id: DocumentId, *, lock: bool = False) -> LibraryDocument:
        """Return the document, removed or not; with *lock*, nobody else locks it until this unit of work ends."""
        row = self.scope.execute(_GET_LOCKED if lock else _GET, of_id=document_id).first()
        if row is None:
            raise unknown_document(document_id)
        return document_from(row)

    def at(self, source_id: SourceId | None, location: str, *, lock: bool = False) -> LibraryDocument | None:
        """Return the document at a location of the source, removed or not, if there ever was one."""
        statement = _AT_LOCKED if lock else _AT
        row = self.scope.execute(statement, of_source_id=source_id or UPLOADED, of_location=location).first()
        return None if row is None else document_from(row)

    def find(self, id_prefix: str) -> list[DocumentId]:
        """Return the documents that are there and whose id starts with *id_prefix*."""
        rows = self.scope.execute(_FIND, **beginning(id_prefix))
        return [DocumentId(row.id) for row in rows]

    def page(
        self,
        *,
        before: DocumentPlace | None = None,
        limit: int,
        status: ReviewStatus | None = None,
        source_id: SourceId | None = None,
    ) -> list[LibraryDocument]:
        """Return documents that are there, newest first, from just behind *before*."""
        statement, values = _PAGE, Values(at_most=limit)
        if before is not None:
            statement = statement.where(_BEFORE)
            values |= {"before_at": before.created_at, "before_id": before.id}
        if status is not None:
            statement = statement.where(_is("review_status"))
            values["of_review_status"] = status.value
        if source_id is not None:
            statement = statement.where(_is("source_id"))
            values["of_source_id"] = source_id
        return [document_from(row) for row in self.scope.execute(statement, **values)]

    def of_source(self, source_id: SourceId, *, after: str = "", limit: int) -> list[LibraryDocument]:
        """Return a source's documents, removed ones too, by location."""
        rows = self.scope.execute(_OF_SOURCE, of_source_id=source_id, after=after, at_most=limit)
        return [document_from(row) for row in rows]


def unknown_document(document_id: str) -> NotFound:
    """Return what to raise where there is no such document."""
    return NotFound(
        f"there is no document {document_id} in this organization; `antiphon library documents list` shows those there "
        "are"
    )
