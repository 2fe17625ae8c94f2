"""Gaps over all RFPs, and the newest job about a subject, by an index each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add them."""
    is_gap, has_subject = sa.text("verdict = 'no_answer'"), sa.text("subject IS NOT NULL")
    op.create_index(
        "ix_rfp_draft_gap",
        "rfp_draft",
        ["organization_id", "rfp_id", "no", "version"],
        sqlite_where=is_gap,
        postgresql_where=is_gap,
    )
    op.create_index(
        "ix_job_newest_by_subject",
        "job",
        ["organization_id", "kind", "subject", "created_at", "id"],
        sqlite_where=has_subject,
        postgresql_where=has_subject,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_job_newest_by_subject", "job")
    op.drop_index("ix_rfp_draft_gap", "rfp_draft")
