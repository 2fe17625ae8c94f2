"""Item rows: the conditions and values that the statements on them share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, bindparam, insert, null, select
from sqlalchemy.exc import IntegrityError

from adapters.database import tables
from adapters.database.rows import ITEM_COLUMNS, Values, item_from, planned_values
from adapters.database.scope import Scope, of_job
from adapters.database.types import Among, Numbers
from domain.jobs.errors import Conflict
from domain.jobs.item import Item, ItemNo, ItemState, PlannedItem
from domain.jobs.job import JobId

item = tables.item
the_job = of_job(item)
is_pending = item.c.state == ItemState.PENDING.value
is_running = and_(tables.RUNNING)
in_numbers = Among(item.c.no, bindparam("numbers", type_=Numbers))

NO_LEASE: dict[str, object] = {"worker_id": null(), "lease_until": null(), "deadline_at": null()}
"""What every item that does not run has in common."""

_ADD = insert(item)
_GET = select(*ITEM_COLUMNS).where(the_job, in_numbers).order_by(item.c.no)
_PAGE = (
    select(*ITEM_COLUMNS)
    .where(the_job, item.c.no > bindparam("behind"))
    .order_by(item.c.no)
    .limit(bindparam("at_most"))
)
_PENDING = (
    select(item.c.no)
    .where(the_job, is_pending, item.c.no.between(bindparam("first"), bindparam("last")))
    .order_by(item.c.no)
)
_AS_NEW: Values = {"state": ItemState.PENDING.value, "attempts": 0, "losses": 0, "token": 0}


def add(scope: Scope, job_id: JobId, first: ItemNo, items: Sequence[PlannedItem]) -> None:
    """
    Store planned items, numbered from *first* on.

    Raises:
        Conflict: one of the numbers is taken, or there is no such job.
    """
    try:
        scope.insert_many(_ADD, planned_values(first, items), job_id=job_id, **_AS_NEW)
    except IntegrityError as error:
        raise Conflict(f"Job {job_id}: it has items from number {first} on already, or there is no such job") from error


def get(scope: Scope, job_id: JobId, numbers: Sequence[ItemNo]) -> list[Item]:
    """Return these items, in number order; unknown ones are left out."""
    return [item_from(row) for row in scope.execute(_GET, of_job=job_id, numbers=list(numbers))]


def page(
    scope: Scope,
    job_id: JobId,
    *,
    after: ItemNo | None,
    limit: int,
    states: Sequence[ItemState],
    verdicts: Sequence[str],
) -> list[Item]:
    """Return items in number order from just behind *after*; only those in *states* and with *verdicts*."""
    statement = _PAGE.where(in_states(states)) if states else _PAGE
    statement = statement.where(item.c.verdict.in_(verdicts)) if verdicts else statement
    behind = -1 if after is None else after
    return [item_from(row) for row in scope.execute(statement, of_job=job_id, behind=behind, at_most=limit)]


def pending_between(scope: Scope, job_id: JobId, first: ItemNo, last: ItemNo) -> list[ItemNo]:
    """Return the numbers of the pending items from *first* to *last*, in order."""
    return [ItemNo(no) for no in scope.execute(_PENDING, of_job=job_id, first=first, last=last).scalars()]


def in_states(states: Sequence[ItemState]) -> ColumnElement[bool]:
    """Return the condition for items in one of *states*."""
    return item.c.state.in_([state.value for state in states])
