"""One tick of a schedule: recorded once, and what became of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum

from attrs import frozen

from domain.jobs.job import JobId
from domain.schedules.schedule import ScheduleId
from domain.tenancy import UserId

_TASK_ID = re.compile(r"schedule-([0-9a-f-]{36})-(\d{8}T\d{6}Z)")
_MOMENT = "%Y%m%dT%H%M%SZ"


class TickState(StrEnum):
    """
    What became of a tick.

    `waiting`: on its way to a worker. `started`: a job was accepted, and how that ended is the job's to say. `ran`: a
    task without a job has run. `skipped`: the same was still running. `refused`: what it names can't be started (any
    more). `missed`: nobody was there at the time, and the catch-up rule let it be. `lost`: no worker ever answered.
    """

    WAITING = "waiting"
    STARTED = "started"
    RAN = "ran"
    SKIPPED = "skipped"
    REFUSED = "refused"
    MISSED = "missed"
    LOST = "lost"


@frozen(kw_only=True)
class TickKey:
    """Which tick it is: of this schedule, for the moment *due* (before jitter)."""

    schedule_id: ScheduleId
    due: datetime

    @property
    def task_id(self) -> str:
        """The id of its Celery task, the same however often it is sent."""
        return f"schedule-{self.schedule_id}-{self.due.astimezone(UTC):{_MOMENT}}"


def tick_of(task_id: str) -> TickKey | None:
    """Return the tick that the Celery task of this id was sent for; None: for none."""
    found = _TASK_ID.fullmatch(task_id)
    if found is None:
        return None
    due = datetime.strptime(found[2], _MOMENT).replace(tzinfo=UTC)
    return TickKey(schedule_id=ScheduleId(found[1]), due=due)


@frozen(kw_only=True)
class Tick:
    """
    A recorded tick. *made_at*: when a scheduler, or whoever asked (*asked_by*), acted on it.

    *detail* says why where it did not start. *missed*: how many ticks before it nobody was there for, counted up to a
    thousand. *sends*: how often its task was handed to the relay; *resend_at*: when that is done again, while it waits.
    """

    key: TickKey
    made_at: datetime
    state: TickState = TickState.WAITING
    job_id: JobId | None = None
    detail: str = ""
    asked_by: UserId | None = None
    missed: int = 0
    sends: int = 1
    resend_at: datetime | None = None
