"""Schedules and ticks of one organization, as rows, and the units of work around them."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import BindParameter, Engine, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.exc import IntegrityError

from adapters.database.schedule_rows import (
    new_tick_values,
    schedule_from,
    schedule_values,
    tick_from,
    tick_values,
)
from adapters.database.schedule_tables import schedule as _schedule
from adapters.database.schedule_tables import schedule_tick as _tick
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name, UtcTime
from adapters.database.units import SqlUnits, SqlWork
from domain.jobs.errors import Conflict, NotFound
from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.tick import Tick, TickKey


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=Name)


_due = bindparam("of_due", type_=UtcTime)
_this = and_(of_organization(_schedule), _schedule.c.id == _of("id"))
_ADD = insert(_schedule)
_GET = select(_schedule).where(_this)
_LOCK = _GET.with_for_update()
_TAKE = _GET.with_for_update(skip_locked=True)
_PUT = update(_schedule).where(_this)
_REMOVE = delete(_schedule).where(_this)
_ALL = select(_schedule).where(of_organization(_schedule)).order_by(_schedule.c.name)

_of_schedule = and_(of_organization(_tick), _tick.c.schedule_id == _of("schedule"))
_this_tick = and_(_of_schedule, _tick.c.due == _due)
_ADD_TICK = insert_or_leave(_tick).on_conflict_do_nothing()
_TICK = select(_tick).where(_this_tick)
_LOCK_TICK = _TICK.with_for_update()
_PUT_TICK = update(_tick).where(_this_tick)
_PAGE = select(_tick).where(_of_schedule).order_by(_tick.c.due.desc()).limit(bindparam("at_most"))
_PAGE_BEFORE = _PAGE.where(_tick.c.due < _due)
_FORGET = delete(_tick).where(_of_schedule, _tick.c.due < _due)
_NEWEST = (
    select(_tick)
    .join(
        _schedule,
        and_(
            _schedule.c.organization_id == _tick.c.organization_id,
            _schedule.c.id == _tick.c.schedule_id,
            _schedule.c.last_due == _tick.c.due,
        ),
    )
    .where(of_organization(_tick))
)


@frozen(kw_only=True)
class SqlScheduleRows:
    """`ScheduleRows` in the transaction of *scope*."""

    scope: Scope

    def add(self, schedule: Schedule) -> None:
        """Store a new schedule."""
        try:
            self.scope.insert(_ADD, {"id": schedule.id, **schedule_values(schedule)})
        except IntegrityError as error:
            raise taken(schedule) from error

    def get(self, schedule_id: ScheduleId, *, lock: bool = False) -> Schedule:
        """Return the schedule."""
        row = self.scope.execute(_LOCK if lock else _GET, of_id=schedule_id).one_or_none()
        if row is None:
            raise unknown(schedule_id)
        return schedule_from(row)

    def take(self, schedule_id: ScheduleId) -> Schedule | None:
        """Return the schedule, locked; None when it is gone, or somebody else has it locked."""
        row = self.scope.execute(_TAKE, of_id=schedule_id).one_or_none()
        return None if row is None else schedule_from(row)

    def put(self, schedule: Schedule) -> None:
        """Store a changed schedule."""
        try:
            changed = self.scope.execute(_PUT, of_id=schedule.id, **schedule_values(schedule)).rowcount
        except IntegrityError as error:
            raise taken(schedule) from error
        if not changed:
            raise unknown(schedule.id)

    def remove(self, schedule_id: ScheduleId) -> None:
        """Forget the schedule and its ticks."""
        if not self.scope.execute(_REMOVE, of_id=schedule_id).rowcount:
            raise unknown(schedule_id)

    def all(self) -> list[Schedule]:
        """Return all of them, by name."""
        return [schedule_from(row) for row in self.scope.execute(_ALL)]


@frozen(kw_only=True)
class SqlTickRows:
    """`TickRows` in the transaction of *scope*."""

    scope: Scope

    def add(self, tick: Tick) -> bool:
        """Store the tick; return whether it is new."""
        return bool(self.scope.insert(_ADD_TICK, new_tick_values(tick)).rowcount)

    def get(self, key: TickKey, *, lock: bool = False) -> Tick | None:
        """Return the tick, where there is one."""
        statement = _LOCK_TICK if lock else _TICK
        row = self.scope.execute(statement, of_schedule=key.schedule_id, of_due=key.due).one_or_none()
        return None if row is None else tick_from(row)

    def put(self, tick: Tick) -> None:
        """Store a changed tick."""
        key = tick.key
        self.scope.execute(_PUT_TICK, of_schedule=key.schedule_id, of_due=key.due, **tick_values(tick))

    def page(self, schedule_id: ScheduleId, *, before: datetime | None, limit: int) -> list[Tick]:
        """Return ticks of the schedule, the newest first, of moments before *before*."""
        if before is None:
            rows = self.scope.execute(_PAGE, of_schedule=schedule_id, at_most=limit)
        else:
            rows = self.scope.execute(_PAGE_BEFORE, of_schedule=schedule_id, at_most=limit, of_due=before)
        return [tick_from(row) for row in rows]

    def newest(self) -> dict[ScheduleId, Tick]:
        """Return of each schedule the tick that it knows as its last."""
        return {tick.key.schedule_id: tick for tick in map(tick_from, self.scope.execute(_NEWEST))}

    def forget(self, schedule_id: ScheduleId, *, before: datetime) -> int:
        """Remove the schedule's ticks of moments before that; return how many there were."""
        return int(self.scope.execute(_FORGET, of_schedule=schedule_id, of_due=before).rowcount)


@frozen(kw_only=True)
class SqlScheduleWork(SqlWork):
    """`ScheduleWork`: one transaction for one organization."""

    @property
    def schedules(self) -> SqlScheduleRows:
        """The organization's schedules."""
        return SqlScheduleRows(scope=self.scope)

    @property
    def ticks(self) -> SqlTickRows:
        """Their ticks."""
        return SqlTickRows(scope=self.scope)


@frozen
class SqlScheduleStore(SqlUnits[SqlScheduleWork]):
    """`ScheduleStore` over a database."""

    engine: Engine

    def _work(self, scope: Scope) -> SqlScheduleWork:
        return SqlScheduleWork(scope=scope)


def unknown(schedule_id: ScheduleId) -> NotFound:
    """Return what is said of a schedule that is not there."""
    return NotFound(f"there is no schedule {schedule_id} in this organization; `antiphon schedules list` shows them")


def taken(schedule: Schedule) -> Conflict:
    """Return what is said of a name that another schedule has."""
    return Conflict(f"name: a schedule {schedule.name!r} is there already; choose another name, or change that one")
