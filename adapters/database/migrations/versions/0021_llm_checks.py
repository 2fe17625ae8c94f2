"""Checks of LLM APIs, how APIs and models stand, and how old the lists of models are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import let_system, protect

revision = "0021"
down_revision = "0020"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

DUE = sa.text("due_at IS NOT NULL AND model = ''")


def upgrade() -> None:
    """Make the tables; the whole installation sees which API is to be checked again, and when, and nothing else."""
    _checks()
    _standings()
    _listings()
    protect(op, "llm_check", rights="SELECT, INSERT, DELETE")
    protect(op, "llm_standing")
    protect(op, "llm_listing")
    let_system(op, "llm_standing", reads=("organization_id", "api_id", "model", "due_at"))


def downgrade() -> None:
    """Forget what checks came to."""
    for table in ("llm_listing", "llm_standing", "llm_check"):
        op.drop_table(table)


def _of_api(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "api_id"],
        ["llm_api.organization_id", "llm_api.id"],
        name=f"fk_{table}_llm_api",
        ondelete="CASCADE",
    )


def _checks() -> None:
    op.create_table(
        "llm_check",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("api_id", Text, nullable=False),
        sa.Column("job_id", Text, nullable=False),
        sa.Column("checked_at", Time, nullable=False),
        sa.Column("kind", Text),
        sa.Column("message", Text, nullable=False),
        sa.Column("rungs", Json, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_llm_check"),
        _of_api("llm_check"),
    )
    op.create_index("ix_llm_check_of_api", "llm_check", ["organization_id", "api_id", "checked_at", "id"])
    op.create_index("ix_llm_check_age", "llm_check", ["organization_id", "checked_at"])


def _standings() -> None:
    op.create_table(
        "llm_standing",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("api_id", Text, nullable=False),
        sa.Column("model", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("troubles", sa.Integer, nullable=False),
        sa.Column("checked_at", Time),
        sa.Column("last_good_at", Time),
        sa.Column("changed_at", Time),
        sa.Column("due_at", Time),
        sa.PrimaryKeyConstraint("organization_id", "api_id", "model", name="pk_llm_standing"),
        _of_api("llm_standing"),
    )
    op.create_index("ix_llm_standing_due", "llm_standing", ["due_at"], sqlite_where=DUE, postgresql_where=DUE)


def _listings() -> None:
    op.create_table(
        "llm_listing",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("api_id", Text, nullable=False),
        sa.Column("listed_at", Time),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("failed_at", Time),
        sa.Column("failure", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "api_id", name="pk_llm_listing"),
        _of_api("llm_listing"),
    )
