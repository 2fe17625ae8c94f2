"""The tables of notifications: webhooks, and what is on its way to them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint, text

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

PENDING = text("state = 'pending'")

webhook = Table(
    "webhook",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("url", SafeText, nullable=False),
    Column("events", JSON_OBJECT, nullable=False),
    Column("description", SafeText, nullable=False),
    Column("made_by", SafeText, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("active_since", UtcTime, nullable=False),
    Column("failing_since", UtcTime),
    Column("disabled_because", SafeText, nullable=False),
    Column("secret", Name),
    Column("secret_last_four", Name),
    Column("previous_secret", Name),
    Column("previous_last_four", Name),
    Column("previous_until", UtcTime),
    PrimaryKeyConstraint("organization_id", "id"),
)

# What is long stands last: the queue is looked through by the front of the row.
delivery = Table(
    "delivery",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("webhook_id", Name, nullable=False),
    Column("event_id", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("earlier", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("next_try_at", UtcTime, nullable=False),
    Column("held_until", UtcTime),
    Column("ended_at", UtcTime),
    Column("event", JSON_OBJECT, nullable=False),
    Column("tries", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(
        ["organization_id", "webhook_id"], ["webhook.organization_id", "webhook.id"], ondelete="CASCADE"
    ),
    # Exactly one for each event and webhook, however often the event is told.
    UniqueConstraint("organization_id", "webhook_id", "event_id"),
)
Index(
    "ix_delivery_due",
    delivery.c.next_try_at,
    sqlite_where=PENDING,
    postgresql_where=PENDING,
)
Index("ix_delivery_log", delivery.c.organization_id, delivery.c.webhook_id, delivery.c.opened_at, delivery.c.id)
Index("ix_delivery_ended", delivery.c.ended_at)
