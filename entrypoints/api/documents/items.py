"""Items as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemState
from entrypoints.api.documents.usage import UsageDocument, usage_document


class FailureDocument(BaseModel):
    """Why an attempt or an item failed."""

    kind: FailureKind
    message: str = Field(examples=["status 403"])


class ItemDocument(BaseModel):
    """One unit of a job's work: where it stands."""

    no: int = Field(description="Its number in the plan, from 0.", examples=[0])
    key: str = Field(description="Its name, the same over runs.", examples=["refund-policy"])
    state: ItemState
    verdict: str | None = Field(
        description="How good what it came to is, in the words of its family.", examples=["pass"]
    )
    attempts: int = Field(description="Tries begun.", examples=[1])
    losses: int = Field(description="Tries that ended because their worker vanished.", examples=[0])
    started_at: datetime | None
    ended_at: datetime | None
    not_before: datetime | None = Field(description="When it may be tried again, where it waits for that.")
    failure: FailureDocument | None = Field(description="Why it failed.")
    last_failure: FailureDocument | None = Field(description="Why its last try failed, whatever became of it since.")
    usage: UsageDocument


class ItemDetailDocument(ItemDocument):
    """An item with all that was handed in and came out."""

    input: dict[str, Any] = Field(description="What is to be done, in the words of its family.")
    result: dict[str, Any] | None = Field(description="What came of it, kept whatever the state; null before its end.")


def item_document(item: Item) -> ItemDocument:
    """Return the document of an item."""
    return ItemDocument(**_shown(item))


def item_detail_document(item: Item) -> ItemDetailDocument:
    """Return the document of an item with its input and result."""
    result = dict(item.outcome.result) if item.outcome is not None else None
    return ItemDetailDocument(**_shown(item), input=dict(item.input), result=result)


def _shown(item: Item) -> dict[str, Any]:
    outcome = item.outcome
    return {
        "no": item.no,
        "key": item.key,
        "state": item.state,
        "verdict": outcome.verdict if outcome else None,
        "attempts": item.attempts,
        "losses": item.losses,
        "started_at": item.started_at,
        "ended_at": item.ended_at,
        "not_before": item.not_before,
        "failure": _failure(outcome.failure if outcome else None),
        "last_failure": _failure(item.last_failure),
        "usage": usage_document(item.usage),
    }


def _failure(failure: Failure | None) -> FailureDocument | None:
    return FailureDocument(kind=failure.kind, message=failure.message) if failure is not None else None
