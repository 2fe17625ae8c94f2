"""Messages that concern no job: a document that was added, a model that went away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.database.migrations.row_security import all_rows

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Let a message stand without a job."""
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("job_id", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    """Forget those messages, and ask for a job again."""
    with all_rows(op, "outbox"):
        op.execute("DELETE FROM outbox WHERE job_id IS NULL")
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("job_id", existing_type=sa.Text(), nullable=False)
