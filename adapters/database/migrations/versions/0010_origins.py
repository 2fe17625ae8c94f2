"""Jobs know which request they came from, and what monitoring asks for is found without reading whole tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import let_system

revision = "0010"
down_revision = "0009"

Object = sa.JSON().with_variant(JSONB(), "postgresql")
TROUBLES = sa.text("kind IN ('leases_lost', 'late_record')")


def upgrade() -> None:
    """Add a column and two indexes, let monitoring count; older jobs have no origin."""
    op.add_column("job", sa.Column("origin", Object))
    op.create_index("ix_job_status", "job", ["status"])
    op.create_index("ix_outbox_troubles", "outbox", ["kind"], sqlite_where=TROUBLES, postgresql_where=TROUBLES)
    let_system(op, "shard", reads=("organization_id", "job_id", "first_no", "last_no", "state", "sends", "tally"))
    let_system(op, "item", reads=("organization_id", "job_id", "no", "state"))
    let_system(op, "spending", reads=("requests", "prompt_tokens", "completion_tokens", "cost_nanousd"))


def downgrade() -> None:
    """Forget where jobs came from."""
    op.drop_index("ix_outbox_troubles", "outbox")
    op.drop_index("ix_job_status", "job")
    op.drop_column("job", "origin")
