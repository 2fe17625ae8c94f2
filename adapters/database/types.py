"""
How values are written into columns, the same on SQLite and Postgres: times, JSON, text, and lists of numbers.

Text that comes from outside (a target's answer, an error's message) may hold what Postgres refuses: NUL characters,
lone surrogates, NaN. One such answer must not fail the transaction that many items share, so they are replaced here,
on both databases alike.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_ESCAPED_NUL = r"\u0000"


Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Text of our own making; compared byte by byte on both databases, so that a prefix is a range of an index."""


class UtcTime(TypeDecorator[datetime]):
    """A moment, always with its zone; SQLite keeps it as ISO text in UTC of one length, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        """Return the column type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Return the moment in UTC; a time without a zone is a bug of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone can't be stored: {value!r}; take it from the clock port")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's
        """Return the moment in UTC."""
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return None if value is None else datetime.fromisoformat(str(value))


class SafeText(TypeDecorator[str]):
    """Text from outside, without what Postgres can't hold."""

    impl = Name
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Return the text as it can be stored."""
        return None if value is None else storable_text(value)


class Numbers(TypeDecorator[Sequence[int]]):
    """A list of integers as one parameter, so that the statement's text is the same whatever the list's length."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Sequence[int]]:
        """Return an array on Postgres, JSON elsewhere."""
        return dialect.type_descriptor(ARRAY(BigInteger) if dialect.name == "postgresql" else JSON())


class Names(TypeDecorator[Sequence[str]]):
    """A list of names as one parameter, as `Numbers`."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Sequence[str]]:
        """Return an array on Postgres, JSON elsewhere."""
        return dialect.type_descriptor(ARRAY(Text(collation="C")) if dialect.name == "postgresql" else JSON())


class Among(FunctionElement[bool]):
    """Whether a column's value is one of a list that is one parameter (`IN` would make a new statement per length)."""

    inherit_cache = True  # and no type: as a Boolean it is rendered `... = 1`, for which SQLite uses no index


@compiles(Among)
def _among(element: Among, compiler: SQLCompiler, **options: object) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(Among, "postgresql")
def _among_array(element: Among, compiler: SQLCompiler, **options: object) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"


class EachOf(FunctionElement[str]):
    """The values of a list that is one parameter, as rows: `EachOf(...).table_valued("value", name="value")`."""

    inherit_cache = True


@compiles(EachOf)
def _each_of(element: EachOf, compiler: SQLCompiler, **options: object) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(EachOf, "postgresql")
def _each_of_array(element: EachOf, compiler: SQLCompiler, **options: object) -> str:
    return f"unnest({compiler.process(element.clauses, **options)})"  # its one column is called as the alias is


JSON_OBJECT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def storable_text(text: str) -> str:
    """Return *text* with every NUL and lone surrogate replaced."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def storable_json(value: object) -> str:
    """Return *value* as JSON that both databases hold: bad characters replaced, numbers that are none as null."""
    try:
        text = _encode(value)
        text.encode()
    except ValueError:  # a number that is none, or a lone surrogate
        return _encode(_storable(value))
    return _encode(_storable(value)) if _ESCAPED_NUL in text else text


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_storable(name): _storable(content) for name, content in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(content) for content in value]
    return value
