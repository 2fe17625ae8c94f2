"""/v1/schedules: what runs by itself, when, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from domain.schedules.schedule import ScheduleId
from domain.schedules.service import MOST_NEXT
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.schedules import (
    NewSchedule,
    NextTimes,
    ScheduleChange,
    ScheduleDocument,
    TickDocument,
)
from entrypoints.api.paging import After, Limit, Page, page_of, position
from entrypoints.api.problems import documented
from entrypoints.local.schedules import LocalSchedules

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])


def _schedule_id(schedule_id: Annotated[UUID, Path(description="The schedule's id.")]) -> ScheduleId:
    return ScheduleId(str(schedule_id))


def _read(caller: Reader, antiphon: Services) -> LocalSchedules:
    return LocalSchedules(service=antiphon.schedules, tenant=caller)


def _changed(caller: Writer, antiphon: Services) -> LocalSchedules:
    return LocalSchedules(service=antiphon.schedules, tenant=caller)


TheSchedule = Annotated[ScheduleId, Depends(_schedule_id)]
Reading = Annotated[LocalSchedules, Depends(_read)]
Changing = Annotated[LocalSchedules, Depends(_changed)]


@router.get("", operation_id="list_schedules")
def list_schedules(schedules: Reading) -> Page[ScheduleDocument]:
    """List the schedules, by name, each with its newest tick; an organization has at most 500."""
    return Page(items=schedules.all(), next=None)


@router.post("", operation_id="add_schedule", status_code=201, responses=documented(404, 409))
def add_schedule(schedules: Changing, wanted: NewSchedule, response: Response) -> ScheduleDocument:
    """Have something run by itself, for the caller, from its first tick after now on."""
    added = schedules.add(wanted)
    response.headers["Location"] = f"/v1/schedules/{added.id}"
    return added


@router.get("/{schedule_id}", operation_id="get_schedule", responses=documented(404))
def get_schedule(schedules: Reading, schedule_id: TheSchedule) -> ScheduleDocument:
    """Look at a schedule, its next tick and its newest one."""
    return schedules.get(schedule_id)


@router.patch("/{schedule_id}", operation_id="change_schedule", responses=documented(404, 409))
def change_schedule(schedules: Changing, schedule_id: TheSchedule, change: ScheduleChange) -> ScheduleDocument:
    """Change it, also while it runs; from now on it runs for the caller."""
    return schedules.change(schedule_id, change)


@router.delete("/{schedule_id}", operation_id="remove_schedule", status_code=204, responses=documented(404))
def remove_schedule(schedules: Changing, schedule_id: TheSchedule) -> None:
    """Forget it with its ticks; jobs that it started go on."""
    schedules.remove(schedule_id)


@router.post("/{schedule_id}/pause", operation_id="pause_schedule", responses=documented(404))
def pause_schedule(schedules: Changing, schedule_id: TheSchedule) -> ScheduleDocument:
    """Let it make no ticks until it is resumed."""
    return schedules.pause(schedule_id)


@router.post("/{schedule_id}/resume", operation_id="resume_schedule", responses=documented(404))
def resume_schedule(schedules: Changing, schedule_id: TheSchedule) -> ScheduleDocument:
    """Let it run again, for the caller, from its first tick after now on."""
    return schedules.resume(schedule_id)


@router.post("/{schedule_id}/run-now", operation_id="run_schedule_now", status_code=202, responses=documented(404, 409))
def run_schedule_now(schedules: Changing, schedule_id: TheSchedule) -> TickDocument:
    """Make a tick now, whether it is paused or not; its list of ticks says what becomes of it."""
    return schedules.run_now(schedule_id)


@router.get("/{schedule_id}/ticks", operation_id="list_schedule_ticks", responses=documented(404))
def list_schedule_ticks(
    schedules: Reading, schedule_id: TheSchedule, limit: Limit = 20, after: After = None
) -> Page[TickDocument]:
    """List when it was due in the last 90 days, and what became of that, newest first."""
    found = schedules.ticks(schedule_id, before=position(after, _moment), limit=limit + 1)
    return page_of(found, limit=limit, place=lambda tick: cursor(tick.due.isoformat()))


@router.get("/{schedule_id}/next", operation_id="list_schedule_times", responses=documented(404))
def list_schedule_times(
    schedules: Reading,
    schedule_id: TheSchedule,
    count: Annotated[int, Query(ge=1, le=MOST_NEXT, description="How many.")] = 5,
) -> NextTimes:
    """Say when it is acted on next."""
    return schedules.next(schedule_id, count=count)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
