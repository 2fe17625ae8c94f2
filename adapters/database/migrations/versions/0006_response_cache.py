"""Answers that are kept by the content of what was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Object = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add the table; the organization comes first in its key."""
    op.create_table(
        "response_cache",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("key", Text, nullable=False),
        sa.Column("body", Object, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "key", name="pk_response_cache"),
    )
    op.create_index("ix_response_cache_expiry", "response_cache", ["organization_id", "expires_at"])


def downgrade() -> None:
    """Forget what is kept: it can be had again."""
    op.drop_table("response_cache")
