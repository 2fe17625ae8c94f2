"""Schedules as the API shows them, and what is asked for of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from domain.jobs.job import JobStatus
from domain.schedules.rhythm import Cron, Every, Once, Rhythm
from domain.schedules.schedulable import Schedulable
from domain.schedules.schedule import LONGEST_JITTER_S, CatchUp, Schedule, Standing
from domain.schedules.service import ScheduleView, TickView
from domain.schedules.tick import TickState
from entrypoints.api.documents.words import Words

RUN = "What runs, in the words of the command line: `configs run NAME`, or `task NAME key=value`."
CRON = "Minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly."
ZONE = "The time zone whose clocks `cron` is read by."
EVERY = "Seconds from one tick to the next, 10 at least."
ANCHOR = "The moment that `every_s` is counted from; by default when the schedule was made."
CATCH_UP = (
    "What becomes of ticks that no worker was there for: `skip` them, run the newest `one`, or `all`, a hundred at "
    "most."
)
JITTER = "Each tick is acted on up to so many seconds later, so that many schedules do not start at once."


class ScheduleChange(Words):
    """What is to be changed; what is left out stays. A new rhythm counts from now."""

    name: str | None = Field(default=None, max_length=100, examples=["nightly"])
    run: list[str] | None = Field(
        default=None, min_length=1, max_length=50, description=RUN, examples=[["configs", "run", "nightly"]]
    )
    task: str | None = Field(default=None, max_length=200, description="What runs, by its Celery name, beside `run`.")
    arguments: dict[str, str] | None = Field(default=None, max_length=20, description="What `task` is called with.")
    cron: str | None = Field(default=None, max_length=200, description=CRON, examples=["0 3 * * *"])
    timezone: str | None = Field(default=None, max_length=100, description=ZONE, examples=["Europe/Berlin"])
    every_s: int | None = Field(default=None, description=EVERY)
    anchor: AwareDatetime | None = Field(default=None, description=ANCHOR)
    at: AwareDatetime | None = Field(default=None, description="The moment of a schedule that runs once.")
    catch_up: CatchUp | None = Field(default=None, description=CATCH_UP)
    jitter_s: int | None = Field(default=None, ge=0, le=LONGEST_JITTER_S, description=JITTER)


class NewSchedule(ScheduleChange):
    """A schedule: `run` or `task`, and one of `cron`, `every_s` and `at`."""

    name: str = Field(max_length=100, examples=["nightly"])
    paused: bool = Field(default=False, description="Whether it is to wait until it is resumed.")


class TickDocument(BaseModel):
    """One time that a schedule was due, and what became of it."""

    due: datetime = Field(description="The moment its rhythm names, before jitter.")
    made_at: datetime = Field(description="When a worker, or whoever asked, acted on it.")
    state: TickState = Field(
        description="`waiting` for a worker; `started` a job; `ran` a task without one; `skipped`: the one before "
        "still runs; `refused`: what it names can't be started; `missed`: nobody was there; `lost`: no worker answered."
    )
    job_id: str | None
    job_status: JobStatus | None = Field(description="How the job stands; null where there is none (any more).")
    detail: str = Field(description="Why nothing was started; empty where something was.")
    asked_by: str | None = Field(description="Who asked for it; null: its rhythm did.")
    missed: int = Field(description="How many ticks before this one nobody was there for, counted up to 1000.")


class ScheduleDocument(BaseModel):
    """Something that runs by itself at certain times."""

    id: str
    name: str
    state: Standing
    run: str = Field(description="What runs, in the words of the command line.")
    task: str
    arguments: dict[str, str]
    when: str = Field(description="When, in words.", examples=["0 3 * * * Europe/Berlin"])
    cron: str | None
    timezone: str | None
    every_s: int | None
    anchor: datetime | None
    at: datetime | None
    catch_up: CatchUp
    jitter_s: int
    owner: str = Field(description="For whom it runs: who added, changed or resumed it last.")
    paused_because: str = Field(description="Who paused it, or why it paused itself; empty where it is not paused.")
    next_at: datetime | None = Field(description="When it is acted on next, jitter included.")
    created_at: datetime
    updated_at: datetime
    last: TickDocument | None = Field(description="The newest tick.")


class NextTimes(BaseModel):
    """When a schedule is acted on next."""

    times: list[datetime] = Field(description="In order, jitter included; none while it is paused.")


def tick_document(view: TickView) -> TickDocument:
    """Return the document of a tick."""
    tick = view.tick
    return TickDocument(
        due=tick.key.due,
        made_at=tick.made_at,
        state=tick.state,
        job_id=tick.job_id,
        job_status=None if view.job is None else view.job.status,
        detail=tick.detail,
        asked_by=tick.asked_by,
        missed=tick.missed,
    )


def schedule_document(view: ScheduleView, *, known: Sequence[Schedulable]) -> ScheduleDocument:
    """Return the document of a schedule; *known*: what schedules can run."""
    schedule = view.schedule
    return ScheduleDocument(
        id=schedule.id,
        name=schedule.name,
        state=schedule.standing,
        run=_in_words(schedule, known),
        task=schedule.task,
        arguments=dict(schedule.arguments),
        when=str(schedule.rhythm),
        **_when(schedule.rhythm),
        catch_up=schedule.catch_up,
        jitter_s=schedule.jitter_s,
        owner=schedule.owner,
        paused_because=schedule.paused_because,
        next_at=schedule.next_start,
        created_at=schedule.created_at,
        updated_at=schedule.updated_at,
        last=None if view.last is None else tick_document(TickView(tick=view.last, job=view.job)),
    )


def _when(rhythm: Rhythm) -> dict[str, Any]:
    cron = (rhythm.expression, rhythm.timezone) if isinstance(rhythm, Cron) else (None, None)
    every = (rhythm.seconds, rhythm.anchor) if isinstance(rhythm, Every) else (None, None)
    at = rhythm.at if isinstance(rhythm, Once) else None
    return {"cron": cron[0], "timezone": cron[1], "every_s": every[0], "anchor": every[1], "at": at}


def _in_words(schedule: Schedule, known: Sequence[Schedulable]) -> str:
    there = [one for one in known if one.task == schedule.task]
    what = there[0] if there else Schedulable(task=schedule.task, meaning="")  # of another version
    return what.words(schedule.arguments)
