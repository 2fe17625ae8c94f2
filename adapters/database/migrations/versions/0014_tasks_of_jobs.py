"""The job of a Celery task, by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add it."""
    started = sa.text("celery_task_id IS NOT NULL")
    op.create_index(
        "ix_job_task", "job", ["organization_id", "celery_task_id"], sqlite_where=started, postgresql_where=started
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_job_task", "job")
