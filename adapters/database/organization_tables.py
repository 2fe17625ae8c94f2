"""The tables of organizations: who belongs to them, their API keys, and what was done."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

organization = Table(
    "organization",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id"),
    UniqueConstraint("name"),
)

app_user = Table(
    "app_user",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("id", SafeText, nullable=False),
    Column("email", SafeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id"], ["organization.organization_id"]),
    UniqueConstraint("organization_id", "email"),
)

membership = Table(
    "membership",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("user_id", SafeText, nullable=False),
    Column("role", Name, nullable=False),
    Column("since", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "user_id"),
    ForeignKeyConstraint(["organization_id", "user_id"], ["app_user.organization_id", "app_user.id"]),
)

api_key = Table(
    "api_key",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("id", SafeText, nullable=False),
    Column("user_id", SafeText, nullable=False),
    Column("prefix", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("pepper_id", Name, nullable=False),
    Column("scopes", Name, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", SafeText, nullable=False),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id", "user_id"], ["app_user.organization_id", "app_user.id"]),
    UniqueConstraint("prefix"),
)

# Without a reference to its organization: what is refused may name one that does not exist.
audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("id", Name, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("user_id", SafeText, nullable=False),
    Column("action", SafeText, nullable=False),
    Column("subject", SafeText, nullable=False),
    Column("details", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
)
Index("ix_audit_entry_newest", audit_entry.c.organization_id, audit_entry.c.at, audit_entry.c.id)
