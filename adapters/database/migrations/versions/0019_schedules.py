"""Schedules, and their ticks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import let_system, protect

revision = "0019"
down_revision = "0018"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make both tables; schedulers see when something is due, and act inside its organization."""
    _schedules()
    _ticks()
    protect(op, "schedule")
    let_system(op, "schedule", reads=("organization_id", "id", "next_start"))
    protect(op, "schedule_tick")
    let_system(op, "schedule_tick", reads=("organization_id", "schedule_id", "due", "resend_at"))


def downgrade() -> None:
    """Forget the schedules; the jobs they started stay."""
    op.drop_table("schedule_tick")
    op.drop_table("schedule")


def _schedules() -> None:
    op.create_table(
        "schedule",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("owner", Text, nullable=False),
        sa.Column("rhythm", Json, nullable=False),
        sa.Column("task", Text, nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("catch_up", Text, nullable=False),
        sa.Column("jitter_s", sa.Integer, nullable=False),
        sa.Column("paused_because", Text, nullable=False),
        sa.Column("next_due", Time),
        sa.Column("next_start", Time),
        sa.Column("last_due", Time),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_schedule"),
        sa.UniqueConstraint("organization_id", "name", name="uq_schedule_organization_id_name"),
    )
    op.create_index("ix_schedule_due", "schedule", ["next_start"])


def _ticks() -> None:
    op.create_table(
        "schedule_tick",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("schedule_id", Text, nullable=False),
        sa.Column("due", Time, nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("job_id", Text),
        sa.Column("asked_by", Text),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("sends", sa.Integer, nullable=False),
        sa.Column("resend_at", Time),
        sa.Column("detail", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "schedule_id", "due", name="pk_schedule_tick"),
        sa.ForeignKeyConstraint(
            ["organization_id", "schedule_id"],
            ["schedule.organization_id", "schedule.id"],
            name="fk_schedule_tick_schedule",
            ondelete="CASCADE",
        ),
    )
    unanswered = sa.text("resend_at IS NOT NULL")
    op.create_index(
        "ix_schedule_tick_unanswered",
        "schedule_tick",
        ["resend_at"],
        sqlite_where=unanswered,
        postgresql_where=unanswered,
    )
