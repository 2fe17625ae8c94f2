"""
The tables. Rows that hold an organization's work are keyed by the organization first, and refer to each other so.

What changes here needs a migration; a test compares the two on both databases.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# Written out, not as parameters: SQLite uses a partial index only where the query repeats its condition literally.
ACTIVE = text("status IN ('pending', 'processing')")
RUNNING = text("state = 'running'")
UNSENT = text("sent_at IS NULL")
STARTED = text("celery_task_id IS NOT NULL")
HAS_SUBJECT = text("subject IS NOT NULL")
TROUBLES = text("kind IN ('leases_lost', 'late_record')")

duty = Table(
    "duty",
    METADATA,
    Column("name", Name, nullable=False),
    Column("holder", Name, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("name"),
)

job = Table(
    "job",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("id", SafeText, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("subject", SafeText),
    Column("status", SafeText, nullable=False),
    Column("started_by", SafeText, nullable=False),
    Column("celery_task_id", SafeText),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("opened_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("cancel_requested_at", UtcTime),
    Column("planned", BigInteger),
    Column("window", Integer, nullable=False),
    Column("chunk", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("planning_token", Integer, nullable=False),
    Column("planning_until", UtcTime),
    Column("options", JSON_OBJECT, nullable=False),
    Column("spec", JSON_OBJECT, nullable=False),
    Column("failure", SafeText),
    Column("origin", JSON_OBJECT),
    Column("tally", JSON_OBJECT),
    PrimaryKeyConstraint("organization_id", "id"),
)

# The duplicate guard: a second active job of one kind on one subject fails here, however many ask at once.
_ONE_ACTIVE = text(f"{ACTIVE.text} AND {HAS_SUBJECT.text}")
Index(
    "uq_job_active_subject",
    job.c.organization_id,
    job.c.kind,
    job.c.subject,
    unique=True,
    sqlite_where=_ONE_ACTIVE,
    postgresql_where=_ONE_ACTIVE,
)
Index("ix_job_active", job.c.created_at, job.c.id, sqlite_where=ACTIVE, postgresql_where=ACTIVE)
Index("ix_job_newest", job.c.organization_id, job.c.created_at, job.c.id)
Index("ix_job_status", job.c.status)
Index(
    "ix_job_task",
    job.c.organization_id,
    job.c.celery_task_id,
    sqlite_where=STARTED,
    postgresql_where=STARTED,
)
Index("ix_job_newest_by_status", job.c.organization_id, job.c.status, job.c.created_at, job.c.id)
Index("ix_job_newest_by_kind", job.c.organization_id, job.c.kind, job.c.created_at, job.c.id)
Index(
    "ix_job_newest_by_subject",
    job.c.organization_id,
    job.c.kind,
    job.c.subject,
    job.c.created_at,
    job.c.id,
    sqlite_where=HAS_SUBJECT,
    postgresql_where=HAS_SUBJECT,
)

# What can be long stands last: SQLite reads a row from its front, and counting states must not wade through answers.
item = Table(
    "item",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("job_id", Name, nullable=False),
    Column("no", BigInteger, nullable=False),
    Column("state", Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    Column("worker_id", Name),
    Column("lease_until", UtcTime),
    Column("deadline_at", UtcTime),
    Column("not_before", UtcTime),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("verdict", Name),
    Column("failure_kind", Name),
    Column("last_failure_kind", Name),
    Column("requests", BigInteger, nullable=False, server_default="0"),
    Column("prompt_tokens", BigInteger, nullable=False, server_default="0"),
    Column("completion_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cost_nanousd", BigInteger, nullable=False, server_default="0"),
    Column("key", SafeText, nullable=False),
    Column("failure_message", SafeText),
    Column("last_failure_message", SafeText),
    Column("input", JSON_OBJECT, nullable=False),
    Column("result", JSON_OBJECT),
    Column("progress", JSON_OBJECT),
    PrimaryKeyConstraint("organization_id", "job_id", "no", postgresql_include=["state"]),  # counted without the rows
    ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"], ondelete="CASCADE"),
)
# Few rows run at a time, and every claim counts them: the index holds those and no others.
Index(
    "ix_item_running",
    item.c.organization_id,
    item.c.job_id,
    item.c.lease_until,
    sqlite_where=RUNNING,
    postgresql_where=RUNNING,
)

shard = Table(
    "shard",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("job_id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("first_no", BigInteger, nullable=False),
    Column("last_no", BigInteger, nullable=False),
    Column("state", Name, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("sent_at", UtcTime),
    Column("tally", JSON_OBJECT),
    PrimaryKeyConstraint("organization_id", "job_id", "no"),
    ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"], ondelete="CASCADE"),
)
# Not in the job's row: every group of records writes it, and that row is long.
spending = Table(
    "spending",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("job_id", Name, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost_nanousd", BigInteger, nullable=False),
    PrimaryKeyConstraint("organization_id", "job_id", "revision"),
    ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"], ondelete="CASCADE"),
)

Index("ix_shard_state", shard.c.organization_id, shard.c.job_id, shard.c.state, shard.c.no)

# Ids grow over all organizations. SQLite has no sequence for a composite key: there the insert takes the next number,
# so whoever clears the outbox must leave its newest row.
outbox = Table(
    "outbox",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", BigInteger, Identity(), nullable=False),
    Column("job_id", Name),  # empty for what concerns no job
    Column("kind", Name, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("hold_until", UtcTime),
    Column("sent_at", UtcTime),
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"]),
    UniqueConstraint("id"),
)
Index("ix_outbox_unsent", outbox.c.id, sqlite_where=UNSENT, postgresql_where=UNSENT)
Index("ix_outbox_troubles", outbox.c.kind, sqlite_where=TROUBLES, postgresql_where=TROUBLES)
Index("ix_outbox_history", outbox.c.organization_id, outbox.c.job_id, outbox.c.id)

idempotency_key = Table(
    "idempotency_key",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("key", SafeText, nullable=False),
    Column("job_id", SafeText, nullable=False),
    Column("fingerprint", SafeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "key"),
    ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"], ondelete="CASCADE"),
)

test_set = Table(
    "test_set",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("id", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("content_hash", SafeText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("saved_at", UtcTime, nullable=False, server_default="2026-01-01T00:00:00.000000+00:00"),
    Column("defaults", JSON_OBJECT, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("organization_id", "id"),
    UniqueConstraint("organization_id", "name", "content_hash"),
)
Index("ix_test_set_newest", test_set.c.organization_id, test_set.c.saved_at, test_set.c.id)

test_case = Table(
    "test_case",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("test_set_id", SafeText, nullable=False),
    Column("no", Integer, nullable=False),
    Column("case_id", SafeText, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "test_set_id", "no"),
    ForeignKeyConstraint(
        ["organization_id", "test_set_id"], ["test_set.organization_id", "test_set.id"], ondelete="CASCADE"
    ),
    UniqueConstraint("organization_id", "test_set_id", "case_id"),
)

saved_configuration = Table(
    "saved_configuration",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("name", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("configuration_id", SafeText, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "name", "version"),
    ForeignKeyConstraint(
        ["organization_id", "configuration_id"], ["test_configuration.organization_id", "test_configuration.id"]
    ),
)

test_configuration = Table(
    "test_configuration",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("id", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("test_set_id", SafeText, nullable=False),
    Column("target", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id", "test_set_id"], ["test_set.organization_id", "test_set.id"]),
)

response_cache = Table(
    "response_cache",
    METADATA,
    Column("organization_id", SafeText, nullable=False),
    Column("key", Name, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "key"),
)
Index("ix_response_cache_expiry", response_cache.c.organization_id, response_cache.c.expires_at)
