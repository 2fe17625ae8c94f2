"""
Beginning attempts: who may run which item, under which fence.

The job's row is held from the count of what runs to the grant, so that two workers can't both take the last place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import bindparam, func, null, or_, select, update

from adapters.database import tables
from adapters.database.items import in_numbers, is_pending, is_running, item, the_job
from adapters.database.rows import ITEM_COLUMNS, item_from
from adapters.database.scope import Scope
from adapters.database.spending import spent_on
from adapters.database.types import Name, UtcTime
from domain.jobs.budget import Spending
from domain.jobs.claims import Claim, ClaimAnswer, Refusal
from domain.jobs.item import Item, ItemNo, ItemState, WorkerId
from domain.jobs.job import JobId

_now = bindparam("at", type_=UtcTime)
_lease_until = bindparam("new_lease_until", type_=UtcTime)
_live = item.alias("live")
_RUNNING_NOW = (
    select(func.count())
    .select_from(_live)
    .where(
        _live.c.organization_id == bindparam("of_organization", type_=Name),
        _live.c.job_id == bindparam("of_job", type_=Name),
        tables.RUNNING,
        _live.c.lease_until > _now,
    )
    .scalar_subquery()
)
_WANTED = select(item.c.no, item.c.state, item.c.not_before, item.c.worker_id, item.c.token, _RUNNING_NOW).where(
    the_job, in_numbers
)
_GRANT = (
    update(item)
    .where(the_job, in_numbers, is_pending, or_(item.c.not_before.is_(None), item.c.not_before <= _now))
    .values(
        state=ItemState.RUNNING.value,
        attempts=item.c.attempts + 1,
        token=item.c.token + 1,
        worker_id=bindparam("new_worker_id", type_=Name),
        lease_until=_lease_until,
        deadline_at=bindparam("new_deadline_at", type_=UtcTime),
        not_before=null(),
        started_at=_now,
    )
    .returning(*ITEM_COLUMNS)
)
_GRANT_UNHEARD = (
    update(item)
    .where(the_job, in_numbers, is_running)
    .values(lease_until=_lease_until, deadline_at=bindparam("new_deadline_at", type_=UtcTime), started_at=_now)
    .returning(*ITEM_COLUMNS)
)
_held = (the_job, is_running, item.c.no == bindparam("of_no"), item.c.token == bindparam("of_token"))
_EXTEND = update(item).where(*_held).values(lease_until=_lease_until)
_WORKERS = select(item.c.worker_id).where(the_job, is_running).distinct()
_OVERDUE = select(*ITEM_COLUMNS).where(the_job, is_running, item.c.deadline_at <= _now)


@frozen
class _Stand:
    """Where a wanted item stands before the claim."""

    state: ItemState
    not_before: datetime | None
    worker_id: WorkerId | None
    token: int


def claim(scope: Scope, wish: Claim) -> ClaimAnswer:
    """Begin an attempt at as many of the wanted items as may begin, each under a new fencing token."""
    scope.hold(wish.job_id)
    stands, running = _look(scope, wish)
    spending = spent_on(scope, wish.job_id) if wish.budget else Spending()
    no_room = wish.no_room(spending)
    room = 0 if no_room is Refusal.BUDGET else wish.room(spending, running=running)
    wanted = list(dict.fromkeys(wish.numbers))
    free = [no for no in wanted if no in stands and _refusal(stands[no], wish.now) is None]
    unheard = [no for no in wanted if no in stands and _is_unheard(wish, no, stands[no])]
    begun = _begin(scope, wish, free[:room]) | _begin_unheard(scope, wish, unheard)
    granted = {no: begun[no] for no in wanted if no in begun}  # the database returns them in any order
    refused = {no: _why(stands.get(no), wish.now, no_room) for no in wanted if no not in granted}
    return ClaimAnswer(granted=tuple(granted.values()), refused=refused, due=_due(stands, refused))


def extend(scope: Scope, job_id: JobId, tokens: Sequence[tuple[ItemNo, int]], *, lease_until: datetime) -> None:
    """Extend the leases held under these tokens; those lost meanwhile stay lost."""
    scope.hold(job_id)
    rows = [{"of_no": no, "of_token": token} for no, token in tokens]
    scope.execute_many(_EXTEND, rows, of_job=job_id, new_lease_until=lease_until)


def workers_of(scope: Scope, job_id: JobId) -> set[WorkerId]:
    """Return the workers that hold a lease on an item of the job."""
    return {WorkerId(worker_id) for worker_id in scope.execute(_WORKERS, of_job=job_id).scalars()}


def overdue(scope: Scope, job_id: JobId, *, now: datetime) -> list[Item]:
    """Return the running items whose deadline has passed, whatever their lease."""
    found = [item_from(row) for row in scope.execute(_OVERDUE, of_job=job_id, at=now)]
    return sorted(found, key=lambda item: item.no)  # here: ordered by SQLite, it would read the whole job in order


def _look(scope: Scope, wish: Claim) -> tuple[dict[ItemNo, _Stand], int]:
    rows = scope.execute(_WANTED, of_job=wish.job_id, numbers=list(wish.numbers), at=wish.now).all()
    stands = {ItemNo(no): _Stand(ItemState(state), *rest) for no, state, *rest, _ in rows}
    return stands, rows[0][-1] if rows else 0


def _is_unheard(wish: Claim, no: ItemNo, stand: _Stand) -> bool:
    is_running = stand.state is ItemState.RUNNING
    return is_running and wish.begun_unheard(no, worker_id=stand.worker_id, token=stand.token)


def _begin_unheard(scope: Scope, wish: Claim, numbers: list[ItemNo]) -> dict[ItemNo, Item]:
    if not numbers or scope.is_cancelling(wish.job_id):  # nothing begins after a cancel: their leases run out
        return {}
    times = {"at": wish.now, "new_lease_until": wish.lease_until, "new_deadline_at": wish.deadline_at}
    rows = scope.execute(_GRANT_UNHEARD, of_job=wish.job_id, numbers=numbers, **times)
    return {item.no: item for item in map(item_from, rows)}


def _begin(scope: Scope, wish: Claim, numbers: list[ItemNo]) -> dict[ItemNo, Item]:
    if not numbers:
        return {}
    rows = scope.execute(
        _GRANT,
        of_job=wish.job_id,
        numbers=numbers,
        at=wish.now,
        new_worker_id=wish.worker_id,
        new_lease_until=wish.lease_until,
        new_deadline_at=wish.deadline_at,
    )
    return {item.no: item for item in map(item_from, rows)}


def _refusal(stand: _Stand, now: datetime) -> Refusal | None:
    if stand.state is ItemState.RUNNING:
        return Refusal.LEASED
    if stand.state.is_end:
        return Refusal.ENDED
    if stand.not_before is not None and stand.not_before > now:
        return Refusal.NOT_DUE
    return None


def _why(stand: _Stand | None, now: datetime, no_room: Refusal) -> Refusal:
    return Refusal.UNKNOWN if stand is None else _refusal(stand, now) or no_room


def _due(stands: Mapping[ItemNo, _Stand], refused: Mapping[ItemNo, Refusal]) -> dict[ItemNo, datetime]:
    times = {no: stands[no].not_before for no, refusal in refused.items() if refusal is Refusal.NOT_DUE}
    return {no: time for no, time in times.items() if time is not None}
