"""The tables of summaries: information documents, their chunks, and what was made of their parts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

information_document = Table(
    "information_document",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("content_hash", Name, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", SafeText, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "content_hash", "name"),
)
Index(
    "ix_information_document_newest",
    information_document.c.organization_id,
    information_document.c.created_at,
    information_document.c.id,
)

_OF_DOCUMENT = (
    ["organization_id", "document_id"],
    ["information_document.organization_id", "information_document.id"],
)

information_chunk = Table(
    "information_chunk",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("document_id", Name, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "document_id", "ordinal"),
    ForeignKeyConstraint(*_OF_DOCUMENT, ondelete="CASCADE"),
)

summary_partial = Table(
    "summary_partial",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("document_id", Name, nullable=False),
    Column("basis", Name, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "document_id", "basis"),
    ForeignKeyConstraint(*_OF_DOCUMENT, ondelete="CASCADE"),
)
