"""Embedding models of organizations, the vectors they made, and what is set for a library."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import protect

revision = "0020"
down_revision = "0019"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = ("library_model", "library_setting", "library_vector")


def upgrade() -> None:
    """Make the tables; nobody looks at them across organizations."""
    _models()
    _settings()
    _vectors()
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Forget the models, and all that they made."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _models() -> None:
    op.create_table(
        "library_model",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("provider", Text, nullable=False),
        sa.Column("model", Text, nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("query_prefix", Text, nullable=False),
        sa.Column("document_prefix", Text, nullable=False),
        sa.Column("most_input_tokens", sa.Integer, nullable=False),
        sa.Column("fingerprint", Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_library_model"),
        sa.UniqueConstraint("organization_id", "name", name="uq_library_model_organization_id_name"),
    )


def _settings() -> None:
    op.create_table(
        "library_setting",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("model_id", Text),
        sa.Column("auto_embeds", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_library_setting"),
        sa.ForeignKeyConstraint(
            ["organization_id", "model_id"],
            ["library_model.organization_id", "library_model.id"],
            name="fk_library_setting_library_model",
        ),
    )


def _vectors() -> None:
    op.create_table(
        "library_vector",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("fingerprint", Text, nullable=False),
        sa.Column("text_hash", Text, nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "fingerprint", "text_hash", name="pk_library_vector"),
    )
    op.create_index("ix_library_vector_made", "library_vector", ["organization_id", "made_at"])
