"""The tables of embedding models, of the vectors they made, and of what organizations have set for their library."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    ScalarSelect,
    Table,
    UniqueConstraint,
    and_,
    select,
)
from sqlalchemy.sql.expression import FromClause

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

T = TypeVar("T")

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


def of_vector(column: ColumnElement[T], *, chunk: FromClause, fingerprint: ColumnElement[str]) -> ScalarSelect[T]:
    """
    Return what stands in this *column* of a chunk's vector by the model of this fingerprint; nothing where it has none.

    Looked up by the key for each chunk. In a join, or a `NOT EXISTS`, of which Postgres makes one, all vectors are gone
    through for each chunk as long as it has no statistics, as after a first sync.
    """
    vector = library_vector.c
    its_key = and_(
        vector.organization_id == chunk.c.organization_id,
        vector.fingerprint == fingerprint,
        vector.text_hash == chunk.c.text_hash,
    )
    return select(column).where(its_key).scalar_subquery()
