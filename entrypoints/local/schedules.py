"""The schedules of an organization, looked after beside its database."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.service import Schedules, TickView
from domain.tenancy import TenantContext
from entrypoints.api.documents.schedules import (
    NewSchedule,
    NextTimes,
    ScheduleChange,
    ScheduleDocument,
    TickDocument,
    schedule_document,
    tick_document,
)
from entrypoints.schedule_words import changed_schedule, new_schedule


@frozen(kw_only=True)
class LocalSchedules:
    """`Schedules` of this machine's database; the API's routes are made of it as well."""

    service: Schedules
    tenant: TenantContext

    def all(self) -> list[ScheduleDocument]:
        return [schedule_document(view, known=self.service.known) for view in self.service.all(self.tenant)]

    def get(self, schedule_id: str) -> ScheduleDocument:
        found = self.service.get(self.tenant, ScheduleId(schedule_id))
        return schedule_document(found, known=self.service.known)

    def add(self, words: NewSchedule) -> ScheduleDocument:
        wanted = new_schedule(words, known=self.service.known, now=self.service.clock.now())
        reason = f"by {self.tenant.user_id}" if words.paused else ""
        return self._shown(self.service.add(self.tenant, wanted, paused_because=reason))

    def change(self, schedule_id: str, words: ScheduleChange) -> ScheduleDocument:
        before = self.service.get(self.tenant, ScheduleId(schedule_id)).schedule
        wanted = changed_schedule(words, before, known=self.service.known, now=self.service.clock.now())
        return self._shown(self.service.change(self.tenant, before.id, wanted))

    def remove(self, schedule_id: str) -> None:
        self.service.remove(self.tenant, ScheduleId(schedule_id))

    def pause(self, schedule_id: str) -> ScheduleDocument:
        return self._shown(self.service.pause(self.tenant, ScheduleId(schedule_id)))

    def resume(self, schedule_id: str) -> ScheduleDocument:
        return self._shown(self.service.resume(self.tenant, ScheduleId(schedule_id)))

    def run_now(self, schedule_id: str) -> TickDocument:
        return tick_document(TickView(tick=self.service.run_now(self.tenant, ScheduleId(schedule_id))))

    def ticks(self, schedule_id: str, *, limit: int, before: datetime | None = None) -> list[TickDocument]:
        found = self.service.ticks(self.tenant, ScheduleId(schedule_id), before=before, limit=limit)
        return [tick_document(view) for view in found]

    def next(self, schedule_id: str, *, count: int) -> NextTimes:
        schedule = self.service.get(self.tenant, ScheduleId(schedule_id)).schedule
        return NextTimes(times=self.service.next(schedule, count=count))

    def _shown(self, schedule: Schedule) -> ScheduleDocument:
        return self.get(schedule.id)
