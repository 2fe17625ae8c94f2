"""When schedules run, whatever is asked and in whatever pieces: rules that every rhythm keeps in every time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adapters.cron.wall_times import CronSimWallTimes
from domain.schedules.rhythm import Cron, Every, Once, Rhythm
from domain.schedules.ticking import newest_ticks, next_tick, ticks, ticks_after

TIMES = CronSimWallTimes()
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo")
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)),
    "America/Sao_Paulo": (datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2019, 2, 17, 2, tzinfo=UTC)),
}
"""When clocks are changed: in Berlin and New York by an hour, at Lord Howe by half, in Sao Paulo at midnight."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def near(moment: datetime) -> st.SearchStrategy[datetime]:
    """Moments of whole seconds within a day and a half of it, half of them within two hours."""
    seconds = st.integers(-7200, 7200) | st.integers(-130_000, 130_000)
    return seconds.map(lambda seconds: moment + timedelta(seconds=seconds))


@st.composite
def crons(draw: st.DrawFn) -> Cron:
    """Cron expressions of every sort, most of them with ticks each day."""
    minute = draw(st.sampled_from(["*", "0", "30", "*/5", "*/7", "15,45", "1-20/3", "0-59", "59"]))
    hour = draw(st.sampled_from(["*", "2", "1-3", "*/2", "*/3", "0", "23", "0,1,2", "0-23"]))
    day = draw(st.sampled_from(["*", "*", "*", "*/2", "29", "1,15", "L"]))
    month = draw(st.sampled_from(["*", "*", "*", "2-11"]))
    weekday = draw(st.sampled_from(["*", "*", "*", "MON-FRI", "SUN", "7"]))
    return Cron(expression=f"{minute} {hour} {day} {month} {weekday}", timezone=draw(st.sampled_from(ZONES)))


@st.composite
def rhythms(draw: st.DrawFn) -> tuple[Rhythm, datetime]:
    """A rhythm, and a moment worth asking it about: near a change of clocks, where its zone has any."""
    cron = draw(crons())
    start = draw(st.sampled_from(CHANGES.get(cron.timezone, (datetime(2028, 2, 29, tzinfo=UTC),))))
    moment = draw(near(start))
    kind = draw(st.sampled_from(["cron", "cron", "cron", "every", "once"]))
    if kind == "every":
        return Every(seconds=draw(st.integers(10, 20_000)), anchor=draw(near(moment))), moment
    return (Once(at=draw(near(moment))), moment) if kind == "once" else (cron, moment)


def between(rhythm: Rhythm, after: datetime, until: datetime) -> list[datetime]:
    """Return the ticks of the interval."""
    return list(ticks(rhythm, after=after, until=until, times=TIMES))


@given(rhythms())
def test_ticks_rise_and_lie_in_the_interval(case: tuple[Rhythm, datetime]) -> None:
    """A tick that comes twice is a job that runs twice; one outside is a job nobody asked for."""
    rhythm, after = case

    found = between(rhythm, after, after + 2 * DAY)

    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(after < tick <= after + 2 * DAY for tick in found)
    assert all(tick.tzinfo is UTC and not tick.microsecond for tick in found)


@given(rhythms())
def test_no_tick_lies_between_two_that_follow_each_other(case: tuple[Rhythm, datetime]) -> None:
    """A schedule keeps only its next tick; what it would skip so, nobody would ever run."""
    rhythm, after = case

    for earlier, later in pairwise(islice(between(rhythm, after, after + 2 * DAY), 40)):
        assert next_tick(rhythm, earlier, times=TIMES) == later
        assert next_tick(rhythm, later - timedelta(seconds=1), times=TIMES) == later


@given(rhythms(), st.lists(st.integers(1, 2 * 86_400), max_size=6))
def test_an_interval_cut_into_pieces_has_the_same_ticks(case: tuple[Rhythm, datetime], cuts: list[int]) -> None:
    """However often, and however late, a scheduler looks: each tick comes in exactly one of its looks."""
    rhythm, after = case
    looks = sorted({after, after + 2 * DAY, *(after + timedelta(seconds=cut) for cut in cuts)})

    pieces = [tick for start, end in pairwise(looks) for tick in between(rhythm, start, end)]

    assert pieces == between(rhythm, after, after + 2 * DAY)


@given(rhythms(), st.integers(1, 30), st.integers(60, 2 * 86_400))
def test_the_newest_ticks_are_the_end_of_all_ticks(case: tuple[Rhythm, datetime], most: int, seconds: int) -> None:
    """Catching up looks back from now in steps; a step too few would leave ticks out."""
    rhythm, after = case
    until = after + timedelta(seconds=seconds)

    found = newest_ticks(rhythm, after=after, until=until, most=most, times=TIMES)

    assert list(found) == between(rhythm, after, until)[-most:]


@given(crons(), st.data())
def test_steps_run_whenever_the_clock_shows_them(cron: Cron, data: st.DataObject) -> None:
    """Every minute means every minute, also in the hour that comes twice: held to asking each minute by itself."""
    changes = CHANGES.get(cron.timezone, (datetime(2028, 2, 29, tzinfo=UTC),))
    after = data.draw(st.sampled_from(changes).flatmap(near))
    if cron.is_at_fixed_times:
        return
    minutes = [after.replace(second=0) + timedelta(minutes=no) for no in range(6 * 60)]

    expected = [one for one in minutes if after < one and _shows(cron, one)]

    assert between(cron, after, minutes[-1]) == expected


@given(crons(), st.integers(0, 1))
def test_fixed_times_run_once_each(cron: Cron, which: int) -> None:
    """A nightly job at half past two runs in the night that has no such time, and once in the one that has two."""
    changed = CHANGES.get(cron.timezone, (datetime(2028, 2, 29, tzinfo=UTC),) * 2)[which]
    after, until = changed - DAY, changed + DAY
    if not cron.is_at_fixed_times:
        return
    shown_from, shown_to = (one.astimezone(cron.zone).replace(tzinfo=None) for one in (after, until))

    named = [one for one in islice(TIMES.behind(cron.expression, shown_from), 3000) if one <= shown_to]
    found = between(cron, after, until)

    skipped = [one for one in named if not _is_shown(one, cron.zone)]
    assert len(found) == len({_as_run(one, cron.zone, changed) for one in named})
    assert all(changed in found for _ in skipped)


def _shows(cron: Cron, moment: datetime) -> bool:
    """Whether clocks in the cron's zone show one of its times."""
    shown = moment.astimezone(cron.zone).replace(tzinfo=None, fold=0)
    return next(TIMES.behind(cron.expression, shown - timedelta(seconds=1)), None) == shown


def _is_shown(shown: datetime, zone: ZoneInfo) -> bool:
    there = shown.replace(tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == shown


def _as_run(shown: datetime, zone: ZoneInfo, changed: datetime) -> datetime:
    return shown.replace(tzinfo=zone).astimezone(UTC) if _is_shown(shown, zone) else changed


def test_a_rhythm_of_ten_seconds_that_was_down_for_years_is_asked_in_no_time() -> None:
    """It has millions of missed ticks; the scheduler must not count them one by one while others wait."""
    rhythm = Every(seconds=10, anchor=datetime(2020, 1, 1, tzinfo=UTC))
    now = datetime(2026, 1, 1, tzinfo=UTC)

    found = newest_ticks(rhythm, after=rhythm.anchor, until=now, most=2, times=TIMES)

    assert found == (now - timedelta(seconds=10), now)
    assert next(ticks_after(rhythm, now, times=TIMES)) == now + timedelta(seconds=10)
