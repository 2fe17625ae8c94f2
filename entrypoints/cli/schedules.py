"""`antiphon schedules`: what runs by itself, when, and what became of it."""

from __future__ import annotations

import shlex
from datetime import datetime

import click

from domain.jobs.errors import InvalidInput
from entrypoints.api.documents.schedules import NewSchedule, ScheduleChange, ScheduleDocument, TickDocument
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time, worded
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.schedule_options import schedule_options
from entrypoints.places.place import Place

_SCHEDULE = click.argument("schedule")


@click.group()
def schedules() -> None:
    """
    Have commands run by themselves: by cron, every so often, or once.

    Schedules live in the database, and run wherever a worker runs: `antiphon worker` with a broker, or `antiphon api`
    on a single machine. Each tick starts its job once, however many workers there are. A schedule is named by its name,
    or the beginning of its id.

    \b
    antiphon schedules add --name nightly --cron "0 3 * * *" --timezone Europe/Berlin --run configs run nightly
    antiphon schedules list
    """


@schedules.command()
@click.option("--name", required=True, help="What to call it: letters, digits, dots, dashes, underscores.")
@schedule_options
@click.option("--paused", is_flag=True, help="Let it wait until `schedules resume`.")
@at_place
@JSON
def add(*, place: Place, paused: bool, as_json: bool, **said: object) -> None:
    """
    Have COMMAND run by itself, from its next time on.

    COMMAND is what schedules can run, in the words of the command line (`configs run NAME`), or any task by its name:
    `task system.echo text=hello`. What it names must be there; a configuration's newest version runs each time.

    \b
    antiphon schedules add --name nightly --cron "0 3 * * MON-FRI" --timezone Europe/Berlin --run configs run nightly
    antiphon schedules add --name smoke --every 15m --jitter 60s --run configs run smoke
    antiphon schedules add --name once --at 2027-01-01T06:00:00+01:00 --run configs run release
    """
    added = place.schedules.add(worded(NewSchedule, **_said(said), paused=paused))
    if as_json:
        print_document(added)
        return
    say(f"added     {added.name}: {added.run}, {_when(added)}")
    _hint_at_workers()


@schedules.command("list")
@at_place
@JSON
def list_schedules(*, place: Place, as_json: bool) -> None:
    """List the schedules: when each runs next, and what became of its last time."""
    found = list(place.schedules.all())
    if as_json:
        print_documents("schedules", found)
    elif not found:
        say("no schedules yet; `antiphon schedules add --help` shows how to make one")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("name", "state", "when", "next (UTC)", "last (UTC)", "what became of it", "runs"), map(_row, found))


@schedules.command("show")
@_SCHEDULE
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many past times.")
@at_place
@JSON
def show_schedule(*, place: Place, schedule: str, limit: int, as_json: bool) -> None:
    """Show a schedule, and what became of its last times, newest first."""
    found = _found(place, schedule)
    ticks = list(place.schedules.ticks(found.id, limit=limit))
    if as_json:
        print_json({**found.model_dump(mode="json"), "ticks": [tick.model_dump(mode="json") for tick in ticks]})
        return
    for name, value in found.model_dump(mode="json", exclude={"last", "arguments"}).items():
        if value not in (None, "", 0):
            show(f"{name:<15} {value}")
    for tick in ticks:
        show(f"{tick.due:%Y-%m-%d %H:%M:%S} UTC  {_outcome(tick)}")


@schedules.command()
@_SCHEDULE
@click.option("--name", help="What to call it from now on.")
@schedule_options
@at_place
@JSON
def change(*, place: Place, schedule: str, as_json: bool, **said: object) -> None:
    """
    Change SCHEDULE, also while it runs; what is not named stays.

    From now on it runs for you. New times count from now: those before are not caught up with.
    """
    words = worded(ScheduleChange, **_said(said))
    if not words.model_fields_set:
        raise InvalidInput("nothing to change; name what is to be different, such as --cron '0 4 * * *'")
    _tell(place.schedules.change(_found(place, schedule).id, words), as_json=as_json, what="changed")


@schedules.command()
@_SCHEDULE
@at_place
@JSON
def pause(*, place: Place, schedule: str, as_json: bool) -> None:
    """Let SCHEDULE wait; jobs that it started go on."""
    _tell(place.schedules.pause(_found(place, schedule).id), as_json=as_json, what="paused")


@schedules.command()
@_SCHEDULE
@at_place
@JSON
def resume(*, place: Place, schedule: str, as_json: bool) -> None:
    """Let SCHEDULE run again, for you, from its next time on; what it missed is not caught up with."""
    _tell(place.schedules.resume(_found(place, schedule).id), as_json=as_json, what="resumed")


