"""Organizations, their users and members, API keys, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import let_system, protect

revision = "0011"
down_revision = "0010"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Object = sa.JSON().with_variant(JSONB(), "postgresql")

KEY_COLUMNS = (
    "organization_id", "id", "user_id", "prefix", "digest", "pepper_id", "scopes", "created_at", "created_by",
    "expires_at", "last_used_at", "revoked_at",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, and let each side do what it has to."""
    _make_people()
    _make_keys()
    _make_audit()
    # Nobody edits history: tenants only add to it, and a key's user, scopes and prefix stay what they were.
    protect(op, "organization", rights="SELECT, UPDATE (created_at)")  # the right to change is also that to lock
    protect(op, "app_user", rights="SELECT, INSERT")
    protect(op, "membership")
    protect(
        op,
        "api_key",
        rights="SELECT, INSERT, UPDATE (digest, pepper_id, expires_at, last_used_at, revoked_at)",
    )
    protect(op, "audit_entry", rights="SELECT, INSERT")
    # Whose a key is, only the key says; and an organization is known by its name before it is by its id.
    names = ("organization_id", "name", "created_at")
    let_system(op, "organization", reads=names, adds=names)
    let_system(op, "membership", reads=("organization_id", "user_id", "role"))
    let_system(op, "api_key", reads=KEY_COLUMNS)


def downgrade() -> None:
    """Forget who there was; what they did stays under the ids it was done by."""
    for table in ("audit_entry", "api_key", "membership", "app_user", "organization"):
        op.drop_table(table)


def _make_people() -> None:
    op.create_table(
        "organization",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_organization"),
        sa.UniqueConstraint("name", name="uq_organization_name"),
    )
    op.create_table(
        "app_user",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("email", Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_app_user"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.organization_id"], name="fk_app_user_organization"),
        sa.UniqueConstraint("organization_id", "email", name="uq_app_user_organization_id_email"),
    )
    op.create_table(
        "membership",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("user_id", Text, nullable=False),
        sa.Column("role", Text, nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "user_id", name="pk_membership"),
        _of_user("membership"),
    )


def _make_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("user_id", Text, nullable=False),
        sa.Column("prefix", Text, nullable=False),
        sa.Column("digest", Text, nullable=False),
        sa.Column("pepper_id", Text, nullable=False),
        sa.Column("scopes", Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("created_by", Text, nullable=False),
        sa.Column("expires_at", Time),
        sa.Column("last_used_at", Time),
        sa.Column("revoked_at", Time),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_api_key"),
        _of_user("api_key"),
        sa.UniqueConstraint("prefix", name="uq_api_key_prefix"),
    )


def _make_audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("organization_id", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("user_id", Text, nullable=False),
        sa.Column("action", Text, nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("details", Object, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_newest", "audit_entry", ["organization_id", "at", "id"])


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "user_id"], ["app_user.organization_id", "app_user.id"], name=f"fk_{table}_app_user"
    )
