"""What people do with schedules: each change counts from now, is theirs from then on, and stands in the audit log."""

from __future__ import annotations

import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.organization import Role
from domain.schedules.rhythm import Cron, Every, Once
from domain.schedules.schedule import CatchUp, Standing
from domain.schedules.tick import TickState
from tests.unit.timetable import HOUR, MINUTE, NOON, RUN, US, Timetable, dues, wanted


def test_a_new_schedule_runs_from_its_first_tick_after_now() -> None:
    """Not at once, though its last tick was an hour ago."""
    table = Timetable(start=NOON + MINUTE)
    made = table.schedules.add(US, wanted())

    assert (made.next_due, made.standing, made.owner) == (NOON + HOUR, Standing.ACTIVE, US.user_id)
    assert table.scheduler().run_once() == 0


def test_a_changed_rhythm_counts_from_now() -> None:
    """Its ticks of this morning are not caught up with."""
    table = Timetable()
    made = table.schedules.add(US, wanted(catch_up=CatchUp.ALL))
    table.set_clock(NOON + HOUR + MINUTE)

    changed = table.schedules.change(US, made.id, wanted(rhythm=Every(seconds=60, anchor=NOON), catch_up=CatchUp.ALL))

    assert changed.next_due == NOON + HOUR + 2 * MINUTE
    assert table.scheduler().run_once() == 0
    assert table.pass_to(NOON + HOUR + 2 * MINUTE) == 1


def test_a_change_of_anything_else_leaves_the_next_tick_where_it_is() -> None:
    """Also one that is due this very moment: renaming a schedule must not cost its run."""
    table = Timetable()
    made = table.schedules.add(US, wanted())
    table.set_clock(NOON + HOUR)

    assert table.schedules.change(US, made.id, wanted("renamed")).next_due == NOON + HOUR
    assert table.scheduler().run_once() == 1


def test_what_has_passed_may_be_changed_but_not_made() -> None:
    """A schedule that ran once, last year, may get another name; a new one of last year would never run."""
    table = Timetable()
    once = Once(at=NOON + HOUR)
    made = table.schedules.add(US, wanted(rhythm=once))
    table.pass_to(NOON + 2 * HOUR)

    assert table.schedules.change(US, made.id, wanted("renamed", once)).standing is Standing.ENDED
    with pytest.raises(InvalidInput, match="has passed"):
        table.schedules.add(US, wanted("second", once))
    with pytest.raises(InvalidInput, match="has passed"):
        table.schedules.change(US, made.id, wanted("renamed", Once(at=NOON)))


def test_pausing_keeps_ticks_from_being_made_and_resuming_does_not_make_up_for_them() -> None:
    """A week of nights at once is not what somebody who resumes it wants."""
    table = Timetable()
    made = table.schedules.add(US, wanted(catch_up=CatchUp.ALL))
    paused = table.schedules.pause(US, made.id)
    assert (paused.standing, paused.next_due, table.schedules.next(paused, count=3)) == (Standing.PAUSED, None, [])
    assert table.schedules.pause(US, made.id) == paused
    assert table.pass_to(NOON + 50 * HOUR) == 0

    table.schedules.resume(US, made.id)

    assert table.scheduler().run_once() == 0
    assert table.pass_to(NOON + 51 * HOUR) == 1


def test_whoever_changes_or_resumes_a_schedule_owns_it() -> None:
    """It runs for who last said what it does: nobody gets another to start what they thought of."""
    table = Timetable()
    bob = table.member("bob@localhost", Role.MEMBER)
    made = table.schedules.add(US, wanted())

    assert table.schedules.change(bob, made.id, wanted(arguments={"text": "bob was here"})).owner == bob.user_id
    assert table.schedules.pause(US, made.id).owner == bob.user_id
    assert table.schedules.resume(US, made.id).owner == US.user_id


def test_running_it_now_acts_for_who_asks_and_leaves_the_rhythm_alone() -> None:
    """Also while it is paused."""
    table = Timetable()
    bob = table.member("bob@localhost", Role.MEMBER)
    made = table.schedules.add(US, wanted())
    table.set_clock(NOON + MINUTE)

    tick = table.schedules.run_now(bob, made.id)

    assert (tick.key.due, tick.asked_by) == (NOON + MINUTE, bob.user_id)
    assert [(command.user_id, command.task_id) for command in table.sent()] == [(bob.user_id, tick.key.task_id)]
    with pytest.raises(Conflict, match="this very second"):
        table.schedules.run_now(US, made.id)
    assert table.schedule(made.id).next_due == NOON + HOUR
    assert [table.pass_to(NOON + MINUTE), table.pass_to(NOON + HOUR)] == [0, 1]
    table.schedules.pause(US, made.id)
    table.set_clock(NOON + HOUR + MINUTE)
    assert table.schedules.run_now(US, made.id).state is TickState.WAITING
    assert dues(table.ticks(made.id)) == [NOON + MINUTE, NOON + HOUR, NOON + HOUR + MINUTE]


def test_a_run_by_hand_that_nobody_answers_for_is_sent_again_too() -> None:
    """Its broker may forget it as well."""
    table = Timetable(has_workers=False)
    made = table.schedules.add(US, wanted())
    table.schedules.run_now(US, made.id)

    assert table.pass_to(NOON + 2 * MINUTE) == 1
    assert len({command.task_id for command in table.sent()}) == 1


def test_next_times_include_the_jitter_and_are_bounded() -> None:
    """They are when something happens."""
    table = Timetable()
    made = table.schedules.add(US, wanted(jitter_s=600))

    assert table.schedules.next(made, count=3) == [made.start_of(NOON + no * HOUR) for no in (1, 2, 3)]
    for count in (0, 101):
        with pytest.raises(InvalidInput, match="expected 1 to 100"):
            table.schedules.next(made, count=count)


@pytest.mark.parametrize(
    ("jitter_s", "rhythm"),
    [
        (60, Cron(expression="* * * * *")),
        (30 * 60, Cron(expression="0,30 3 * * *")),
        (11, Every(seconds=11, anchor=NOON)),
        (3601, Cron(expression="0 3 * * *")),
    ],
    ids=str,
)
def test_a_jitter_that_reaches_the_next_tick_is_refused(jitter_s: int, rhythm: Cron | Every) -> None:
    """Ticks would overtake each other."""
    with pytest.raises(InvalidInput, match="jitter"):
        Timetable().schedules.add(US, wanted(rhythm=rhythm, jitter_s=jitter_s))


def test_what_a_schedule_names_is_looked_at_when_it_is_made_and_changed() -> None:
    """Not in the night."""
    table = Timetable()
    with pytest.raises(NotFound, match="'gone'"):
        table.schedules.add(US, wanted(task=RUN, arguments={"name": "gone"}))
    made = table.schedules.add(US, wanted(task=RUN, arguments={"name": "there"}))
    with pytest.raises(NotFound, match="'gone'"):
        table.schedules.change(US, made.id, wanted(task=RUN, arguments={"name": "gone"}))
    assert table.schedule(made.id).arguments == {"name": "there"}


def test_an_organization_has_a_bounded_number_of_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are read to make a list."""
    monkeypatch.setattr("domain.schedules.service.MOST_SCHEDULES", 2)
    table = Timetable()
    for name in ("a", "b"):
        table.schedules.add(US, wanted(name))

    with pytest.raises(Conflict, match="remove one first"):
        table.schedules.add(US, wanted("c"))
