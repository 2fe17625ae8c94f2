"""The idempotency key that an RFP was handed in with, and the fingerprint of that request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add them; RFPs that are there were handed in without."""
    op.add_column("rfp", sa.Column("request_key", Text, nullable=True))
    op.add_column("rfp", sa.Column("fingerprint", Text, nullable=True))
    op.create_index("ix_rfp_key", "rfp", ["organization_id", "request_key"], unique=True)


def downgrade() -> None:
    """Forget the keys."""
    op.drop_index("ix_rfp_key", "rfp")
    op.drop_column("rfp", "fingerprint")
    op.drop_column("rfp", "request_key")
