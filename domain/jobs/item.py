"""
An item: one unit of a job's work, its states, its attempts and what it ended with.

The transitions are pure functions on values. Stores apply the same guards in their own words (a WHERE clause) and are
held to these by the contract suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NewType

import attrs
from attrs import frozen

from domain.jobs.errors import FailureKind
from domain.jobs.usage import NOTHING, Usage

ItemNo = NewType("ItemNo", int)
WorkerId = NewType("WorkerId", str)
Document = Mapping[str, object]
"""A JSON object: what rows and messages carry."""


class ItemState(StrEnum):
    """Where an item stands; four of the six are ends."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        """Whether nothing more happens to the item by itself."""
        return self not in (ItemState.PENDING, ItemState.RUNNING)


@frozen(kw_only=True)
class PlannedItem:
    """What a family wants done: *key* names the item to people and stays the same over runs, *input* is JSON."""

    key: str
    input: Document


@frozen(kw_only=True)
class Failure:
    """Why an attempt or an item failed."""

    kind: FailureKind
    message: str


@frozen(kw_only=True)
class Outcome:
    """
    What an item ended with.

    *verdict* is the family's word for the quality of a succeeded item (pass, fail, inconclusive ...), counted by the
    ledger and otherwise not understood here. *result* is JSON and is kept whatever the state. *usage* is what the
    attempt spent since it last kept something; the item's own usage is the sum, and takes it over.
    """

    state: ItemState
    verdict: str | None = None
    result: Document = attrs.field(factory=dict)
    failure: Failure | None = None
    usage: Usage = NOTHING

    def __attrs_post_init__(self) -> None:
        if not self.state.is_end:
            raise ValueError(f"an outcome is an end, not {self.state}")
        if (self.failure is not None) != (self.state is ItemState.FAILED):
            raise ValueError(f"a failure belongs to a failed item and to no other; state {self.state}, {self.failure}")


@frozen(kw_only=True)
class Lease:
    """The right of one worker to one attempt. *token* is the fence: only the newest token may write."""

    worker_id: WorkerId
    token: int
    until: datetime
    deadline_at: datetime


@frozen(kw_only=True)
class Item:
    """
    One row of the ledger. *attempts* counts tries begun, *losses* those that ended because their worker vanished.

    *progress* is what the newest attempt kept of its work, for the next one to go on with; an item that succeeded needs
    it no more. *usage* is what all attempts of all revisions spent.
    """

    no: ItemNo
    key: str
    input: Document
    state: ItemState = ItemState.PENDING
    attempts: int = 0
    losses: int = 0
    token: int = 0
    lease: Lease | None = None
    not_before: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    last_failure: Failure | None = None
    progress: Document | None = None
    usage: Usage = NOTHING


KEEP_PROGRESS = (ItemState.FAILED, ItemState.CANCELLED)
"""The ends that another revision can begin again from: what was kept is kept on."""


def is_claimable(item: Item, now: datetime) -> bool:
    """Whether an attempt may begin: the item waits, and a wait that was asked for is over."""
    return item.state is ItemState.PENDING and (item.not_before is None or item.not_before <= now)


def holds(item: Item, token: int) -> bool:
    """Whether *token* is the item's live fence: records under any other are late, and change nothing."""
    return item.state is ItemState.RUNNING and item.token == token


def claimed(item: Item, *, worker_id: WorkerId, lease_until: datetime, deadline_at: datetime, now: datetime) -> Item:
    """Return the item as it is when an attempt begins: a new fence, one more attempt."""
    lease = Lease(worker_id=worker_id, token=item.token + 1, until=lease_until, deadline_at=deadline_at)
    return attrs.evolve(
        item,
        state=ItemState.RUNNING,
        attempts=item.attempts + 1,
        token=lease.token,
        lease=lease,
        not_before=None,
        started_at=now,
    )


def kept(item: Item, progress: Document, *, spent: Usage) -> Item:
    """Return the item as its attempt has come to *progress*; an empty one forgets what was kept before."""
    return attrs.evolve(item, progress=progress or None, usage=spent)


def ended(item: Item, outcome: Outcome, *, now: datetime, spent: Usage | None = None) -> Item:
    """Return the item at its end."""
    return attrs.evolve(
        item,
        state=outcome.state,
        lease=None,
        not_before=None,
        ended_at=now,
        outcome=attrs.evolve(outcome, usage=NOTHING),
        last_failure=outcome.failure or item.last_failure,
        progress=item.progress if outcome.state in KEEP_PROGRESS else None,
        usage=item.usage if spent is None else spent,
    )


def postponed(item: Item, failure: Failure, *, not_before: datetime, spent: Usage | None = None) -> Item:
    """Return the item waiting for another attempt after a *failure* that may pass."""
    return attrs.evolve(
        item,
        state=ItemState.PENDING,
        lease=None,
        not_before=not_before,
        last_failure=failure,
        usage=item.usage if spent is None else spent,
    )


def lost(item: Item) -> Item:
    """Return the item as pending after its worker vanished: the attempt is spent, and the loss is counted."""
    return attrs.evolve(item, state=ItemState.PENDING, lease=None, losses=item.losses + 1)


def released(item: Item, *, not_before: datetime | None = None, spent: Usage | None = None) -> Item:
    """Return the item as pending after its worker gave it back unharmed: the attempt does not count."""
    return attrs.evolve(
        item,
        state=ItemState.PENDING,
        lease=None,
        attempts=item.attempts - 1,
        not_before=not_before,
        usage=item.usage if spent is None else spent,
    )


def reset(item: Item) -> Item:
    """
    Return the item with a new budget of attempts, for a revision of its job.

    The fence goes on, so that old attempts stay late. What was kept and spent stays: it is paid for already.
    """
    return Item(no=item.no, key=item.key, input=item.input, token=item.token, progress=item.progress, usage=item.usage)
