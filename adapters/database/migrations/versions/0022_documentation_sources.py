"""Documentation sources: where the library's documents come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import protect

revision = "0022"
down_revision = "0021"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
IS_THERE = sa.text("removed_at IS NULL")


def upgrade() -> None:
    """Make the table; a sync acts for one organization, and nothing looks at sources of all."""
    op.create_table(
        "documentation_source",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("is_trusted", sa.Boolean, nullable=False),
        sa.Column("made_by", Text, nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("deletions_at", Time),
        sa.Column("holds_deletions", sa.Boolean, nullable=False),
        sa.Column("removed_at", Time),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_documentation_source"),
    )
    op.create_index(
        "uq_documentation_source_name",
        "documentation_source",
        ["organization_id", "name"],
        unique=True,
        sqlite_where=IS_THERE,
        postgresql_where=IS_THERE,
    )
    protect(op, "documentation_source")


def downgrade() -> None:
    """Forget the sources; what came from them stays."""
    op.drop_table("documentation_source")
