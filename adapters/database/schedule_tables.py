"""The tables of schedules, and of their ticks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint, text

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

UNANSWERED = text("resend_at IS NOT NULL")

schedule = Table(
    "schedule",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("owner", SafeText, nullable=False),
    Column("rhythm", JSON_OBJECT, nullable=False),
    Column("task", Name, nullable=False),
    Column("arguments", JSON_OBJECT, nullable=False),
    Column("catch_up", Name, nullable=False),
    Column("jitter_s", Integer, nullable=False),
    Column("paused_because", SafeText, nullable=False),
    Column("next_due", UtcTime),
    Column("next_start", UtcTime),
    Column("last_due", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "name"),
)
Index("ix_schedule_due", schedule.c.next_start)

schedule_tick = Table(
    "schedule_tick",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("schedule_id", Name, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("state", Name, nullable=False),
    Column("job_id", Name),  # no reference: jobs are purged, and what became of a tick stays true
    Column("asked_by", SafeText),
    Column("missed", Integer, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("resend_at", UtcTime),
    Column("detail", SafeText, nullable=False),
    # What makes a tick happen once, however many schedulers see that it is due.
    PrimaryKeyConstraint("organization_id", "schedule_id", "due"),
    ForeignKeyConstraint(
        ["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"], ondelete="CASCADE"
    ),
)
Index(
    "ix_schedule_tick_unanswered",
    schedule_tick.c.resend_at,
    sqlite_where=UNANSWERED,
    postgresql_where=UNANSWERED,
)
