"""What schedulers do: each tick once, whatever the clock, the number of schedulers, and the length of an outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from domain.jobs.errors import ServiceUnavailable
from domain.organizations.organization import Role
from domain.schedules.rhythm import Cron
from domain.schedules.schedule import Standing
from domain.schedules.scheduling import KEPT, LONGEST_SLEEP_S
from tests.unit.timetable import HOUR, MINUTE, NOON, RUN, US, Timetable, dues, wanted

DAY = timedelta(days=1)


def test_a_tick_sends_its_task_when_it_is_due_and_not_before() -> None:
    """With an id that is made of the schedule and the moment, for the one who made the schedule."""
    table = Timetable()
    made = table.schedules.add(US, wanted())

    assert table.pass_to(NOON + HOUR - timedelta(seconds=1)) == 0
    assert table.pass_to(NOON + HOUR) == 1
    assert table.pass_to(NOON + HOUR + MINUTE) == 0

    [command] = table.sent()
    assert (command.task, command.arguments, command.user_id) == ("system.say", {"text": "hello"}, US.user_id)
    assert command.task_id == f"schedule-{made.id}-20260601T130000Z"
    schedule = table.schedule(made.id)
    assert (schedule.last_due, schedule.next_due) == (NOON + HOUR, NOON + 2 * HOUR)


def test_two_schedulers_that_look_at_once_make_one_tick() -> None:
    """Both saw that it was due before either had acted."""
    table = Timetable()
    made = table.schedules.add(US, wanted())
    table.set_clock(NOON + HOUR)
    first, second = table.scheduler(), table.scheduler()
    seen = table.rows.due(now=table.clock.now(), limit=9)
    saw: Any = _Seen(table.rows, seen)
    for_second = attrs.evolve(second, installation=saw)

    assert first.run_once() + for_second.run_once() == 1
    assert dues(table.ticks(made.id)) == [NOON + HOUR]


def test_a_tick_that_is_there_already_is_not_sent_again() -> None:
    """The unique key holds also where a schedule's row was set back, by a backup that was restored."""
    table = Timetable()
    made = table.schedules.add(US, wanted())
    table.pass_to(NOON + HOUR)
    with table.rows.begin(US) as work:
        work.schedules.put(made)
        work.commit()

    assert table.pass_to(NOON + HOUR + MINUTE) == 0
    assert len(table.sent()) == 1
    assert table.schedule(made.id).next_due == NOON + 2 * HOUR


def test_a_clock_that_jumps_back_repeats_no_tick() -> None:
    """And the ticks after it come at their time."""
    table = Timetable()
    made = table.schedules.add(US, wanted())
    table.pass_to(NOON + HOUR)

    assert table.pass_to(NOON) == 0
    assert table.pass_to(NOON + HOUR) == 0
    assert table.pass_to(NOON + 2 * HOUR) == 1
    assert dues(table.ticks(made.id)) == [NOON + HOUR, NOON + 2 * HOUR]


def test_resuming_mends_a_schedule_whose_clock_was_wrong() -> None:
    """A clock that once said 2035 has set the next tick far away."""
    table = Timetable()
    made = table.schedules.add(US, wanted())
    table.pass_to(NOON + 3650 * DAY)
    table.set_clock(NOON + MINUTE)

    table.schedules.resume(US, made.id)

    assert table.pass_to(NOON + HOUR) == 1


def test_jitter_is_the_same_for_every_scheduler_and_another_for_every_tick() -> None:
    """A hundred schedules at midnight must not start in one second; two schedulers must agree when each does."""
    table = Timetable()
    made = [table.schedules.add(US, wanted(f"s{no}", jitter_s=600)) for no in range(30)]
    starts = [one.start_of(NOON + HOUR) for one in made]

    assert len(set(starts)) > 20
    assert all(NOON + HOUR <= start <= NOON + HOUR + 10 * MINUTE for start in starts)
    assert len({made[0].start_of(NOON + no * HOUR) - no * HOUR for no in range(30)}) > 20
    assert starts == [table.schedule(one.id).start_of(NOON + HOUR) for one in made]
    assert table.pass_to(NOON + HOUR + 10 * MINUTE) == 30
    assert {due for one in made for due in dues(table.ticks(one.id))} == {NOON + HOUR}


def test_a_jittered_tick_waits_for_its_own_moment() -> None:
    """And counts as that of its nominal time."""
    table = Timetable()
    made = table.schedules.add(US, wanted(jitter_s=1800))
    start = made.start_of(NOON + HOUR)
    assert start > NOON + HOUR

    assert table.pass_to(start - timedelta(seconds=1)) == 0
    assert table.pass_to(start) == 1


