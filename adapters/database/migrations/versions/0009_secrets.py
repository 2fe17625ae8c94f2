"""Secrets of organizations, encrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.database.migrations.row_security import let_system, protect

revision = "0009"
down_revision = "0008"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table; a change of the master key reads and writes the encrypted values of all organizations."""
    op.create_table(
        "secret",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("sealed", Text, nullable=False),
        sa.Column("last_four", Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("updated_by", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name", name="pk_secret"),
    )
    protect(op, "secret")
    let_system(op, "secret", reads=("organization_id", "name", "sealed"))


def downgrade() -> None:
    """Forget the secrets."""
    op.drop_table("secret")
