"""The tables of embedding models, of the vectors they made, and of what organizations have set for their library."""

from __future__ import annotations

from sqlalchemy import (
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

library_model = Table(
    "library_model",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("provider", Name, nullable=False),
    Column("model", SafeText, nullable=False),
    Column("spec", JSON_OBJECT, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("query_prefix", SafeText, nullable=False),
    Column("document_prefix", SafeText, nullable=False),
    Column("most_input_tokens", Integer, nullable=False),
    Column("fingerprint", Name, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "name"),
)

library_setting = Table(
    "library_setting",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("model_id", Name),
    Column("auto_embeds", Boolean, nullable=False),
    PrimaryKeyConstraint("organization_id"),
    ForeignKeyConstraint(["organization_id", "model_id"], ["library_model.organization_id", "library_model.id"]),
)

# Under what was embedded, not under where it stands: the same text of two documents is embedded and kept once.
library_vector = Table(
    "library_vector",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("fingerprint", Name, nullable=False),
    Column("text_hash", Name, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organization_id", "fingerprint", "text_hash"),
)
Index("ix_library_vector_made", library_vector.c.organization_id, library_vector.c.made_at)
