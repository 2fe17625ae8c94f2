"""Rows as the domain's values and back: one place per value that knows both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
from sqlalchemy import CursorResult, Row

from adapters.database import tables
from domain.jobs.aggregate import Tally
from domain.jobs.errors import FailureKind
from domain.jobs.item import Document, Failure, Item, ItemNo, ItemState, Lease, Outcome, PlannedItem, WorkerId
from domain.jobs.job import Job, JobId, JobOptions, JobStatus, PlanningLease
from domain.jobs.plan import Shard, ShardState
from domain.jobs.usage import Usage
from domain.origin import UNKNOWN, Origin
from domain.tenancy import OrganizationId

Values = dict[str, object]
AnyRow = Row[*tuple[Any, ...]]
AnyResult = CursorResult[*tuple[Any, ...]]
"""Rows carry no static types: the tables say what is in them."""

JOB_COLUMNS = tuple(column for column in tables.job.c if column.name != "tally")
ITEM_COLUMNS = tuple(column for column in tables.item.c if column.name not in ("organization_id", "job_id"))
USAGE_COLUMNS = tuple(field.name for field in attrs.fields(Usage))
SHARD_COLUMNS = tuple(column for column in tables.shard.c if column.name not in ("organization_id", "job_id"))

_SAME_NAME = (
    "kind", "subject", "started_by", "celery_task_id", "created_at", "updated_at", "started_at", "opened_at",
    "ended_at", "cancel_requested_at", "planned", "window", "chunk", "revision", "planning_token", "spec", "failure",
)  # fmt: skip


def job_values(job: Job) -> Values:
    """Return the job's row, without its key."""
    values: Values = {name: getattr(job, name) for name in _SAME_NAME}
    values["status"] = job.status.value
    values["options"] = attrs.asdict(job.options)
    values["origin"] = None if job.origin == UNKNOWN else attrs.asdict(job.origin)
    values["planning_until"] = job.planning.until if job.planning else None
    return values


def job_from(row: AnyRow) -> Job:
    """Return the job of a row of `JOB_COLUMNS`."""
    content = row._mapping
    until, token = content["planning_until"], content["planning_token"]
    return Job(
        **{name: content[name] for name in _SAME_NAME},
        id=JobId(content["id"]),
        organization_id=OrganizationId(content["organization_id"]),
        status=JobStatus(content["status"]),
        options=_options_from(content["options"]),
        planning=PlanningLease(token=token, until=until) if until else None,
        origin=Origin(**content["origin"]) if content["origin"] else UNKNOWN,
    )


def planned_values(first: ItemNo, items: Sequence[PlannedItem]) -> list[Values]:
    """Return the rows of planned items, numbered from *first* on (what they share is in the statement)."""
    return [{"no": no, "key": planned.key, "input": planned.input} for no, planned in enumerate(items, start=first)]


def item_from(row: AnyRow) -> Item:
    """Return the item of a row of `ITEM_COLUMNS`."""
    (
        no, state_name, attempts, losses, token, worker_id, lease_until, deadline_at, not_before, started_at, ended_at,
        verdict, failure_kind, last_kind, requests, prompt_tokens, completion_tokens, cost_nanousd, key,
        failure_message, last_message, given, result, progress,
    ) = row  # fmt: skip
    state = ItemState(state_name)
    lease = outcome = None
    if state is ItemState.RUNNING:
        lease = Lease(worker_id=WorkerId(worker_id), token=token, until=lease_until, deadline_at=deadline_at)
    elif state.is_end:
        failure = failure_from(failure_kind, failure_message)
        outcome = Outcome(state=state, verdict=verdict, result=result or {}, failure=failure)
    return Item(
        no=ItemNo(no),
        key=key,
        input=given,
        state=state,
        attempts=attempts,
        losses=losses,
        token=token,
        lease=lease,
        not_before=not_before,
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        last_failure=failure_from(last_kind, last_message),
        progress=progress,
        usage=usage_from(requests, prompt_tokens, completion_tokens, cost_nanousd),
    )


def usage_from(requests: int, prompt_tokens: int, completion_tokens: int, cost_nanousd: int) -> Usage:
    """Return the usage that four columns, or their sums, hold."""
    return Usage(
        requests=int(requests),
        prompt_tokens=int(prompt_tokens),
        completion_tokens=int(completion_tokens),
        cost_nanousd=int(cost_nanousd),
    )


def usage_values(usage: Usage | None, *, prefix: str = "") -> Values:
    """Return the four columns of the usage; all null where nothing is said about it."""
    return {f"{prefix}{name}": None if usage is None else getattr(usage, name) for name in USAGE_COLUMNS}


def failure_from(kind: str | None, message: str | None) -> Failure | None:
    """Return the failure that two columns hold."""
    return None if kind is None else Failure(kind=FailureKind(kind), message=message or "")


def shard_values(shard: Shard) -> Values:
    """Return the shard's row."""
    return {
        "no": shard.no,
        "first_no": shard.first,
        "last_no": shard.last,
        "state": shard.state.value,
        "sends": shard.sends,
        "sent_at": shard.sent_at,
        "tally": None if shard.tally is None else attrs.asdict(shard.tally),
    }


def shard_from(row: AnyRow) -> Shard:
    """Return the shard of a row of `SHARD_COLUMNS`."""
    no, first, last, state, sends, sent_at, tally = row
    return Shard(
        no=no,
        first=ItemNo(first),
        last=ItemNo(last),
        state=ShardState(state),
        sends=sends,
        sent_at=sent_at,
        tally=None if tally is None else tally_from(tally),
    )


def tally_from(content: Mapping[str, Any]) -> Tally:
    """Return the tally a closed shard kept."""
    usage = Usage(**content.get("usage", {}))  # shards that were closed before there was any have none
    return Tally(**{**content, "usage": usage})


def _options_from(content: Document) -> JobOptions:
    known = {
        name: value for name, value in content.items() if name in {field.name for field in attrs.fields(JobOptions)}
    }
    return JobOptions(**cast(dict[str, Any], known))