def test_one_run_at_a_time_is_asked_for_where_the_task_runs_alone() -> None:
    """A run that takes two hours, each hour, would pile up."""
    table = Timetable()
    made = table.schedules.add(US, wanted(task=RUN, arguments={"name": "n"}))
    own = table.schedules.add(US, wanted("own", task=RUN, arguments={"name": "n", "subject": "mine"}))

    table.pass_to(NOON + HOUR)

    subjects = {command.task_id[9:45]: command.arguments["subject"] for command in table.sent()}
    assert subjects == {made.id: f"schedule:{made.id}", own.id: "mine"}


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_a_schedule_whose_owner_may_not_start_work_pauses_itself(role: Role | None) -> None:
    """It would otherwise go on with rights that were taken away; and it says so, where people look."""
    table = Timetable()
    eve = table.member("eve@localhost", Role.MEMBER)
    made = table.schedules.add(eve, wanted())
    if role:
        table.members.add(US, "eve@localhost", role=role)
    else:
        table.members.remove(US, "eve@localhost")

    assert table.pass_to(NOON + HOUR) == 0

    schedule = table.schedule(made.id)
    assert schedule.standing is Standing.PAUSED
    assert "its owner" in schedule.paused_because
    assert table.sent() == []
    with table.rows.view(US) as work:
        newest = work.entries.page(before=None, limit=1)[0]
    assert (newest.action, newest.user_id, newest.details) == (
        "schedule.paused", "system", {"reason": schedule.paused_because},
    )  # fmt: skip
    table.schedules.resume(US, made.id)
    assert table.pass_to(NOON + 2 * HOUR) == 1
    assert [command.user_id for command in table.sent()] == [US.user_id]


def test_one_schedule_in_trouble_does_not_hold_up_the_others() -> None:
    """Its error is told in the log, each round."""
    table = Timetable()
    bad, good = (table.schedules.add(US, wanted(name)) for name in ("bad", "good"))
    broken: Any = _Broken()
    with table.rows.begin(US) as work:
        work.schedules.put(attrs.evolve(bad, rhythm=broken))
        work.commit()

    with pytest.raises(AttributeError):
        table.pass_to(NOON + HOUR)

    assert dues(table.ticks(good.id)) == [NOON + HOUR]


def test_old_ticks_are_forgotten() -> None:
    """A schedule of a minute makes half a million a year."""
    table = Timetable()
    made = table.schedules.add(US, wanted(rhythm=Cron(expression="0 0 * * *")))
    for no in range(1, 100):
        table.pass_to(NOON + no * DAY)

    kept = dues(table.ticks(made.id))

    assert kept[0] >= NOON + 99 * DAY - KEPT
    assert len(kept) == KEPT.days


def test_a_scheduler_sleeps_until_the_next_tick_but_not_long() -> None:
    """Somebody may add a schedule meanwhile, in another process."""
    table = Timetable()
    assert table.scheduler().round() == LONGEST_SLEEP_S
    table.schedules.add(US, wanted())
    assert table.scheduler().round() == LONGEST_SLEEP_S
    table.set_clock(NOON + HOUR - timedelta(seconds=2))
    assert table.scheduler().round() == 2.0


def test_a_store_that_is_away_makes_no_ticks_and_loses_none() -> None:
    """The next round has them."""
    table = Timetable()
    table.schedules.add(US, wanted())
    table.set_clock(NOON + HOUR)

    away: Any = _Away()
    with pytest.raises(ServiceUnavailable):
        attrs.evolve(table.scheduler(), store=away).run_once()
    assert table.scheduler().run_once() == 1


def test_ticks_go_on_over_a_night_of_changed_clocks() -> None:
    """The scheduler's own walk over it, minute by minute: 02:30 is skipped by the clocks in March, and shown twice in
    October."""
    for day, at in (
        (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ):
        table = Timetable(start=day - HOUR)
        made = table.schedules.add(US, wanted(rhythm=Cron(expression="30 2 * * *", timezone="Europe/Berlin")))
        for no in range(6 * 60):
            table.pass_to(day + no * MINUTE)
        assert dues(table.ticks(made.id)) == [at]


class _Seen:
    """What was due when another scheduler looked at the same time."""

    def __init__(self, rows: object, seen: object) -> None:
        self.rows, self.seen = rows, seen

    def due(self, **_: object) -> object:
        """Return what was seen then."""
        return self.seen

    def __getattr__(self, name: str) -> object:
        return getattr(self.rows, name)


class _Broken:
    """A rhythm that can't be read."""


class _Away:
    """A store that can't be reached."""

    def begin(self, _tenant: object) -> object:
        """Refuse."""
        raise ServiceUnavailable("away")
