"""Documents of the library: what was handed in, what it says, and its chunks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import protect

revision = "0017"
down_revision = "0016"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = ("library_document", "library_content", "library_text", "library_chunk")


def upgrade() -> None:
    """Make the tables; nobody looks at documents across organizations."""
    _documents()
    _contents()
    _chunks()
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Forget the library."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _documents() -> None:
    op.create_table(
        "library_document",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("source_id", Text, nullable=False),
        sa.Column("location", Text, nullable=False),
        sa.Column("title", Text, nullable=False),
        sa.Column("media_type", Text, nullable=False),
        sa.Column("version", Text, nullable=False),
        sa.Column("content_hash", Text, nullable=False),
        sa.Column("visible_hash", Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("review_status", Text, nullable=False),
        sa.Column("is_approved", sa.Boolean, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("verdict", Text),
        sa.Column("verdict_hash", Text),
        sa.Column("verdict_by", Text),
        sa.Column("verdict_at", Time),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("removed_at", Time),
        sa.Column("failure", Text),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_library_document"),
        sa.UniqueConstraint(
            "organization_id", "source_id", "location", name="uq_library_document_organization_id_source_id_location"
        ),
    )
    newest = ("created_at", "id")
    op.create_index("ix_library_document_newest", "library_document", ["organization_id", *newest])
    op.create_index("ix_library_document_by_status", "library_document", ["organization_id", "review_status", *newest])
    op.create_index("ix_library_document_by_source", "library_document", ["organization_id", "source_id", *newest])


def _contents() -> None:
    op.create_table(
        "library_content",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("document_id", Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "document_id", name="pk_library_content"),
        _of_document("library_content"),
    )
    op.create_table(
        "library_text",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("document_id", Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("body", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "document_id", "generation", name="pk_library_text"),
        _of_document("library_text"),
    )


def _chunks() -> None:
    op.create_table(
        "library_chunk",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("document_id", Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("start_at", sa.Integer, nullable=False),
        sa.Column("end_at", sa.Integer, nullable=False),
        sa.Column("text_hash", Text, nullable=False),
        sa.Column("heading_path", Json, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "document_id", "generation", "ordinal", name="pk_library_chunk"),
        sa.ForeignKeyConstraint(
            ["organization_id", "document_id", "generation"],
            ["library_text.organization_id", "library_text.document_id", "library_text.generation"],
            name="fk_library_chunk_library_text",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_library_chunk_text_hash", "library_chunk", ["organization_id", "text_hash"])


def _of_document(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "document_id"],
        ["library_document.organization_id", "library_document.id"],
        name=f"fk_{table}_library_document",
        ondelete="CASCADE",
    )
