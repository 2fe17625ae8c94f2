"""When cron says it is time: days on which clocks are changed, leap days, names, and what is no time at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.cron.wall_times import CronSimWallTimes
from domain.jobs.errors import InvalidInput
from domain.schedules.rhythm import MACROS, Cron, zone_named
from domain.schedules.ticking import next_tick, ticks

TIMES = CronSimWallTimes()
BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


def on(day: str, cron: str, zone: str) -> list[str]:
    """Return the ticks of a day of the zone, in UTC, as hours and minutes."""
    start = datetime.fromisoformat(day).replace(tzinfo=zone_named(zone))
    end = start + timedelta(days=1)  # of the zone's own clocks
    rhythm = Cron(expression=cron, timezone=zone)
    found = ticks(
        rhythm, after=start.astimezone(UTC) - timedelta(seconds=1),
        until=end.astimezone(UTC) - timedelta(seconds=1), times=TIMES,
    )  # fmt: skip
    return [f"{tick:%H:%M}" for tick in found]


@pytest.mark.parametrize(
    ("day", "zone", "cron", "expected"),
    [
        ("2026-03-29", BERLIN, "30 2 * * *", ["01:00"]),  # 02:30 is skipped: when clocks are put forward
        ("2026-03-29", BERLIN, "0,30 2,3 * * *", ["01:00", "01:30"]),
        ("2026-10-25", BERLIN, "30 2 * * *", ["00:30"]),  # comes twice: the first time
        ("2026-10-25", BERLIN, "*/30 2 * * *", ["00:00", "00:30", "01:00", "01:30"]),  # a step: whenever it is shown
        ("2026-03-29", BERLIN, "*/30 2 * * *", []),
        ("2026-03-08", NEW_YORK, "30 2 * * *", ["07:00"]),
        ("2026-11-01", NEW_YORK, "30 1 * * *", ["05:30"]),
        ("2026-10-04", LORD_HOWE, "15 2 * * *", ["15:30"]),
        ("2026-10-04", LORD_HOWE, "45 2 * * *", ["15:45"]),  # only half an hour is skipped
        ("2026-04-05", LORD_HOWE, "45 1 * * *", ["14:45"]),
        ("2026-04-05", LORD_HOWE, "0 */2 * * *",
         ["13:00", "15:30", "17:30", "19:30", "21:30", "23:30", "01:30", "03:30", "05:30", "07:30", "09:30", "11:30"]),
        ("2028-02-29", "UTC", "0 12 29 2 *", ["12:00"]),
        ("2028-02-29", "UTC", "0 12 L * *", ["12:00"]),
        ("2026-06-01", "UTC", "0 12 * * MON#1", ["12:00"]),
        ("2026-06-08", "UTC", "0 12 * * MON#1", []),
        ("2026-06-01", "UTC", "0 12 15 * MON", ["12:00"]),  # either day will do
    ],
)  # fmt: skip
def test_the_days_that_clocks_and_calendars_make_odd(day: str, zone: str, cron: str, expected: list[str]) -> None:
    """Fixed times run once a day, whatever the clocks do; steps go by the time that passes."""
    assert on(day, cron, zone) == expected


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
def test_every_minute_is_every_minute_whatever_the_length_of_the_day(day: str, hours: int) -> None:
    """Nothing stops for an hour, and nothing runs twice in a minute."""
    assert len(on(day, "* * * * *", BERLIN)) == hours * 60
    assert len(on(day, "0 * * * *", BERLIN)) == hours


@pytest.mark.parametrize(
    ("zone", "after", "expected"),
    [
        (BERLIN, "2026-10-25T00:45:00+00:00", "2026-10-25T01:00:00+00:00"),  # 02:45, then 02:00 again
        (BERLIN, "2026-10-25T01:45:00+00:00", "2026-10-25T02:00:00+00:00"),
        (LORD_HOWE, "2026-04-04T14:45:00+00:00", "2026-04-04T15:00:00+00:00"),  # 01:45, then 01:30 again
    ],
)
def test_whoever_asks_in_the_hour_that_comes_twice_is_told_of_its_second_time(
    zone: str, after: str, expected: str
) -> None:
    """A scheduler asks after each tick: what it is not told then, it never is."""
    rhythm = Cron(expression="*/15 * * * *", timezone=zone)

    assert next_tick(rhythm, datetime.fromisoformat(after), times=TIMES) == datetime.fromisoformat(expected)


def test_a_leap_day_is_waited_for_across_the_century_that_has_none() -> None:
    """2100 is no leap year."""
    rhythm = Cron(expression="0 0 29 2 *")

    assert next_tick(rhythm, datetime(2096, 3, 1, tzinfo=UTC), times=TIMES) == datetime(2104, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize("macro", MACROS)
def test_macros_are_written_out(macro: str) -> None:
    """So that what runs is what is shown."""
    assert Cron(expression=f" {macro.upper()} ").expression == MACROS[macro]
    TIMES.check(MACROS[macro])


@pytest.mark.parametrize(
    "fields",
    ["60 * * * *", "* 24 * * *", "0 0 0 * *", "0 0 * 13 *", "0 0 * * 8", "a * * * *", "*/0 * * * *", "5-1 * * * *",
     "0 0 31 2 *", "0 0 30 2 *", "0 0 * * MON#6", "- * * * *", ", * * * *", "0 0 31 4,6 *",
     "\N{ARABIC-INDIC DIGIT ONE} * * * *"],
)  # fmt: skip
def test_fields_that_name_no_time_are_refused(fields: str) -> None:
    """A schedule that never runs, or at another time than was meant, is found out when it is needed."""
    with pytest.raises(InvalidInput, match=r"expected minute|no such time"):
        TIMES.check(fields)


@pytest.mark.parametrize("fields", ["", "* * * *", "* * * * * *", "@reboot", "* " * 150])
def test_anything_but_five_fields_is_refused(fields: str) -> None:
    """Seconds in front, as some crons have them, would shift every field by one."""
    with pytest.raises(InvalidInput, match="expected five"):
        Cron(expression=fields)


@pytest.mark.parametrize(
    ("name", "near"),
    [("Europe/Berln", "Europe/Berlin"), ("Europe", ""), ("", ""), ("../../etc/passwd", ""), ("/etc/localtime", ""),
     ("Europe/Berlin\x00", ""), ("x" * 5000, ""), ("UTC+1", "")],
)  # fmt: skip
def test_a_zone_that_is_none_is_refused_and_the_nearest_is_named(name: str, near: str) -> None:
    """Zones are files to Python; nothing else of the disk is."""
    with pytest.raises(InvalidInput, match="no such time zone") as refused:
        Cron(expression="0 0 * * *", timezone=name)
    assert near in str(refused.value)
    assert len(str(refused.value)) < 400
