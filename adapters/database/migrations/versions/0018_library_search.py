"""What searching a library needs beside its documents: its version, and the questions it is checked by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.database.migrations.row_security import protect

revision = "0018"
down_revision = "0017"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "library_version",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_library_version"),
    )
    op.create_table(
        "library_question",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("question", Text, nullable=False),
        sa.Column("document", Text, nullable=False),
        sa.Column("heading", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_library_question"),
    )
    for table in ("library_version", "library_question"):
        protect(op, table)


def downgrade() -> None:
    """Forget both."""
    op.drop_table("library_question")
    op.drop_table("library_version")
