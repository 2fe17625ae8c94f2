"""The table of secrets: what is in `sealed` opens with a master key that the database never sees."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from adapters.database.tables import METADATA
from adapters.database.types import Name, SafeText, UtcTime

secret = Table(
    "secret",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("name", Name, nullable=False),
    Column("sealed", Name, nullable=False),
    Column("last_four", SafeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("updated_by", SafeText, nullable=False),
    PrimaryKeyConstraint("organization_id", "name"),
)
