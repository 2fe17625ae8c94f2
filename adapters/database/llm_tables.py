"""The tables of the LLM registry: accounts at providers, their models, and which model is meant by default."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

llm_api = Table(
    "llm_api",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("provider", Name, nullable=False),
    Column("base_url", SafeText, nullable=False),
    Column("api_key", SafeText, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("concurrency", Integer),
    Column("requests_per_minute", Integer),
    Column("tokens_per_minute", BigInteger),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "name"),
)

llm_model = Table(
    "llm_model",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("api_id", Name, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("capabilities", Name, nullable=False),
    Column("context_length", BigInteger),
    Column("price", JSON_OBJECT),
    Column("origin", Name, nullable=False),
    Column("missing_since", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "api_id", "name"),
    ForeignKeyConstraint(["organization_id", "api_id"], ["llm_api.organization_id", "llm_api.id"], ondelete="CASCADE"),
)

# Without a cascade: a default that vanished with its model would be noticed by the night's run.
llm_default = Table(
    "llm_default",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("used_for", Name, nullable=False),
    Column("api_id", Name, nullable=False),
    Column("model", SafeText, nullable=False),
    PrimaryKeyConstraint("organization_id", "used_for"),
    ForeignKeyConstraint(
        ["organization_id", "api_id", "model"], ["llm_model.organization_id", "llm_model.api_id", "llm_model.name"]
    ),
)
