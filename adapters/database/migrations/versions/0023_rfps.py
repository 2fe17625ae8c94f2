"""RFPs: questionnaires, and what was done about their questions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.migrations.row_security import protect

revision = "0023"
down_revision = "0022"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Time = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")

QUESTION = ("organization_id", "rfp_id", "no")
DRAFT = (*QUESTION, "version")
TABLES = ("rfp", "rfp_file", "rfp_question", "rfp_draft", "rfp_draft_source", "rfp_review", "rfp_decision")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rfp",
        _organization(),
        sa.Column("id", Text, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("created_by", Text, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_rfp"),
    )
    op.create_index("ix_rfp_newest", "rfp", ["organization_id", "created_at", "id"])
    _made("rfp_file", sa.Column("body", sa.LargeBinary, nullable=False), key=("organization_id", "rfp_id"))
    _made("rfp_question", _number("no"), _body(), key=QUESTION)
    drafted = (sa.Column("verdict", Text, nullable=False), sa.Column("needs_review", sa.Boolean, nullable=False))
    _made("rfp_draft", _number("no"), _number("version"), *drafted, _body(), key=DRAFT, of=("rfp_question", QUESTION))
    quoted = (sa.Column("document_id", Text, nullable=False), _number("generation"))
    key = (*DRAFT, "document_id", "generation")
    _made("rfp_draft_source", _number("no"), _number("version"), *quoted, key=key, of=("rfp_draft", DRAFT))
    op.create_index("ix_rfp_draft_source_document", "rfp_draft_source", ["organization_id", "document_id"])
    _made(
        "rfp_review",
        _number("no"),
        _number("version"),
        _number("draft_version"),
        _body(),
        key=DRAFT,
        of=("rfp_draft", (*QUESTION, "draft_version")),
    )
    _made("rfp_decision", _number("no"), _number("version"), _body(), key=DRAFT, of=("rfp_question", QUESTION))
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Forget the RFPs; the jobs that drafted and reviewed stay."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _organization() -> sa.Column[Any]:
    return sa.Column("organization_id", Text, nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)


def _body() -> sa.Column[Any]:
    return sa.Column("body", Json, nullable=False)


def _made(
    table: str,
    *columns: sa.Column[Any],
    key: tuple[str, ...],
    of: tuple[str, tuple[str, ...]] = ("rfp", ("organization_id", "rfp_id")),
) -> None:
    """Make a table whose rows go with those of another; their names there end as they do here."""
    other, own = of
    theirs = [{"rfp_id": "id"}.get(name, name) for name in own] if other == "rfp" else list(own)
    theirs = ["version" if name == "draft_version" else name for name in theirs]
    op.create_table(
        table,
        _organization(),
        sa.Column("rfp_id", Text, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            list(own), [f"{other}.{name}" for name in theirs], name=f"fk_{table}_{other}", ondelete="CASCADE"
        ),
    )
