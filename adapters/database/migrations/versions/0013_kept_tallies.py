"""What ended jobs came to, in their rows; and lists of jobs of one status or kind, by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

Object = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add them; jobs that have ended before keep nothing, and are added up from their shards."""
    op.add_column("job", sa.Column("tally", Object))
    for name in ("status", "kind"):
        op.create_index(f"ix_job_newest_by_{name}", "job", ["organization_id", name, "created_at", "id"])


def downgrade() -> None:
    """Drop them."""
    for name in ("kind", "status"):
        op.drop_index(f"ix_job_newest_by_{name}", "job")
    op.drop_column("job", "tally")
