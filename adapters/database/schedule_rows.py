"""The rows of schedules and ticks as the domain's values and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.database.rows import AnyRow, Values
from domain.jobs.job import JobId
from domain.schedules.rhythm import Cron, Every, Once, Rhythm
from domain.schedules.schedule import CatchUp, Schedule, ScheduleId
from domain.schedules.tick import Tick, TickKey, TickState
from domain.tenancy import OrganizationId, UserId

_SAME_NAME = (
    "name", "owner", "task", "jitter_s", "paused_because", "next_due", "last_due", "created_at", "updated_at",
)  # fmt: skip


def schedule_values(schedule: Schedule) -> Values:
    """Return the schedule's row, without its key; `next_start` is what schedulers look for."""
    return {
        **{name: getattr(schedule, name) for name in _SAME_NAME},
        "rhythm": _rhythm_document(schedule.rhythm),
        "arguments": dict(schedule.arguments),
        "catch_up": schedule.catch_up.value,
        "next_start": schedule.next_start,
    }


def schedule_from(row: AnyRow) -> Schedule:
    """Return the schedule of a row."""
    content = row._mapping
    return Schedule(
        **{name: content[name] for name in _SAME_NAME},
        id=ScheduleId(content["id"]),
        organization_id=OrganizationId(content["organization_id"]),
        rhythm=_rhythm_from(content["rhythm"]),
        arguments=dict(content["arguments"]),
        catch_up=CatchUp(content["catch_up"]),
    )


def tick_values(tick: Tick) -> Values:
    """Return what may change of a tick's row."""
    return {
        "state": tick.state.value,
        "job_id": tick.job_id,
        "sends": tick.sends,
        "resend_at": tick.resend_at,
        "detail": tick.detail,
    }


def new_tick_values(tick: Tick) -> Values:
    """Return a tick's row, without the organization."""
    return {
        "schedule_id": tick.key.schedule_id,
        "due": tick.key.due,
        "made_at": tick.made_at,
        "asked_by": tick.asked_by,
        "missed": tick.missed,
        **tick_values(tick),
    }


def tick_from(row: AnyRow) -> Tick:
    """Return the tick of a row."""
    return Tick(
        key=TickKey(schedule_id=ScheduleId(row.schedule_id), due=row.due),
        made_at=row.made_at,
        state=TickState(row.state),
        job_id=None if row.job_id is None else JobId(row.job_id),
        detail=row.detail,
        asked_by=None if row.asked_by is None else UserId(row.asked_by),
        missed=row.missed,
        sends=row.sends,
        resend_at=row.resend_at,
    )


def _rhythm_document(rhythm: Rhythm) -> Values:
    if isinstance(rhythm, Cron):
        return {"kind": rhythm.kind, "expression": rhythm.expression, "timezone": rhythm.timezone}
    if isinstance(rhythm, Every):
        return {"kind": rhythm.kind, "seconds": rhythm.seconds, "anchor": rhythm.anchor.isoformat()}
    return {"kind": rhythm.kind, "at": rhythm.at.isoformat()}


def _rhythm_from(content: Mapping[str, Any]) -> Rhythm:
    kind = content["kind"]
    if kind == Cron.kind:
        return Cron(expression=content["expression"], timezone=content["timezone"])
    if kind == Every.kind:
        return Every(seconds=content["seconds"], anchor=datetime.fromisoformat(content["anchor"]))
    return Once(at=datetime.fromisoformat(content["at"]))
