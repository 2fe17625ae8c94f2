"""The tables of the library's documents: what was handed in, what it says, and the pieces that are searched."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

UPLOADED = ""
"""`source_id` of documents without a source: null is equal to nothing, and their locations must be unique, too."""

library_document = Table(
    "library_document",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("source_id", Name, nullable=False),
    Column("location", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("media_type", SafeText, nullable=False),
    Column("version", SafeText, nullable=False),
    Column("content_hash", Name, nullable=False),
    Column("visible_hash", Name, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("review_status", Name, nullable=False),
    Column("is_approved", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("verdict", Name),
    Column("verdict_hash", Name),
    Column("verdict_by", SafeText),
    Column("verdict_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
    Column("failure", SafeText),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "source_id", "location"),
)
_newest = (library_document.c.created_at, library_document.c.id)
Index("ix_library_document_newest", library_document.c.organization_id, *_newest)
Index(
    "ix_library_document_by_status",
    library_document.c.organization_id,
    library_document.c.review_status,
    *_newest,
)
Index("ix_library_document_by_source", library_document.c.organization_id, library_document.c.source_id, *_newest)

library_content = Table(
    "library_content",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("document_id", Name, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organization_id", "document_id"),
    ForeignKeyConstraint(
        ["organization_id", "document_id"],
        ["library_document.organization_id", "library_document.id"],
        ondelete="CASCADE",
    ),
)

library_text = Table(
    "library_text",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("document_id", Name, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("body", SafeText, nullable=False),
    PrimaryKeyConstraint("organization_id", "document_id", "generation"),
    ForeignKeyConstraint(
        ["organization_id", "document_id"],
        ["library_document.organization_id", "library_document.id"],
        ondelete="CASCADE",
    ),
)

library_chunk = Table(
    "library_chunk",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("document_id", Name, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("text_hash", Name, nullable=False),
    Column("heading_path", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "document_id", "generation", "ordinal"),
    ForeignKeyConstraint(
        ["organization_id", "document_id", "generation"],
        ["library_text.organization_id", "library_text.document_id", "library_text.generation"],
        ondelete="CASCADE",
    ),
)
Index("ix_library_chunk_text_hash", library_chunk.c.organization_id, library_chunk.c.text_hash)
