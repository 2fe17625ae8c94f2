"""The tables of checks of LLM APIs: their history, how each API and model stands, and how old lists of models are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    text,
)

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime


def _of_api() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organization_id", "api_id"], ["llm_api.organization_id", "llm_api.id"], ondelete="CASCADE"
    )


llm_check = Table(
    "llm_check",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("api_id", Name, nullable=False),
    Column("job_id", Name, nullable=False),
    Column("checked_at", UtcTime, nullable=False),
    Column("kind", Name),
    Column("message", SafeText, nullable=False),
    Column("rungs", JSON_OBJECT, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    _of_api(),
    Index("ix_llm_check_of_api", "organization_id", "api_id", "checked_at", "id"),
    Index("ix_llm_check_age", "organization_id", "checked_at"),
)

# The row whose model is empty is the API's own.
llm_standing = Table(
    "llm_standing",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("api_id", Name, nullable=False),
    Column("model", SafeText, nullable=False),
    Column("state", Name, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("troubles", Integer, nullable=False),
    Column("checked_at", UtcTime),
    Column("last_good_at", UtcTime),
    Column("changed_at", UtcTime),
    Column("due_at", UtcTime),
    PrimaryKeyConstraint("organization_id", "api_id", "model"),
    _of_api(),
)
IS_DUE_SOME_TIME = text("due_at IS NOT NULL AND model = ''")
Index("ix_llm_standing_due", llm_standing.c.due_at, sqlite_where=IS_DUE_SOME_TIME, postgresql_where=IS_DUE_SOME_TIME)

llm_listing = Table(
    "llm_listing",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("api_id", Name, nullable=False),
    Column("listed_at", UtcTime),
    Column("count", Integer, nullable=False),
    Column("failed_at", UtcTime),
    Column("failure", SafeText, nullable=False),
    PrimaryKeyConstraint("organization_id", "api_id"),
    _of_api(),
)
