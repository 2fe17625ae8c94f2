"""Ticks that nobody was there for: schedulers that were down, and messages that died with a broker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.schedules.rhythm import Every, Once
from domain.schedules.schedule import CatchUp, Standing
from domain.schedules.scheduling import MOST_SENDS
from domain.schedules.tick import TickState
from tests.unit.timetable import HOUR, MINUTE, NOON, US, Timetable, dues, wanted

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("catch_up", "run", "missed"), [(CatchUp.SKIP, 0, 24), (CatchUp.ONE, 1, 23), (CatchUp.ALL, 24, 0)]
)
def test_a_day_without_a_scheduler_obeys_the_catch_up_rule(catch_up: CatchUp, run: int, missed: int) -> None:
    """And says how many ticks nobody was there for."""
    table = Timetable()
    made = table.schedules.add(US, wanted(catch_up=catch_up))

    assert table.pass_to(NOON + DAY + 6 * MINUTE) == run

    ticks = table.ticks(made.id)
    ran = [tick for tick in ticks if tick.state is TickState.RAN]
    assert dues(ran) == [NOON + no * HOUR for no in range(25 - run, 25)]
    assert sum(tick.missed for tick in ticks) + sum(tick.state is TickState.MISSED for tick in ticks) == missed
    assert table.schedule(made.id).next_due == NOON + DAY + HOUR
    assert table.pass_to(NOON + DAY + HOUR) == 1


def test_a_tick_that_is_a_little_late_is_no_missed_one() -> None:
    """A worker that restarts takes some seconds."""
    table = Timetable()
    made = table.schedules.add(US, wanted(catch_up=CatchUp.SKIP))

    assert table.pass_to(NOON + HOUR + 4 * MINUTE) == 1
    assert [tick.missed for tick in table.ticks(made.id)] == [0]


def test_catching_up_with_all_is_bounded() -> None:
    """A schedule of ten seconds that was down for a year has three million ticks, and nobody wants them."""
    table = Timetable()
    made = table.schedules.add(US, wanted(rhythm=Every(seconds=10, anchor=NOON), catch_up=CatchUp.ALL))

    assert table.pass_to(NOON + 365 * DAY) == 100

    ticks = table.ticks(made.id)
    assert dues(ticks)[-1] == NOON + 365 * DAY
    assert [tick.missed for tick in ticks] == [1000, *[0] * 99]


def test_what_runs_once_runs_once() -> None:
    """Also when its moment passed while nobody was there."""
    table = Timetable()
    made = table.schedules.add(US, wanted(rhythm=Once(at=NOON + HOUR)))

    assert table.pass_to(NOON + 5 * HOUR) == 1
    assert table.schedule(made.id).standing is Standing.ENDED
    assert table.pass_to(NOON + 9 * HOUR) == 0


def test_a_task_that_nobody_answers_for_is_sent_again_and_given_up_in_the_end() -> None:
    """Its message died with a broker. The id stays the same, so that a message that was only slow does no harm."""
    table = Timetable(has_workers=False)
    made = table.schedules.add(US, wanted(rhythm=Once(at=NOON + HOUR)))
    table.pass_to(NOON + HOUR)

    assert table.pass_to(NOON + HOUR + timedelta(seconds=59)) == 0
    for no in range(12 * 60):
        table.pass_to(NOON + HOUR + no * MINUTE)

    sent = table.sent()
    assert len(sent) == MOST_SENDS
    assert len({command.task_id for command in sent}) == 1
    [tick] = table.ticks(made.id)
    assert (tick.state, tick.resend_at) == (TickState.LOST, None)
    assert "no worker has answered" in tick.detail
