"""What schedules need of the world, as Protocols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from attrs import frozen

from domain.jobs.ports import Outbox
from domain.organizations.ports import Entries
from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.tick import Tick, TickKey
from domain.tenancy import OrganizationId, TenantContext


class WallTimes(Protocol):
    """Knows what the five fields of cron mean."""

    def check(self, expression: str) -> None:
        """
        Refuse fields that can't be read, or name no time at all.

        Raises:
            InvalidInput: which, and what is expected.
        """

    def behind(self, expression: str, shown: datetime) -> Iterator[datetime]:
        """Yield, in order, the times without a zone behind *shown* that a checked expression names."""


class ScheduleRows(Protocol):
    """The schedules of one organization."""

    def add(self, schedule: Schedule) -> None:
        """
        Store a new schedule.

        Raises:
            Conflict: another one has the name.
        """

    def get(self, schedule_id: ScheduleId, *, lock: bool = False) -> Schedule:
        """
        Return the schedule; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: no such schedule in this organization.
        """

    def take(self, schedule_id: ScheduleId) -> Schedule | None:
        """Return the schedule, locked; None when it is gone, or somebody else has it locked."""

    def put(self, schedule: Schedule) -> None:
        """
        Store a changed schedule; the caller holds its lock.

        Raises:
            Conflict: another one has the name.
        """

    def remove(self, schedule_id: ScheduleId) -> None:
        """Forget the schedule and its ticks."""

    def all(self) -> list[Schedule]:
        """Return all of them, by name."""


class TickRows(Protocol):
    """The ticks of one organization's schedules."""

    def add(self, tick: Tick) -> bool:
        """Store the tick, and return True; False when this schedule has one of that moment already."""

    def get(self, key: TickKey, *, lock: bool = False) -> Tick | None:
        """Return the tick, where there is one; with *lock*, nobody else locks it until this unit of work ends."""

    def put(self, tick: Tick) -> None:
        """Store a changed tick; the caller holds its lock."""

    def page(self, schedule_id: ScheduleId, *, before: datetime | None, limit: int) -> list[Tick]:
        """Return ticks of the schedule, the newest first, of moments before *before*."""

    def newest(self) -> dict[ScheduleId, Tick]:
        """Return of each schedule the tick that it knows as its last."""

    def forget(self, schedule_id: ScheduleId, *, before: datetime) -> int:
        """Remove the schedule's ticks of moments before that; return how many there were."""


class ScheduleWork(Protocol):
    """One transaction for one tenant: all of it becomes visible at `commit`, or nothing."""

    @property
    def schedules(self) -> ScheduleRows:
        """The organization's schedules."""

    @property
    def ticks(self) -> TickRows:
        """Their ticks."""

    @property
    def outbox(self) -> Outbox:
        """The organization's messages."""

    @property
    def entries(self) -> Entries:
        """The organization's audit log."""

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class ScheduleStore(Protocol):
    """Where schedules live."""

    def begin(self, tenant: TenantContext) -> AbstractContextManager[ScheduleWork]:
        """
        Begin a unit of work for the tenant.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """

    def view(self, tenant: TenantContext) -> AbstractContextManager[ScheduleWork]:
        """Begin a read-only unit of work, which waits for no writer."""


@frozen(kw_only=True)
class Punctuality:
    """How many schedules there are that run by themselves, how many of them are due, and by how much the latest is."""

    active: int
    due: int
    late_s: float


class DueSchedules(Protocol):
    """What concerns the schedules of all organizations at once: ids and times only."""

    def due(self, *, now: datetime, limit: int) -> Sequence[tuple[OrganizationId, ScheduleId]]:
        """Return the schedules whose next tick has come, those that wait longest first."""

    def unanswered(self, *, now: datetime, limit: int) -> Sequence[tuple[OrganizationId, TickKey]]:
        """Return the ticks whose task is to be sent again, those that wait longest first."""

    def next_start(self) -> datetime | None:
        """Return when the next tick of all comes; None: there is none."""

    def punctuality(self, *, now: datetime) -> Punctuality:
        """Return how well ticks are kept."""
