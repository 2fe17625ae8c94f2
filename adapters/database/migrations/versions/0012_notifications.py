"""Webhooks, and the deliveries on their way to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import let_system, protect

revision = "0012"
down_revision = "0011"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

PENDING = sa.text("state = 'pending'")
QUEUE = ("organization_id", "id", "webhook_id", "state", "attempts", "opened_at", "next_try_at", "held_until")
SECRETS = ("secret", "previous_secret")
"""A change of the master key encrypts them anew."""


def upgrade() -> None:
    """Make both tables; the courier of all organizations sees when a delivery is due, and nothing of what it says."""
    _webhooks()
    _deliveries()
    protect(op, "webhook")
    let_system(op, "webhook", reads=("organization_id", "id", "failing_since", *SECRETS), changes=SECRETS)
    protect(op, "delivery")
    let_system(op, "delivery", reads=(*QUEUE, "ended_at"), changes=("attempts", "held_until"), removes=True)


def downgrade() -> None:
    """Forget the webhooks; what happened still stands in the outbox."""
    op.drop_table("delivery")
    op.drop_table("webhook")


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("description", Text, nullable=False),
        sa.Column("made_by", Text, nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("active_since", Time, nullable=False),
        sa.Column("failing_since", Time),
        sa.Column("disabled_because", Text, nullable=False),
        sa.Column("secret", Text),
        sa.Column("secret_last_four", Text),
        sa.Column("previous_secret", Text),
        sa.Column("previous_last_four", Text),
        sa.Column("previous_until", Time),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_webhook"),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("webhook_id", Text, nullable=False),
        sa.Column("event_id", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("earlier", sa.Integer, nullable=False),
        sa.Column("opened_at", Time, nullable=False),
        sa.Column("next_try_at", Time, nullable=False),
        sa.Column("held_until", Time),
        sa.Column("ended_at", Time),
        sa.Column("event", Json, nullable=False),
        sa.Column("tries", Json, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_delivery"),
        sa.ForeignKeyConstraint(
            ["organization_id", "webhook_id"],
            ["webhook.organization_id", "webhook.id"],
            name="fk_delivery_webhook",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "organization_id", "webhook_id", "event_id", name="uq_delivery_organization_id_webhook_id_event_id"
        ),
    )
    op.create_index("ix_delivery_due", "delivery", ["next_try_at"], sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_index("ix_delivery_log", "delivery", ["organization_id", "webhook_id", "opened_at", "id"])
    op.create_index("ix_delivery_ended", "delivery", ["ended_at"])
