"""The schedules of all organizations, as schedulers and metrics see them: ids and times."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import Engine, bindparam, func, select

from adapters.database.connection import connected
from adapters.database.schedule_tables import UNANSWERED, schedule, schedule_tick
from adapters.database.types import UtcTime
from domain.schedules.ports import Punctuality
from domain.schedules.schedule import ScheduleId
from domain.schedules.tick import TickKey
from domain.tenancy import OrganizationId

_now = bindparam("at", type_=UtcTime)
_DUE = (
    select(schedule.c.organization_id, schedule.c.id)
    .where(schedule.c.next_start <= _now)
    .order_by(schedule.c.next_start)
    .limit(bindparam("at_most"))
)
_UNANSWERED = (
    select(schedule_tick.c.organization_id, schedule_tick.c.schedule_id, schedule_tick.c.due)
    .where(UNANSWERED, schedule_tick.c.resend_at <= _now)
    .order_by(schedule_tick.c.resend_at)
    .limit(bindparam("at_most"))
)
_NEXT = select(func.min(schedule.c.next_start, type_=UtcTime()))
_DUE_SINCE = select(func.count(), func.min(schedule.c.next_start, type_=UtcTime())).where(schedule.c.next_start <= _now)
_ACTIVE = select(func.count(schedule.c.next_start))


@frozen
class SqlDueSchedules:
    """`DueSchedules` over a database; reading only."""

    engine: Engine

    def due(self, *, now: datetime, limit: int) -> list[tuple[OrganizationId, ScheduleId]]:
        """Return the schedules whose next tick has come, those that wait longest first."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            rows = connection.execute(_DUE, {"at": now, "at_most": limit}).all()
        return [(OrganizationId(row.organization_id), ScheduleId(row.id)) for row in rows]

    def unanswered(self, *, now: datetime, limit: int) -> list[tuple[OrganizationId, TickKey]]:
        """Return the ticks whose task is to be sent again, those that wait longest first."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            rows = connection.execute(_UNANSWERED, {"at": now, "at_most": limit}).all()
        return [
            (OrganizationId(row.organization_id), TickKey(schedule_id=ScheduleId(row.schedule_id), due=row.due))
            for row in rows
        ]

    def next_start(self) -> datetime | None:
        """Return when the next tick of all comes; None: there is none."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            found: datetime | None = connection.execute(_NEXT).scalar()
        return found

    def punctuality(self, *, now: datetime) -> Punctuality:
        """Return how well ticks are kept."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            active = connection.execute(_ACTIVE).scalar_one()
            due, since = connection.execute(_DUE_SINCE, {"at": now}).one()
        late_s = (now - since).total_seconds() if since else 0.0
        return Punctuality(active=active, due=due, late_s=late_s)