@schedules.command("run-now")
@_SCHEDULE
@at_place
@JSON
def run_now(*, place: Place, schedule: str, as_json: bool) -> None:
    """Have a worker run SCHEDULE now, paused or not; `schedules show` says what becomes of it."""
    found = _found(place, schedule)
    tick = place.schedules.run_now(found.id)
    if as_json:
        print_document(tick)
        return
    say(f"handed in {found.name}: {found.run}; `antiphon schedules show {found.name}` says what becomes of it")
    _hint_at_workers()


@schedules.command("next")
@_SCHEDULE
@click.option("-n", "count", type=click.IntRange(1, 100), default=5, show_default=True, help="How many times.")
@at_place
@JSON
def next_times(*, place: Place, schedule: str, count: int, as_json: bool) -> None:
    """Say when SCHEDULE runs next, in UTC and by its own clock."""
    found = _found(place, schedule)
    times = place.schedules.next(found.id, count=count)
    if as_json:
        print_document(times)
        return
    if not times.times:
        say(f"{found.name} is {found.state}; it runs at no time")
    for moment in times.times:
        show(f"{moment:%Y-%m-%d %H:%M:%S} UTC{_there(moment, found)}")


@schedules.command()
@_SCHEDULE
@at_place
@JSON
def remove(*, place: Place, schedule: str, as_json: bool) -> None:
    """Forget SCHEDULE with its past times; jobs that it started stay as they are."""
    found = _found(place, schedule)
    place.schedules.remove(found.id)
    if as_json:
        print_json({"id": found.id, "name": found.name, "removed": True})
    else:
        say(f"removed   {found.name}")


def _found(place: Place, words: str) -> ScheduleDocument:
    """Return the schedule that *words* name: its name, or the beginning of its id."""
    there = list(place.schedules.all())
    found = [one for one in there if one.name == words] or [one for one in there if one.id.startswith(words)]
    if len(found) != 1:
        what = f"{len(found)} ids begin so; give the name" if found else "no such schedule"
        raise InvalidInput(f"schedule {words!r}: {what}; `antiphon schedules list` shows those there are")
    return found[0]


def _said(options: dict[str, object]) -> dict[str, object]:
    """
    Return the options in the API's words.

    Raises:
        InvalidInput: words without --run, or --run without any.
    """
    words = options.pop("words")
    asked = options.pop("run")
    assert isinstance(words, tuple)
    if bool(words) is not bool(asked):
        raise InvalidInput("--run goes before the command that is to run, such as --run configs run nightly")
    if words:
        options["run"] = shlex.split(words[0]) if len(words) == 1 else list(words)
    for name in ("every_s", "jitter_s"):
        length = options[name]
        options[name] = int(length) if isinstance(length, float) else None
    return options


def _tell(changed: ScheduleDocument, *, as_json: bool, what: str) -> None:
    if as_json:
        print_document(changed)
    else:
        say(f"{what:<9} {changed.name}: {changed.run}, {_when(changed)}")


def _when(schedule: ScheduleDocument) -> str:
    if schedule.paused_because:
        return f"{schedule.when}; paused {schedule.paused_because}"
    return f"{schedule.when}; next {shown_time(schedule.next_at, otherwise='never')} UTC"


def _row(schedule: ScheduleDocument) -> tuple[str, ...]:
    last = schedule.last
    return (
        schedule.name,
        schedule.state,
        schedule.when,
        shown_time(schedule.next_at, otherwise=""),
        shown_time(last.due if last else None, otherwise="never"),
        schedule.paused_because or (_outcome(last) if last else ""),
        schedule.run,
    )


def _outcome(tick: TickDocument) -> str:
    said = f"job {tick.job_id} {tick.job_status or 'is not there any more'}" if tick.job_id else tick.state.value
    missed = f" ({tick.missed}{'+' if tick.missed >= 1000 else ''} missed before)" if tick.missed else ""
    return f"{said}{f': {tick.detail}' if tick.detail else ''}{missed}"


def _there(moment: datetime, schedule: ScheduleDocument) -> str:
    if schedule.timezone in (None, "UTC"):
        return ""
    from zoneinfo import ZoneInfo

    return f"   {moment.astimezone(ZoneInfo(schedule.timezone or 'UTC')):%a %Y-%m-%d %H:%M:%S %Z}"


def _hint_at_workers() -> None:
    """Say what runs schedules, where nothing may."""
    from entrypoints.settings import read_settings

    settings = read_settings()
    if settings.is_embedded and not settings.server:
        say("schedules of this machine run while `antiphon api` does")
