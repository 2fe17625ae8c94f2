"""The names that test configurations are saved under, each with its versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Moment = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Make the table; configurations of earlier versions have no name but that of their test set."""
    op.create_table(
        "saved_configuration",
        sa.Column("organization_id", sa.Text, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("configuration_id", sa.Text, nullable=False),
        sa.Column("saved_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name", "version", name="pk_saved_configuration"),
        sa.ForeignKeyConstraint(
            ["organization_id", "configuration_id"],
            ["test_configuration.organization_id", "test_configuration.id"],
            name="fk_saved_configuration_test_configuration",
        ),
    )


def downgrade() -> None:
    """Forget the names."""
    op.drop_table("saved_configuration")
