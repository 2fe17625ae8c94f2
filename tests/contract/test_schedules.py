"""Contract of schedules and ticks as rows: memory, SQLite, Postgres."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from domain.jobs.errors import Conflict, NotFound
from domain.jobs.events import RunTask
from domain.jobs.job import JobId
from domain.schedules.rhythm import Cron, Once
from domain.schedules.schedule import CatchUp, ScheduleId
from domain.schedules.tick import Tick, TickKey, TickState
from domain.tenancy import UserId
from tests.contract.building import NOW, THEM, US, after
from tests.contract.conftest import POSTGRES, SQLITE
from tests.contract.schedule_building import DUE, HOURLY, Place, a_schedule, a_tick, added, place_of

HOUR = timedelta(hours=1)


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def place(request: pytest.FixtureRequest) -> Place:
    """Every place where schedules live, empty."""
    return place_of(request)


@pytest.mark.parametrize(
    "rhythm", [HOURLY, Cron(expression="*/5 3 * * MON", timezone="Europe/Berlin"), Once(at=DUE)], ids=str
)
def test_a_schedule_is_kept_with_all_it_says(place: Place, rhythm: Cron | Once) -> None:
    """What is lost here runs at another time, or does something else."""
    full = attrs.evolve(
        a_schedule(1, rhythm=rhythm),
        arguments={"text": "ä", "n": "1"},
        catch_up=CatchUp.ALL,
        jitter_s=30,
        last_due=DUE - HOUR,
        updated_at=after(3),
    )
    paused = attrs.evolve(a_schedule(2, rhythm=rhythm, next_due=None), paused_because="by ada")
    added(place, full, paused)

    with place.store.view(US) as work:
        assert work.schedules.all() == [full, paused]
        assert work.schedules.get(full.id) == full
        with pytest.raises(NotFound, match="no schedule"):
            work.schedules.get(ScheduleId("none"))


def test_a_name_is_given_once_in_an_organization(place: Place) -> None:
    """Commands name schedules by it."""
    first, second, theirs = a_schedule(1), a_schedule(2), a_schedule(3, tenant=THEM)
    added(place, first, second, attrs.evolve(theirs, name=first.name))

    with place.store.begin(US) as work, pytest.raises(Conflict, match="'schedule-1' is there already"):
        work.schedules.add(attrs.evolve(a_schedule(4), name=first.name))
    with place.store.begin(US) as work, pytest.raises(Conflict, match="'schedule-1' is there already"):
        work.schedules.put(attrs.evolve(second, name=first.name))


def test_a_changed_schedule_is_stored_in_place_and_a_removed_one_is_not(place: Place) -> None:
    """Somebody may have removed it while its tick was made."""
    schedule = a_schedule()
    added(place, schedule)
    changed = attrs.evolve(schedule, name="renamed", next_due=DUE + HOUR, last_due=DUE)
    with place.store.begin(US) as work:
        assert work.schedules.get(schedule.id, lock=True) == schedule
        work.schedules.put(changed)
        work.commit()

    with place.store.begin(US) as work:
        assert work.schedules.take(schedule.id) == changed
        work.schedules.remove(schedule.id)
        assert work.schedules.take(schedule.id) is None
        with pytest.raises(NotFound):
            work.schedules.put(changed)


def test_there_is_one_tick_for_a_schedule_and_a_moment(place: Place) -> None:
    """The whole promise that two schedulers start one job."""
    first, second = a_schedule(1), a_schedule(2)
    added(place, first, second)

    with place.store.begin(US) as work:
        assert work.ticks.add(a_tick(first)) is True
        assert work.ticks.add(a_tick(second)) is True
        assert work.ticks.add(attrs.evolve(a_tick(first), detail="another")) is False
        work.commit()
    with place.store.begin(US) as work:
        assert work.ticks.add(a_tick(first)) is False
        assert work.ticks.get(a_tick(first).key) == a_tick(first)


def test_a_tick_is_kept_with_all_it_says(place: Place) -> None:
    """It is what people look at the morning after."""
    schedule = a_schedule()
    added(place, schedule)
    tick = attrs.evolve(a_tick(schedule), asked_by=UserId("ada"), missed=3)
    answered = attrs.evolve(tick, state=TickState.STARTED, job_id=JobId("job-1"), detail="why", sends=2, resend_at=None)
    with place.store.begin(US) as work:
        work.ticks.add(tick)
        assert work.ticks.get(tick.key, lock=True) == tick
        work.ticks.put(answered)
        work.commit()

    with place.store.view(US) as work:
        assert work.ticks.get(tick.key) == answered
        assert work.ticks.get(TickKey(schedule_id=schedule.id, due=DUE + HOUR)) is None


def test_ticks_are_paged_newest_first_and_forgotten_oldest_first(place: Place) -> None:
    """A schedule of ten seconds makes eight thousand a day."""
    schedule, other = a_schedule(1), a_schedule(2)
    added(place, schedule, other)
    ticks = [a_tick(schedule, due=DUE + no * HOUR) for no in range(5)]
    with place.store.begin(US) as work:
        for tick in (*ticks, a_tick(other)):
            work.ticks.add(tick)
        work.commit()

    with place.store.begin(US) as work:
        assert work.ticks.page(schedule.id, before=None, limit=2) == [ticks[4], ticks[3]]
        assert work.ticks.page(schedule.id, before=ticks[3].key.due, limit=9) == [ticks[2], ticks[1], ticks[0]]
        assert work.ticks.forget(schedule.id, before=ticks[2].key.due) == 2
        assert work.ticks.page(schedule.id, before=None, limit=9) == [ticks[4], ticks[3], ticks[2]]
        assert work.ticks.page(other.id, before=None, limit=9) == [a_tick(other)]


def test_the_newest_tick_is_the_one_the_schedule_knows(place: Place) -> None:
    """A list of a hundred schedules shows a hundred ticks, out of a hundred thousand."""
    schedule, other, fresh = attrs.evolve(a_schedule(1), last_due=DUE), a_schedule(2), a_schedule(3)
    added(place, schedule, attrs.evolve(other, last_due=DUE + HOUR), fresh)
    with place.store.begin(US) as work:
        for tick in (a_tick(schedule, due=DUE - HOUR), a_tick(schedule), a_tick(other, due=DUE + HOUR)):
            work.ticks.add(tick)
        work.commit()

    with place.store.view(US) as work:
        assert work.ticks.newest() == {schedule.id: a_tick(schedule), other.id: a_tick(other, due=DUE + HOUR)}


def test_ticks_go_with_their_schedule(place: Place) -> None:
    """And a task that is still on its way then finds none."""
    schedule = a_schedule()
    added(place, schedule)
    with place.store.begin(US) as work:
        work.ticks.add(a_tick(schedule))
        work.schedules.remove(schedule.id)
        work.commit()

    with place.store.view(US) as work:
        assert work.ticks.get(a_tick(schedule).key) is None
    assert place.installation.unanswered(now=DUE + HOUR, limit=9) == []


def test_without_a_commit_there_is_no_tick_no_command_and_no_entry(place: Place) -> None:
    """A scheduler that is killed between two of them must have done none."""
    schedule = a_schedule()
    added(place, schedule)

    with place.store.begin(US) as work:
        work.ticks.add(a_tick(schedule))
        work.outbox.add(a_command(a_tick(schedule)), now=NOW)
        work.schedules.put(attrs.evolve(schedule, next_due=DUE + HOUR))

    with place.store.view(US) as work:
        assert work.ticks.get(a_tick(schedule).key) is None
        assert work.schedules.get(schedule.id) == schedule
        with pytest.raises(RuntimeError, match="read-only"):
            work.commit()
    assert place.kernel.take_messages(now=after(9), hold_until=after(99), limit=9) == []


def test_the_command_of_a_tick_is_the_relays_and_no_single_jobs(place: Place) -> None:
    """A process that drives one job, and is its own broker, must leave it alone."""
    schedule = a_schedule()
    added(place, schedule)
    command = a_command(a_tick(schedule))
    with place.store.begin(US) as work:
        work.outbox.add(command, now=NOW)
        work.commit()

    assert place.kernel.take_messages(now=after(9), hold_until=after(9), limit=9, job_id=JobId("j")) == []
    assert place.kernel.take_facts(now=after(9), hold_until=after(9), limit=9) == []
    [envelope] = place.kernel.take_messages(now=after(9), hold_until=after(99), limit=9)
    assert (envelope.message, envelope.organization_id) == (command, US.organization_id)


def test_schedulers_see_what_is_due_in_every_organization(place: Place) -> None:
    """Those that wait longest first, and no more than asked for."""
    late, later, theirs = a_schedule(1), a_schedule(2, next_due=DUE + HOUR), a_schedule(3, tenant=THEM)
    paused = attrs.evolve(a_schedule(4, next_due=None), paused_because="by ada")
    added(place, late, later, attrs.evolve(theirs, next_due=DUE - HOUR), paused)

    asked = place.installation
    assert asked.due(now=DUE - 2 * HOUR, limit=9) == []
    assert asked.due(now=DUE, limit=9) == [(THEM.organization_id, theirs.id), (US.organization_id, late.id)]
    assert asked.due(now=DUE + HOUR, limit=1) == [(THEM.organization_id, theirs.id)]
    assert asked.next_start() == DUE - HOUR
    found = asked.punctuality(now=DUE + timedelta(seconds=5))
    assert (found.active, found.due, found.late_s) == (3, 2, 3605.0)
    assert asked.punctuality(now=DUE - 2 * HOUR).late_s == 0.0


def test_nothing_is_due_where_there_is_nothing(place: Place) -> None:
    """The loop of every worker asks this every few seconds."""
    assert place.installation.next_start() is None
    assert place.installation.punctuality(now=DUE).active == 0


def test_jitter_counts_for_when_a_schedule_is_due(place: Place) -> None:
    """Otherwise all of them would start at midnight after all."""
    schedule = attrs.evolve(a_schedule(), jitter_s=600)
    added(place, schedule)
    start = schedule.next_start

    assert start is not None
    assert start > DUE
    assert place.installation.due(now=start - timedelta(seconds=1), limit=9) == []
    assert place.installation.due(now=start, limit=9) == [(US.organization_id, schedule.id)]
    assert place.installation.next_start() == start


def test_schedulers_see_ticks_that_nobody_answered(place: Place) -> None:
    """Their messages died with a broker."""
    schedule, theirs = a_schedule(1), a_schedule(2, tenant=THEM)
    added(place, schedule, theirs)
    for one, ticks in ((schedule, [a_tick(schedule), a_tick(schedule, due=DUE + HOUR)]), (theirs, [a_tick(theirs)])):
        with place.store.begin(attrs.evolve(US, organization_id=one.organization_id)) as work:
            for no, tick in enumerate(ticks):
                work.ticks.add(attrs.evolve(tick, resend_at=None) if no else tick)
            work.commit()

    assert place.installation.unanswered(now=DUE, limit=9) == []
    found = place.installation.unanswered(now=DUE + timedelta(seconds=60), limit=9)
    assert sorted(found, key=lambda one: one[0]) == [
        (US.organization_id, a_tick(schedule).key),
        (THEM.organization_id, a_tick(theirs).key),
    ]
    assert len(place.installation.unanswered(now=DUE + timedelta(seconds=60), limit=1)) == 1


def a_command(tick: Tick) -> RunTask:
    """Return the command to send a tick's task."""
    return RunTask(task="system.echo", task_id=tick.key.task_id, arguments={"text": "hi"}, user_id=UserId("ada"))
