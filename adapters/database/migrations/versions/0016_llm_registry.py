"""LLM APIs, their models, and the default models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import protect

revision = "0016"
down_revision = "0015"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables; no work of the whole installation looks into them."""
    _apis()
    _models()
    _defaults()
    for table in ("llm_api", "llm_model", "llm_default"):
        protect(op, table)


def downgrade() -> None:
    """Forget the registry; jobs keep the models they were submitted with."""
    for table in ("llm_default", "llm_model", "llm_api"):
        op.drop_table(table)


def _apis() -> None:
    op.create_table(
        "llm_api",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("provider", Text, nullable=False),
        sa.Column("base_url", Text, nullable=False),
        sa.Column("api_key", Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("concurrency", sa.Integer),
        sa.Column("requests_per_minute", sa.Integer),
        sa.Column("tokens_per_minute", sa.BigInteger),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_llm_api"),
        sa.UniqueConstraint("organization_id", "name", name="uq_llm_api_organization_id_name"),
    )


def _models() -> None:
    op.create_table(
        "llm_model",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("api_id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("capabilities", Text, nullable=False),
        sa.Column("context_length", sa.BigInteger),
        sa.Column("price", Json),
        sa.Column("origin", Text, nullable=False),
        sa.Column("missing_since", Time),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "api_id", "name", name="pk_llm_model"),
        sa.ForeignKeyConstraint(
            ["organization_id", "api_id"],
            ["llm_api.organization_id", "llm_api.id"],
            name="fk_llm_model_llm_api",
            ondelete="CASCADE",
        ),
    )


def _defaults() -> None:
    op.create_table(
        "llm_default",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("used_for", Text, nullable=False),
        sa.Column("api_id", Text, nullable=False),
        sa.Column("model", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "used_for", name="pk_llm_default"),
        sa.ForeignKeyConstraint(
            ["organization_id", "api_id", "model"],
            ["llm_model.organization_id", "llm_model.api_id", "llm_model.name"],
            name="fk_llm_default_llm_model",
        ),
    )
