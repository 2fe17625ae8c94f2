"""Summaries: information documents, their chunks, and what was made of their parts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import protect

revision = "0024"
down_revision = "0023"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = ("information_document", "information_chunk", "summary_partial")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "information_document",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("title", Text, nullable=False),
        sa.Column("content_hash", Text, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("chunks", sa.Integer, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("created_by", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_information_document"),
        sa.UniqueConstraint(
            "organization_id", "content_hash", "name", name="uq_information_document_organization_id_content_hash_name"
        ),
    )
    op.create_index("ix_information_document_newest", "information_document", ["organization_id", "created_at", "id"])
    _of_document("information_chunk", sa.Column("ordinal", sa.Integer, nullable=False))
    _of_document("summary_partial", sa.Column("basis", Text, nullable=False))
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Forget the documents and their summaries; the jobs that made them stay."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _of_document(table: str, within: sa.Column[Any]) -> None:
    """Make a table of rows of a document, which *within* tells apart, and which go with it."""
    op.create_table(
        table,
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("document_id", Text, nullable=False),
        within,
        sa.Column("body", Json, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "document_id", within.name, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["organization_id", "document_id"],
            ["information_document.organization_id", "information_document.id"],
            name=f"fk_{table}_information_document",
            ondelete="CASCADE",
        ),
    )
