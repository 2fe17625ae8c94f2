"""What is asked for of a schedule, in the API's words, as the domain's values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.jobs.errors import InvalidInput
from domain.schedules.rhythm import Cron, Every, Once, Rhythm
from domain.schedules.schedulable import Schedulable, schedulable, understood
from domain.schedules.schedule import CatchUp, Schedule
from domain.schedules.wanted import Wanted
from entrypoints.api.documents.schedules import NewSchedule, ScheduleChange

RHYTHMS = ("cron", "every_s", "at")


def new_schedule(words: NewSchedule, *, known: Sequence[Schedulable], now: datetime) -> Wanted:
    """
    Return the schedule that is asked for.

    Raises:
        InvalidInput: what runs, or when, is said not at all, twice, or in a way that can't be.
    """
    task = _task(words, known=known)
    if task is None:
        raise InvalidInput("run: nothing said; give `run` or `task`", problems=("run: nothing said",))
    words = _as_usual(words, schedulable(task[0], known=known))
    rhythm = _rhythm(words, None, now=now)
    if rhythm is None:
        raise InvalidInput(f"when: nothing said; give one of {', '.join(RHYTHMS)}", problems=("when: nothing said",))
    return Wanted(
        name=words.name,
        rhythm=rhythm,
        task=task[0],
        arguments=task[1],
        catch_up=words.catch_up or CatchUp.ONE,
        jitter_s=words.jitter_s or 0,
    )


def changed_schedule(words: ScheduleChange, before: Schedule, *, known: Sequence[Schedulable], now: datetime) -> Wanted:
    """
    Return the schedule as it is to be; what is not said stays.

    Raises:
        InvalidInput: as for `new_schedule`.
    """
    task, arguments = _task(words, known=known, before=before) or (before.task, dict(before.arguments))
    return Wanted(
        name=before.name if words.name is None else words.name,
        rhythm=_rhythm(words, before.rhythm, now=now) or before.rhythm,
        task=task,
        arguments=arguments,
        catch_up=words.catch_up or before.catch_up,
        jitter_s=before.jitter_s if words.jitter_s is None else words.jitter_s,
    )


def _as_usual(words: NewSchedule, what: Schedulable) -> NewSchedule:
    """Return the words with what is usual for this task, where nobody says when it is to run."""
    if not what.usual_cron or any(getattr(words, name) is not None for name in RHYTHMS):
        return words
    jitter_s = what.usual_jitter_s if words.jitter_s is None else words.jitter_s
    return words.model_copy(update={"cron": what.usual_cron, "jitter_s": jitter_s})


def _task(
    words: ScheduleChange, *, known: Sequence[Schedulable], before: Schedule | None = None
) -> tuple[str, dict[str, str]] | None:
    if words.run is not None and (words.task is not None or words.arguments is not None):
        raise InvalidInput("run: said beside `task` and `arguments`; give one or the other")
    if words.run is not None:
        return understood(words.run, known=known)
    if words.task is not None:
        return words.task, words.arguments or {}
    if words.arguments is None:
        return None
    if before is None:
        raise InvalidInput("task: nothing said that could take the arguments")
    return before.task, words.arguments


def _rhythm(words: ScheduleChange, before: Rhythm | None, *, now: datetime) -> Rhythm | None:
    said = [name for name in RHYTHMS if getattr(words, name) is not None]
    if len(said) > 1:
        raise InvalidInput(f"when: {' and '.join(said)} are both said; give one of {', '.join(RHYTHMS)}")
    if words.at is not None:
        rhythm: Rhythm | None = Once(at=words.at)
    elif words.every_s is not None or (words.anchor is not None and isinstance(before, Every)):
        rhythm = _every(words, before, now=now)
    elif words.cron is not None or (words.timezone is not None and isinstance(before, Cron)):
        rhythm = _cron(words, before)
    else:
        rhythm = None
    _check_fitting(words, rhythm)
    return rhythm


def _every(words: ScheduleChange, before: Rhythm | None, *, now: datetime) -> Every:
    known = before if isinstance(before, Every) else None
    anchor = words.anchor or (known.anchor if known else now.replace(microsecond=0))
    seconds = words.every_s if words.every_s is not None else (known.seconds if known else 0)
    return Every(seconds=seconds, anchor=anchor)


def _cron(words: ScheduleChange, before: Rhythm | None) -> Cron:
    known = before if isinstance(before, Cron) else None
    expression = words.cron if words.cron is not None else (known.expression if known else "")
    return Cron(expression=expression, timezone=words.timezone or (known.timezone if known else "UTC"))


def _check_fitting(words: ScheduleChange, rhythm: Rhythm | None) -> None:
    if words.timezone is not None and not isinstance(rhythm, Cron):
        raise InvalidInput("timezone: it is for `cron`; `every_s` and `at` are moments that no zone moves")
    if words.anchor is not None and not isinstance(rhythm, Every):
        raise InvalidInput("anchor: it is for `every_s`")
