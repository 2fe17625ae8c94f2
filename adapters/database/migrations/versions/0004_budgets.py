"""What each revision of a job has spent, and when the newest one began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add both; earlier jobs count their time from where they started."""
    op.add_column("job", sa.Column("opened_at", Time))
    op.execute("UPDATE job SET opened_at = started_at")
    op.create_table(
        "spending",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("job_id", Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger, nullable=False),
        sa.Column("completion_tokens", sa.BigInteger, nullable=False),
        sa.Column("cost_nanousd", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "job_id", "revision", name="pk_spending"),
        sa.ForeignKeyConstraint(
            ["organization_id", "job_id"],
            ["job.organization_id", "job.id"],
            name="fk_spending_job",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("spending")
    op.drop_column("job", "opened_at")
