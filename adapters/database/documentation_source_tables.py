"""The table of documentation sources."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, Table, text

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

IS_THERE = text("removed_at IS NULL")

documentation_source = Table(
    "documentation_source",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("settings", JSON_OBJECT, nullable=False),
    Column("is_trusted", Boolean, nullable=False),
    Column("made_by", SafeText, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("deletions_at", UtcTime),
    Column("holds_deletions", Boolean, nullable=False),
    Column("removed_at", UtcTime),
    PrimaryKeyConstraint("organization_id", "id"),
)
# The name of one that was removed is free again.
Index(
    "uq_documentation_source_name",
    documentation_source.c.organization_id,
    documentation_source.c.name,
    unique=True,
    sqlite_where=IS_THERE,
    postgresql_where=IS_THERE,
)
