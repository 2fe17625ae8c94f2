"""Schedules in memory, beside the memory store whose transactions and messages they share."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen

from adapters.memory.journal import Journal
from adapters.memory.organizations import MemoryEntries
from adapters.memory.store import MemoryUnitOfWork
from adapters.memory.units import MemoryUnits, MemoryWork
from domain.jobs.errors import Conflict, NotFound
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.schedules.ports import Punctuality
from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.tick import Tick, TickKey
from domain.tenancy import OrganizationId


@define
class _Rows:
    """What one organization has."""

    schedules: dict[ScheduleId, Schedule] = field(factory=dict)
    ticks: dict[TickKey, Tick] = field(factory=dict)
    entries: dict[AuditEntryId, AuditEntry] = field(factory=dict)


@frozen(kw_only=True)
class MemoryScheduleRows:
    """`ScheduleRows` of one organization."""

    rows: _Rows
    journal: Journal

    def add(self, schedule: Schedule) -> None:
        """Store a new schedule."""
        self._check_name(schedule)
        self.journal.put(self.rows.schedules, schedule.id, schedule)

    def get(self, schedule_id: ScheduleId, *, lock: bool = False) -> Schedule:  # noqa: ARG002  # the whole store is locked
        """Return the schedule."""
        if schedule_id not in self.rows.schedules:
            raise NotFound(
                f"there is no schedule {schedule_id} in this organization; `antiphon schedules list` shows them"
            )
        return self.rows.schedules[schedule_id]

    def take(self, schedule_id: ScheduleId) -> Schedule | None:
        """Return the schedule, if it is still there."""
        return self.rows.schedules.get(schedule_id)

    def put(self, schedule: Schedule) -> None:
        """Store a changed schedule."""
        self.get(schedule.id)
        self._check_name(schedule)
        self.journal.put(self.rows.schedules, schedule.id, schedule)

    def remove(self, schedule_id: ScheduleId) -> None:
        """Forget the schedule and its ticks."""
        self.get(schedule_id)
        for key in [key for key in self.rows.ticks if key.schedule_id == schedule_id]:
            self.journal.drop(self.rows.ticks, key)
        self.journal.drop(self.rows.schedules, schedule_id)

    def all(self) -> list[Schedule]:
        """Return all of them, by name."""
        return sorted(self.rows.schedules.values(), key=lambda schedule: schedule.name)

    def _check_name(self, schedule: Schedule) -> None:
        if any(one.name == schedule.name and one.id != schedule.id for one in self.rows.schedules.values()):
            raise Conflict(
                f"name: a schedule {schedule.name!r} is there already; choose another name, or change that one"
            )


@frozen(kw_only=True)
class MemoryTickRows:
    """`TickRows` of one organization."""

    rows: _Rows
    journal: Journal

    def add(self, tick: Tick) -> bool:
        """Store the tick; return whether it is new."""
        if tick.key in self.rows.ticks:
            return False
        self.journal.put(self.rows.ticks, tick.key, tick)
        return True

    def get(self, key: TickKey, *, lock: bool = False) -> Tick | None:  # noqa: ARG002  # the whole store is locked
        """Return the tick, where there is one."""
        return self.rows.ticks.get(key)

    def put(self, tick: Tick) -> None:
        """Store a changed tick."""
        if tick.key in self.rows.ticks:
            self.journal.put(self.rows.ticks, tick.key, tick)

    def page(self, schedule_id: ScheduleId, *, before: datetime | None, limit: int) -> list[Tick]:
        """Return ticks of the schedule, the newest first, of moments before *before*."""
        ours = [tick for tick in self.rows.ticks.values() if tick.key.schedule_id == schedule_id]
        found = [tick for tick in ours if before is None or tick.key.due < before]
        return sorted(found, key=lambda tick: tick.key.due, reverse=True)[:limit]

    def newest(self) -> dict[ScheduleId, Tick]:
        """Return of each schedule the tick that it knows as its last."""
        last = {one.id: one.last_due for one in self.rows.schedules.values()}
        ticks = self.rows.ticks.values()
        return {tick.key.schedule_id: tick for tick in ticks if last[tick.key.schedule_id] == tick.key.due}

    def forget(self, schedule_id: ScheduleId, *, before: datetime) -> int:
        """Remove the schedule's ticks of moments before that; return how many there were."""
        gone = [key for key in self.rows.ticks if key.schedule_id == schedule_id and key.due < before]
        for key in gone:
            self.journal.drop(self.rows.ticks, key)
        return len(gone)


@frozen(kw_only=True)
class MemoryScheduleWork(MemoryWork):
    """`ScheduleWork` inside a unit of work of the store."""

    schedules: MemoryScheduleRows
    ticks: MemoryTickRows
    entries: MemoryEntries


class MemorySchedules(MemoryUnits[_Rows, MemoryScheduleWork]):
    """`ScheduleStore` and `DueSchedules` that live as long as the process."""

    def _no_rows(self) -> _Rows:
        return _Rows()

    def _work(self, kernel: MemoryUnitOfWork, rows: _Rows) -> MemoryScheduleWork:
        return MemoryScheduleWork(
            schedules=MemoryScheduleRows(rows=rows, journal=kernel.journal),
            ticks=MemoryTickRows(rows=rows, journal=kernel.journal),
            entries=MemoryEntries(entries=rows.entries, journal=kernel.journal),
            kernel=kernel,
        )

    def due(self, *, now: datetime, limit: int) -> list[tuple[OrganizationId, ScheduleId]]:
        """Return the schedules whose next tick has come, those that wait longest first."""
        found = [(start, owner, one.id) for start, owner, one in self._active() if start <= now]
        return [(owner, schedule_id) for _, owner, schedule_id in sorted(found)[:limit]]

    def unanswered(self, *, now: datetime, limit: int) -> list[tuple[OrganizationId, TickKey]]:
        """Return the ticks whose task is to be sent again, those that wait longest first."""
        waiting = [
            (tick.resend_at, owner, tick.key)
            for owner, rows in list(self._rows.items())
            for tick in list(rows.ticks.values())
            if tick.resend_at is not None and tick.resend_at <= now
        ]
        return [(owner, key) for _, owner, key in sorted(waiting, key=lambda one: one[0])[:limit]]

    def next_start(self) -> datetime | None:
        """Return when the next tick of all comes; None: there is none."""
        return min((start for start, _, _ in self._active()), default=None)

    def punctuality(self, *, now: datetime) -> Punctuality:
        """Return how well ticks are kept."""
        active = [start for start, _, _ in self._active()]
        due = [start for start in active if start <= now]
        late_s = (now - min(due)).total_seconds() if due else 0.0
        return Punctuality(active=len(active), due=len(due), late_s=late_s)

    def _active(self) -> list[tuple[datetime, OrganizationId, Schedule]]:
        return [
            (start, owner, one)
            for owner, rows in list(self._rows.items())
            for one in list(rows.schedules.values())
            if (start := one.next_start) is not None
        ]
