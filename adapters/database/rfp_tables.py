"""The tables of RFP answering: questionnaires, and what was done about their questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    ScalarSelect,
    Table,
    and_,
    select,
    text,
)
from sqlalchemy.sql.expression import FromClause

from adapters.database.tables import METADATA
from adapters.database.types import JSON_OBJECT, Name, SafeText, UtcTime

T = TypeVar("T")

rfp = Table(
    "rfp",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", SafeText, nullable=False),
    Column("request_key", Name),
    Column("fingerprint", Name),
    PrimaryKeyConstraint("organization_id", "id"),
)
Index("ix_rfp_key", rfp.c.organization_id, rfp.c.request_key, unique=True)
Index("ix_rfp_newest", rfp.c.organization_id, rfp.c.created_at, rfp.c.id)

_OF_RFP = (["organization_id", "rfp_id"], ["rfp.organization_id", "rfp.id"])
_QUESTION = ("organization_id", "rfp_id", "no")
_OF_QUESTION = (list(_QUESTION), [f"rfp_question.{name}" for name in _QUESTION])

rfp_file = Table(
    "rfp_file",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("rfp_id", Name, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organization_id", "rfp_id"),
    ForeignKeyConstraint(*_OF_RFP, ondelete="CASCADE"),
)

rfp_question = Table(
    "rfp_question",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("rfp_id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint(*_QUESTION),
    ForeignKeyConstraint(*_OF_RFP, ondelete="CASCADE"),
)

rfp_draft = Table(
    "rfp_draft",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("rfp_id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("verdict", Name, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint(*_QUESTION, "version"),
    ForeignKeyConstraint(*_OF_QUESTION, ondelete="CASCADE"),
)
# Written out, as in `tables.py`: SQLite looks for the words of a partial index in the query.
IS_GAP = text("verdict = 'no_answer'")
Index(
    "ix_rfp_draft_gap",
    *(rfp_draft.c[name] for name in (*_QUESTION, "version")),
    sqlite_where=IS_GAP,
    postgresql_where=IS_GAP,
)

_DRAFT = (*_QUESTION, "version")
rfp_draft_source = Table(
    "rfp_draft_source",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("rfp_id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document_id", Name, nullable=False),
    Column("generation", Integer, nullable=False),
    PrimaryKeyConstraint(*_DRAFT, "document_id", "generation"),
    ForeignKeyConstraint(list(_DRAFT), [f"rfp_draft.{name}" for name in _DRAFT], ondelete="CASCADE"),
)
Index("ix_rfp_draft_source_document", rfp_draft_source.c.organization_id, rfp_draft_source.c.document_id)

rfp_review = Table(
    "rfp_review",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("rfp_id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("draft_version", Integer, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint(*_QUESTION, "version"),
    ForeignKeyConstraint([*_QUESTION, "draft_version"], [f"rfp_draft.{name}" for name in _DRAFT], ondelete="CASCADE"),
)

rfp_decision = Table(
    "rfp_decision",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("rfp_id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON_OBJECT, nullable=False),
    PrimaryKeyConstraint(*_QUESTION, "version"),
    ForeignKeyConstraint(*_OF_QUESTION, ondelete="CASCADE"),
)


def newest(table: Table, said: Callable[[FromClause], ColumnElement[T]], *, of: FromClause) -> ScalarSelect[T]:
    """
    Return what the newest of a table's records about a question says; nothing where there is none.

    Looked up by the table's key for each row of *of*, which is about the question: joined, and as long as Postgres has
    no statistics, all records are gone through for each row.
    """
    record = table.alias()
    found = select(said(record)).where(same_question(record, of)).order_by(record.c.version.desc()).limit(1)
    return found.correlate(of).scalar_subquery()


def newest_version(table: Table, *, of: FromClause) -> ScalarSelect[int]:
    """Return the version of that record."""
    return newest(table, lambda record: record.c.version, of=of)


def same_question(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that two of these rows are about one question."""
    return and_(*(one.c[name] == other.c[name] for name in _QUESTION))
