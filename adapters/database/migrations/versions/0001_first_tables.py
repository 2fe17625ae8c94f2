"""
The first tables.

Written out here, not taken from `tables`: what a migration does must not change when the program does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

ACTIVE = sa.text("status IN ('pending', 'processing')")
ONE_ACTIVE = sa.text("status IN ('pending', 'processing') AND subject IS NOT NULL")
RUNNING = sa.text("state = 'running'")
UNSENT = sa.text("sent_at IS NULL")


def upgrade() -> None:
    """Make all tables."""
    _jobs()
    _items_and_shards()
    _outbox_and_keys()
    _test_sets()


def downgrade() -> None:
    """Refuse: there is nothing before the first tables but an empty database."""
    raise NotImplementedError("The first migration can't be undone; remove the database instead")


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("subject", Text),
        sa.Column("status", Text, nullable=False),
        sa.Column("started_by", Text, nullable=False),
        sa.Column("celery_task_id", Text),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("started_at", Time),
        sa.Column("ended_at", Time),
        sa.Column("cancel_requested_at", Time),
        sa.Column("planned", sa.BigInteger),
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("chunk", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("planning_token", sa.Integer, nullable=False),
        sa.Column("planning_until", Time),
        sa.Column("options", Json, nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("failure", Text),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_job"),
    )
    op.create_index(
        "uq_job_active_subject",
        "job",
        ["organization_id", "kind", "subject"],
        unique=True,
        sqlite_where=ONE_ACTIVE,
        postgresql_where=ONE_ACTIVE,
    )
    op.create_index("ix_job_active", "job", ["created_at", "id"], sqlite_where=ACTIVE, postgresql_where=ACTIVE)
    op.create_index("ix_job_newest", "job", ["organization_id", "created_at", "id"])


def _items_and_shards() -> None:
    op.create_table(
        "item",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("job_id", Text, nullable=False),
        sa.Column("no", sa.BigInteger, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("losses", sa.Integer, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("worker_id", Text),
        sa.Column("lease_until", Time),
        sa.Column("deadline_at", Time),
        sa.Column("not_before", Time),
        sa.Column("started_at", Time),
        sa.Column("ended_at", Time),
        sa.Column("verdict", Text),
        sa.Column("failure_kind", Text),
        sa.Column("last_failure_kind", Text),
        sa.Column("key", Text, nullable=False),
        sa.Column("failure_message", Text),
        sa.Column("last_failure_message", Text),
        sa.Column("input", Json, nullable=False),
        sa.Column("result", Json),
        sa.PrimaryKeyConstraint("organization_id", "job_id", "no", name="pk_item"),
        _of_job("fk_item_job", ondelete="CASCADE"),
    )
    op.create_index(
        "ix_item_running",
        "item",
        ["organization_id", "job_id", "lease_until"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_table(
        "shard",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("job_id", Text, nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("first_no", sa.BigInteger, nullable=False),
        sa.Column("last_no", sa.BigInteger, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("sends", sa.Integer, nullable=False),
        sa.Column("sent_at", Time),
        sa.Column("tally", Json),
        sa.PrimaryKeyConstraint("organization_id", "job_id", "no", name="pk_shard"),
        _of_job("fk_shard_job", ondelete="CASCADE"),
    )
    op.create_index("ix_shard_state", "shard", ["organization_id", "job_id", "state", "no"])


def _outbox_and_keys() -> None:
    op.create_table(
        "outbox",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("job_id", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("hold_until", Time),
        sa.Column("sent_at", Time),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_outbox"),
        _of_job("fk_outbox_job", ondelete=None),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index("ix_outbox_unsent", "outbox", ["id"], sqlite_where=UNSENT, postgresql_where=UNSENT)
    op.create_index("ix_outbox_history", "outbox", ["organization_id", "job_id", "id"])
    op.create_table(
        "idempotency_key",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("job_id", Text, nullable=False),
        sa.Column("fingerprint", Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "key", name="pk_idempotency_key"),
        _of_job("fk_idempotency_key_job", ondelete="CASCADE"),
    )


def _test_sets() -> None:
    op.create_table(
        "test_set",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("content_hash", Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_test_set"),
        sa.UniqueConstraint(
            "organization_id", "name", "content_hash", name="uq_test_set_organization_id_name_content_hash"
        ),
    )
    op.create_table(
        "test_case",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("test_set_id", Text, nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("case_id", Text, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "test_set_id", "no", name="pk_test_case"),
        _of_test_set("fk_test_case_test_set", ondelete="CASCADE"),
        sa.UniqueConstraint(
            "organization_id", "test_set_id", "case_id", name="uq_test_case_organization_id_test_set_id_case_id"
        ),
    )
    op.create_table(
        "test_configuration",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("test_set_id", Text, nullable=False),
        sa.Column("target", Json, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_test_configuration"),
        _of_test_set("fk_test_configuration_test_set", ondelete=None),
    )


def _of_job(name: str, *, ondelete: str | None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "job_id"], ["job.organization_id", "job.id"], name=name, ondelete=ondelete
    )


def _of_test_set(name: str, *, ondelete: str | None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "test_set_id"], ["test_set.organization_id", "test_set.id"], name=name, ondelete=ondelete
    )
