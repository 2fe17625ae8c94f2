"""The tables beside a library's documents that searching needs: its version, and the questions it is checked by."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table

from adapters.database.tables import METADATA
from adapters.database.types import Name, SafeText

library_version = Table(
    "library_version",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("organization_id"),
)
"""How often the organization's library was changed: what a process has read stays true while the number does."""

library_question = Table(
    "library_question",
    METADATA,
    Column("organization_id", Name, nullable=False),
    Column("id", Name, nullable=False),
    Column("no", Integer, nullable=False),
    Column("question", SafeText, nullable=False),
    Column("document", SafeText, nullable=False),
    Column("heading", SafeText, nullable=False),
    PrimaryKeyConstraint("organization_id", "id"),
)
