"""
Pages of long lists: opaque cursors over the key of the last row seen.

A cursor names a position, never whose rows: one that is forged or of another organization shows the caller's own rows.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from entrypoints.api.cursors import LARGEST_NUMBER
from entrypoints.api.refusals import InvalidField

T = TypeVar("T")
MOST = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
After = Annotated[
    str | None, Query(max_length=500, description="Where to go on: the `next` of the page before.", examples=[None])
]


class Page(BaseModel, Generic[T]):
    """A part of a list, and where it goes on."""

    items: list[T] = Field(description="This part.")
    next: str | None = Field(description="Hand it in as `after` for what follows; null at the end.")


def page_of(rows: Sequence[T], *, limit: int, place: Callable[[T], str]) -> Page[T]:
    """Return the first *limit* of *rows* as a page; one row more than that says that there is a next one."""
    more = len(rows) > limit
    return Page(items=list(rows[:limit]), next=place(rows[limit - 1]) if more else None)


def position(after: str | None, read: Callable[..., T]) -> T | None:
    """
    Return the position that a cursor holds, as *read* makes it of its parts; None without a cursor.

    Raises:
        InvalidField: it is no cursor of this list.
    """
    if after is None:
        return None
    try:
        parts = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        return read(*parts)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as exc:
        raise InvalidField(
            "after: not a cursor of this list; take the `next` of a page as it is", pointer="/query/after"
        ) from exc


def numbered(no: int) -> int:
    """
    Return the number of a row, which is what `position` reads of the cursor of a numbered list.

    Raises:
        ValueError: no row has it.
    """
    if type(no) is not int or not 0 <= no <= LARGEST_NUMBER:
        raise ValueError(no)
    return no


def dated(moment: str, row_id: str) -> tuple[datetime, str]:
    """
    Return the time and the id of a row, which is what `position` reads of the cursor of a list by time.

    Raises:
        ValueError: no row has them: the time lacks its zone, or the id is no UUID.
    """
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError(moment)
    return at, str(UUID(row_id))
