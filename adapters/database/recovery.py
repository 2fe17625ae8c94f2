"""
Changes of many items at once that no attempt asked for: lost workers, cancels, give-ups, and new revisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Update, bindparam, delete, exists, null, select, update

from adapters.database import kept_tallies, tables
from adapters.database.items import NO_LEASE, in_numbers, in_states, is_pending, is_running, item, the_job
from adapters.database.rows import ITEM_COLUMNS, item_from
from adapters.database.scope import Scope, of_job, of_organization
from adapters.database.types import Name, SafeText, UtcTime
from domain.jobs.errors import Conflict
from domain.jobs.item import Failure, Item, ItemNo, ItemState, WorkerId
from domain.jobs.job import JobId
from domain.jobs.plan import ShardState

_job, _shard = tables.job, tables.shard
_now = bindparam("at", type_=UtcTime)
_OUTCOME = ("verdict", "result", "failure_kind", "failure_message")
_CANCELLED: dict[str, object] = {"state": ItemState.CANCELLED.value, "ended_at": _now, "not_before": null(), **NO_LEASE}


def _lost(condition: ColumnElement[bool], *, is_cancelling: bool) -> Update:
    after: dict[str, object] = _CANCELLED if is_cancelling else {"state": ItemState.PENDING.value, **NO_LEASE}
    return (
        update(item)
        .where(the_job, is_running, condition)
        .values(**after, losses=item.c.losses + 1)
        .returning(*ITEM_COLUMNS)
    )


_is_expired = item.c.lease_until <= _now
_is_of_worker = item.c.worker_id == bindparam("of_worker", type_=Name)
_EXPIRE = {flag: _lost(_is_expired, is_cancelling=flag) for flag in (False, True)}
_FORSAKE = {flag: _lost(_is_of_worker, is_cancelling=flag) for flag in (False, True)}

_kind, _message = bindparam("new_kind", type_=Name), bindparam("new_message", type_=SafeText)
_FAIL_ALL = (
    update(item)
    .where(the_job, is_pending)
    .values(
        state=ItemState.FAILED.value,
        ended_at=_now,
        not_before=null(),
        failure_kind=_kind,
        failure_message=_message,
        last_failure_kind=_kind,
        last_failure_message=_message,
    )
)
_FAIL = _FAIL_ALL.where(in_numbers)
_CANCEL = update(item).where(the_job, is_pending).values(_CANCELLED)
_PLANNED = select(_job.c.planned).where(of_organization(_job), _job.c.id == bindparam("of_job", type_=Name))
_DISCARD = delete(item).where(the_job)
_DISCARD_SHARDS = delete(_shard).where(of_job(_shard))


def expire(scope: Scope, job_id: JobId, *, now: datetime) -> list[Item]:
    """Take back the running items whose lease ran out; they are pending again, or cancelled with their job."""
    return _changed(scope, _EXPIRE[scope.is_cancelling(job_id)], of_job=job_id, at=now)


def forsake(scope: Scope, job_id: JobId, worker_id: WorkerId, *, now: datetime) -> list[Item]:
    """Take back the running items of one worker; they are pending again, or cancelled with their job."""
    # Only the statement for a cancelled job names a time.
    is_cancelling = scope.is_cancelling(job_id)
    times = {"at": now} if is_cancelling else {}
    return _changed(scope, _FORSAKE[is_cancelling], of_job=job_id, of_worker=worker_id, **times)


def fail_pending(scope: Scope, job_id: JobId, numbers: Sequence[ItemNo], failure: Failure, *, now: datetime) -> None:
    """End these items, where they are still pending, as failed."""
    scope.hold(job_id)
    values = {"new_kind": failure.kind.value, "new_message": failure.message}
    scope.execute(_FAIL, of_job=job_id, numbers=list(numbers), at=now, **values)


def fail_all_pending(scope: Scope, job_id: JobId, failure: Failure, *, now: datetime) -> int:
    """End every pending item as failed; return how many there were."""
    scope.hold(job_id)
    values = {"new_kind": failure.kind.value, "new_message": failure.message}
    return scope.execute(_FAIL_ALL, of_job=job_id, at=now, **values).rowcount


def cancel_pending(scope: Scope, job_id: JobId, *, now: datetime) -> int:
    """End every pending item as cancelled; return how many there were."""
    scope.hold(job_id)
    return scope.execute(_CANCEL, of_job=job_id, at=now).rowcount


def discard(scope: Scope, job_id: JobId) -> None:
    """
    Forget the items of a plan that was never frozen.

    Raises:
        Conflict: the plan is frozen; its items are the truth about the job.
    """
    scope.hold(job_id)
    if scope.execute(_PLANNED, of_job=job_id).scalar() is not None:
        raise Conflict(f"Job {job_id}: its plan is frozen, and its items can't be forgotten")
    scope.execute(_DISCARD_SHARDS, of_job=job_id)
    scope.execute(_DISCARD, of_job=job_id)


def reset(scope: Scope, job_id: JobId, states: Sequence[ItemState]) -> int:
    """Make the items in these end states as good as new, reopen their shards; return how many there were."""
    scope.hold(job_id)
    ends = [state for state in states if state.is_end]
    kept_tallies.forget(scope, job_id)
    scope.execute(_reopen(ends), of_job=job_id)
    return scope.execute(_reset(ends), of_job=job_id).rowcount


def _changed(scope: Scope, statement: Update, **values: object) -> list[Item]:
    items = [item_from(row) for row in scope.execute(statement, **values)]
    return sorted(items, key=lambda changed: changed.no)


def _reopen(states: Sequence[ItemState]) -> Update:
    is_in_shard = (
        (item.c.organization_id == _shard.c.organization_id)
        & (item.c.job_id == _shard.c.job_id)
        & item.c.no.between(_shard.c.first_no, _shard.c.last_no)
    )
    touched = exists().where(is_in_shard, in_states(states))
    return (
        update(_shard)
        .where(of_job(_shard), _shard.c.state == ShardState.CLOSED.value, touched)
        .values(state=ShardState.PLANNED.value, tally=null())
    )


def _reset(states: Sequence[ItemState]) -> Update:
    # The token is left as it is: attempts of the earlier revision stay late.
    emptied = (
        *NO_LEASE,
        *_OUTCOME,
        "not_before",
        "started_at",
        "ended_at",
        "last_failure_kind",
        "last_failure_message",
    )
    return (
        update(item)
        .where(the_job, in_states(states))
        .values(state=ItemState.PENDING.value, attempts=0, losses=0, **dict.fromkeys(emptied, null()))
    )
