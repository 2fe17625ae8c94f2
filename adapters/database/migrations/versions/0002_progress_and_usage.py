"""
What an attempt keeps on its way, and what items cost.

SQLite reads a row from its front, so the numbers that are added up must stand before the texts: there the table is
made anew, which takes as long as copying it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

Json = sa.JSON().with_variant(JSONB(), "postgresql")
NUMBERS = ("requests", "prompt_tokens", "completion_tokens", "cost_nanousd")


def upgrade() -> None:
    """Add the columns; items of earlier jobs have kept and cost nothing, as far as anybody knows."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("item", recreate="always" if is_sqlite else "never") as item:
        before = "last_failure_kind"
        for name in NUMBERS:
            column = sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
            item.add_column(column, insert_after=before if is_sqlite else None)
            before = name
        item.add_column(sa.Column("progress", Json))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("item") as item:
        for name in (*NUMBERS, "progress"):
            item.drop_column(name)
