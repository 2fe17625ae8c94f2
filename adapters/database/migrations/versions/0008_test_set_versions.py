"""When a version of a test set was first stored, and what its file says beside the tests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"

Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Object = sa.JSON().with_variant(JSONB(), "postgresql")
LONG_AGO = "2026-01-01T00:00:00.000000+00:00"


def upgrade() -> None:
    """Add both; nobody wrote down when older versions were stored, so they are older than all others."""
    op.add_column("test_set", sa.Column("saved_at", Time, nullable=False, server_default=LONG_AGO))
    op.add_column("test_set", sa.Column("defaults", Object, nullable=False, server_default="{}"))
    op.create_index("ix_test_set_newest", "test_set", ["organization_id", "saved_at", "id"])


def downgrade() -> None:
    """Forget both."""
    op.drop_index("ix_test_set_newest", "test_set")
    op.drop_column("test_set", "defaults")
    op.drop_column("test_set", "saved_at")
