"""Rows of the library as the domain's values and back."""

from __future__ import annotations

from adapters.database.library_tables import UPLOADED, library_document
from adapters.database.rows import AnyRow, Values
from domain.embedding.chunk import Chunk, StoredChunk
from domain.embedding.library_document import DocumentId, LibraryDocument, Review, ReviewStatus, SourceId
from domain.tenancy import OrganizationId, UserId

DOCUMENT_COLUMNS = tuple(column for column in library_document.c if column.name != "is_approved")
_SAME_NAME = (
    "location", "title", "media_type", "version", "content_hash", "visible_hash", "size_bytes", "generation",
    "failure", "created_at", "updated_at", "removed_at",
)  # fmt: skip


def document_values(document: LibraryDocument) -> Values:
    """Return the document's row, without its key."""
    values: Values = {name: getattr(document, name) for name in _SAME_NAME}
    review = document.review
    values["source_id"] = document.source_id or UPLOADED
    values["review_status"] = document.review_status.value
    values["is_approved"] = document.is_approved
    values["verdict"] = review.verdict.value if review else None
    values["verdict_hash"] = review.content_hash if review else None
    values["verdict_by"] = review.by if review else None
    values["verdict_at"] = review.at if review else None
    return values


def document_from(row: AnyRow) -> LibraryDocument:
    """Return the document of a row that has `DOCUMENT_COLUMNS`."""
    content = row._mapping
    return LibraryDocument(
        **{name: content[name] for name in _SAME_NAME},
        id=DocumentId(content["id"]),
        organization_id=OrganizationId(content["organization_id"]),
        source_id=SourceId(content["source_id"]) if content["source_id"] != UPLOADED else None,
        review_status=ReviewStatus(content["review_status"]),
        review=_review_from(row),
    )


def chunk_values(stored: StoredChunk) -> Values:
    """Return the chunk's row, without document and generation."""
    chunk = stored.chunk
    return {
        "ordinal": chunk.ordinal,
        "start_at": chunk.start,
        "end_at": chunk.end,
        "text_hash": stored.text_hash,
        "heading_path": list(chunk.heading_path),
    }


def chunk_from(row: AnyRow, *, text: str) -> StoredChunk:
    """Return the chunk of a row; *text* is that of its whole generation."""
    chunk = Chunk(
        ordinal=row.ordinal,
        start=row.start_at,
        end=row.end_at,
        heading_path=tuple(row.heading_path),
        text=text[row.start_at : row.end_at],
    )
    return StoredChunk(chunk=chunk, text_hash=row.text_hash)


def _review_from(row: AnyRow) -> Review | None:
    content = row._mapping
    if content["verdict"] is None:
        return None
    return Review(
        verdict=ReviewStatus(content["verdict"]),
        content_hash=content["verdict_hash"],
        by=UserId(content["verdict_by"]) if content["verdict_by"] else None,
        at=content["verdict_at"],
    )
