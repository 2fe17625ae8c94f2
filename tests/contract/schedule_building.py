"""What the suites about schedules build on: schedules, ticks, places of every kind, and two organizations' rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from attrs import frozen
from sqlalchemy import Engine

from adapters.database.due_schedules import SqlDueSchedules
from adapters.database.schedules import SqlScheduleStore
from adapters.database.store import SqlStore
from adapters.memory.schedules import MemorySchedules
from adapters.memory.store import MemoryStore
from domain.jobs.events import RunTask
from domain.schedules.ports import DueSchedules, ScheduleStore, ScheduleWork
from domain.schedules.rhythm import Every, Rhythm
from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.tick import Tick, TickKey
from domain.tenancy import TenantContext, UserId
from tests.contract.building import NOW, US, KernelStore

DUE = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
HOURLY = Every(seconds=3600, anchor=DUE)


@frozen(kw_only=True)
class Place:
    """Where schedules live: as organizations see it, as schedulers do, and as the relay does."""

    store: ScheduleStore
    installation: DueSchedules
    kernel: KernelStore


def place_of(request: pytest.FixtureRequest) -> Place:
    """Return the place that the parameter names, empty."""
    if request.param == "memory":
        kernel = MemoryStore()
        schedules = MemorySchedules(kernel)
        return Place(store=schedules, installation=schedules, kernel=kernel)
    engine = request.getfixturevalue(f"{request.param}_engine")
    return Place(store=SqlScheduleStore(engine), installation=SqlDueSchedules(engine), kernel=SqlStore(engine))


def a_schedule(
    no: int = 1, *, tenant: TenantContext = US, rhythm: Rhythm = HOURLY, next_due: datetime | None = DUE
) -> Schedule:
    """Return a schedule as it was added."""
    return Schedule(
        id=ScheduleId(f"0000000{no}-0000-4000-8000-0000000000{no:02d}"),
        organization_id=tenant.organization_id,
        name=f"schedule-{no}",
        owner=tenant.user_id,
        rhythm=rhythm,
        task="system.echo",
        arguments={"text": "hello"},
        created_at=NOW,
        updated_at=NOW,
        next_due=next_due,
    )


def a_tick(schedule: Schedule, *, due: datetime = DUE) -> Tick:
    """Return a tick of it as a scheduler records it."""
    return Tick(
        key=TickKey(schedule_id=schedule.id, due=due),
        made_at=due + timedelta(seconds=1),
        resend_at=due + timedelta(seconds=60),
    )


def added(place: Place, *schedules: Schedule) -> None:
    """Store schedules, each in its own organization."""
    for schedule in schedules:
        with place.store.begin(tenant_of(schedule)) as work:
            work.schedules.add(schedule)
            work.commit()


def tenant_of(schedule: Schedule) -> TenantContext:
    """Return somebody who acts in the schedule's organization."""
    return attrs.evolve(US, organization_id=schedule.organization_id)


def fill_schedules(engine: Engine, tenant: TenantContext, no: int, *, mark: str, word: str) -> ScheduleId:
    """Store something in both tables, for isolation's suites: a schedule called *word*, and its tick."""
    schedule = attrs.evolve(
        a_schedule(no, tenant=tenant), name=word, owner=UserId(mark), arguments={"text": mark}, last_due=DUE
    )
    with SqlScheduleStore(engine).begin(tenant) as work:
        work.schedules.add(schedule)
        work.ticks.add(attrs.evolve(a_tick(schedule), detail=mark))
        work.commit()
    return schedule.id


Move = Callable[[ScheduleWork, ScheduleId], object]


def schedule_moves(engine: Engine) -> dict[str, Callable[[TenantContext, ScheduleId], object]]:
    """Return everything that can be asked of schedules, or told to change, by an id."""

    def asked(move: Move) -> Callable[[TenantContext, ScheduleId], object]:
        def ask(tenant: TenantContext, schedule_id: ScheduleId) -> object:
            with SqlScheduleStore(engine).begin(tenant) as work:
                answer = move(work, schedule_id)
                work.commit()
            return answer

        return ask

    def key(schedule_id: ScheduleId) -> TickKey:
        return TickKey(schedule_id=schedule_id, due=DUE)

    moves: dict[str, Move] = {
        "schedule": lambda w, s: (w.schedules.get(s), w.ticks.newest()),
        "schedule, locked": lambda w, s: w.schedules.get(s, lock=True),
        "schedule, taken": lambda w, s: w.schedules.take(s),
        "schedules": lambda w, _: w.schedules.all(),
        "change a schedule": lambda w, s: w.schedules.put(attrs.evolve(a_schedule(9), id=s, name="tried")),
        "tick": lambda w, s: (w.ticks.get(key(s)), w.ticks.get(key(s), lock=True)),
        "ticks": lambda w, s: w.ticks.page(s, before=None, limit=100),
        "change a tick": lambda w, s: w.ticks.put(attrs.evolve(a_tick(a_schedule(9)), key=key(s), detail="tried")),
        "add a tick": lambda w, s: w.ticks.add(
            attrs.evolve(a_tick(a_schedule(9)), key=TickKey(schedule_id=s, due=DUE + timedelta(hours=1)))
        ),
        "send a task": lambda w, s: w.outbox.add(
            RunTask(task="t", task_id=s, arguments={}, user_id=UserId("u")), now=NOW
        ),
        "forget ticks": lambda w, s: w.ticks.forget(s, before=DUE + timedelta(days=1)),
        "remove a schedule": lambda w, s: w.schedules.remove(s),
    }
    return {name: asked(move) for name, move in moves.items()}
