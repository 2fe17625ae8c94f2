"""Finding rows by the beginning of their id, as people write ids."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, bindparam, select

from adapters.database.rows import Values
from adapters.database.types import SafeText

FOUND_AT_MOST = 10
_BEHIND_ANY_CHARACTER = "\U0010ffff"


def ids_beginning(column: Column[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the statement for ids that begin so, in their order, at most `FOUND_AT_MOST`; its values: `beginning`."""
    return select(column).where(*conditions, begins(column)).order_by(column).limit(FOUND_AT_MOST)


def begins(column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that an id begins so; its values: `beginning`."""
    return and_(column >= bindparam("prefix", type_=SafeText), column < bindparam("behind", type_=SafeText))


def beginning(prefix: str) -> Values:
    """Return the values of such a statement: a range, which an index serves where LIKE would need one of its own."""
    return {"prefix": prefix, "behind": prefix + _BEHIND_ANY_CHARACTER}
