"""What people do with schedules: add, look, change, pause, resume, run now, remove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

import attrs
from attrs import frozen

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.jobs.job import Job
from domain.jobs.ports import Clock, Doorbell, IdSource, Store
from domain.organizations.audit_log import AuditLog
from domain.schedules.ports import ScheduleStore, ScheduleWork, WallTimes
from domain.schedules.schedulable import Check, Schedulable, schedulable
from domain.schedules.schedule import Schedule, ScheduleId, checked_name
from domain.schedules.scheduling import command_of
from domain.schedules.tick import Tick, TickKey
from domain.schedules.ticking import next_tick, ticks_after
from domain.schedules.wanted import Wanted, check_is_ahead, check_rhythm
from domain.tenancy import TenantContext

MOST_SCHEDULES = 500
MOST_NEXT = 100


@frozen(kw_only=True)
class ScheduleView:
    """A schedule, its newest tick, and the job that this started, as far as they are there."""

    schedule: Schedule
    last: Tick | None = None
    job: Job | None = None


@frozen(kw_only=True)
class TickView:
    """A tick, and the job that it started, as far as that is there (still)."""

    tick: Tick
    job: Job | None = None


@frozen(kw_only=True)
class Schedules:
    """
    The schedules of organizations, for their members.

    A schedule runs for who last said what it does: who added, changed or resumed it. *checks*: what looks, by the
    task's name, whether the things exist that arguments name.
    """

    store: ScheduleStore
    jobs: Store
    clock: Clock
    ids: IdSource
    times: WallTimes
    audit: AuditLog
    doorbell: Doorbell
    known: Sequence[Schedulable]
    checks: Mapping[str, Check]
    resend_after_s: float = 60.0

    def add(self, tenant: TenantContext, wanted: Wanted, *, paused_because: str = "") -> Schedule:
        """
        Store a schedule; it runs from its first tick after now on, unless it is to be paused at first.

        Raises:
            InvalidInput: a name, rhythm, task or argument that can't be.
            NotFound: an argument names something that is not there.
            Conflict: another schedule has the name, or there are too many.
        """
        now = self.clock.now()
        self._check(tenant, wanted)
        check_is_ahead(wanted.rhythm, now=now, times=self.times)
        schedule = Schedule(
            id=ScheduleId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            owner=tenant.user_id,
            created_at=now,
            updated_at=now,
            paused_because=paused_because,
            next_due=None if paused_because else next_tick(wanted.rhythm, now, times=self.times),
            **attrs.asdict(wanted, recurse=False),
        )
        with self.store.begin(tenant) as work:
            if len(work.schedules.all()) >= MOST_SCHEDULES:
                raise Conflict(
                    f"the organization has {MOST_SCHEDULES} schedules, the most there may be; remove one first"
                )
            work.schedules.add(schedule)
            self._note(work, tenant, "schedule.added", schedule)
            work.commit()
        return schedule

    def all(self, tenant: TenantContext) -> list[ScheduleView]:
        """Return the organization's schedules, by name, each with its newest tick."""
        with self.store.view(tenant) as work:
            found, newest = work.schedules.all(), work.ticks.newest()
        jobs = self._jobs(tenant, newest.values())
        return [_view(schedule, newest.get(schedule.id), jobs) for schedule in found]

    def get(self, tenant: TenantContext, schedule_id: ScheduleId) -> ScheduleView:
        """
        Return a schedule.

        Raises:
            NotFound: there is none of this id in the organization.
        """
        with self.store.view(tenant) as work:
            schedule = work.schedules.get(schedule_id)
            due = schedule.last_due
            last = None if due is None else work.ticks.get(TickKey(schedule_id=schedule_id, due=due))
        return _view(schedule, last, self._jobs(tenant, [last] if last else []))

    def change(self, tenant: TenantContext, schedule_id: ScheduleId, wanted: Wanted) -> Schedule:
        """
        Make the schedule what is wanted, also while it runs; it runs for the tenant's user from now on.

        A new rhythm counts from now: its ticks of before are not caught up with.

        Raises:
            NotFound, InvalidInput, Conflict: as for `add`.
        """
        now = self.clock.now()
        self._check(tenant, wanted)
        with self.store.begin(tenant) as work:
            before = work.schedules.get(schedule_id, lock=True)
            changed = attrs.evolve(before, owner=tenant.user_id, updated_at=now, **attrs.asdict(wanted, recurse=False))
            if changed.rhythm != before.rhythm:
                check_is_ahead(changed.rhythm, now=now, times=self.times)
                if not changed.paused_because:
                    changed = attrs.evolve(changed, next_due=next_tick(changed.rhythm, now, times=self.times))
            work.schedules.put(changed)
            self._note(work, tenant, "schedule.changed", changed)
            work.commit()
        return changed

    def pause(self, tenant: TenantContext, schedule_id: ScheduleId) -> Schedule:
        """Make no ticks until it is resumed; a reason that is there stays."""
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            schedule = work.schedules.get(schedule_id, lock=True)
            if schedule.paused_because:
                return schedule
            schedule = attrs.evolve(schedule, paused_because=f"by {tenant.user_id}", next_due=None, updated_at=now)
            work.schedules.put(schedule)
            self._note(work, tenant, "schedule.paused", schedule)
            work.commit()
        return schedule

    def resume(self, tenant: TenantContext, schedule_id: ScheduleId) -> Schedule:
        """
        Run it again, from its first tick after now on, for the tenant's user; what it missed is not caught up with.

        Also counts anew when it is due, which helps after a clock was wrong.
        """
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            schedule = work.schedules.get(schedule_id, lock=True)
            schedule = attrs.evolve(
                schedule,
                owner=tenant.user_id,
                paused_because="",
                next_due=next_tick(schedule.rhythm, now, times=self.times),
                updated_at=now,
            )
            work.schedules.put(schedule)
            self._note(work, tenant, "schedule.resumed", schedule)
            work.commit()
        return schedule

    def run_now(self, tenant: TenantContext, schedule_id: ScheduleId) -> Tick:
        """
        Make a tick of this second, whether it is paused or not, and whatever its rhythm; it acts for the tenant's user.

        Raises:
            NotFound: there is no such schedule.
            Conflict: it has a tick of this very second.
        """
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            schedule = work.schedules.get(schedule_id, lock=True)
            tick = Tick(
                key=TickKey(schedule_id=schedule_id, due=now.replace(microsecond=0)),
                made_at=now,
                asked_by=tenant.user_id,
                resend_at=now + timedelta(seconds=self.resend_after_s),
            )
            if not work.ticks.add(tick):
                raise Conflict(f"schedule {schedule.name}: it was started this very second")
            work.schedules.put(attrs.evolve(schedule, last_due=tick.key.due))
            work.outbox.add(command_of(schedule, tick, known=self.known), now=now)
            self._note(work, tenant, "schedule.run_now", schedule)
            work.commit()
        self.doorbell.ring()
        return tick

    def remove(self, tenant: TenantContext, schedule_id: ScheduleId) -> Schedule:
        """Forget the schedule with its ticks; jobs that it started go on, and one that was not accepted yet is not."""
        with self.store.begin(tenant) as work:
            schedule = work.schedules.get(schedule_id, lock=True)
            work.schedules.remove(schedule_id)
            self._note(work, tenant, "schedule.removed", schedule)
            work.commit()
        return schedule

    def next(self, schedule: Schedule, *, count: int) -> list[datetime]:
        """
        Return when the schedule is acted on next, up to *count* times, jitter included; nothing while it is paused.

        Raises:
            InvalidInput: not 1 to 100.
        """
        if not 1 <= count <= MOST_NEXT:
            raise InvalidInput(f"count: {count}; expected 1 to {MOST_NEXT}")
        if schedule.next_due is None:
            return []
        behind = ticks_after(schedule.rhythm, schedule.next_due, times=self.times)
        return [schedule.start_of(due) for due in (schedule.next_due, *islice(behind, count - 1))]

    def ticks(
        self, tenant: TenantContext, schedule_id: ScheduleId, *, before: datetime | None = None, limit: int = 20
    ) -> list[TickView]:
        """Return ticks of the schedule, the newest first, of moments before *before*."""
        with self.store.view(tenant) as work:
            work.schedules.get(schedule_id)
            found = work.ticks.page(schedule_id, before=before, limit=limit)
        jobs = self._jobs(tenant, found)
        return [TickView(tick=tick, job=jobs.get(tick.key)) for tick in found]

    def _check(self, tenant: TenantContext, wanted: Wanted) -> None:
        checked_name(wanted.name)
        check_rhythm(wanted.rhythm, jitter_s=wanted.jitter_s, times=self.times)
        schedulable(wanted.task, known=self.known).check(wanted.arguments)
        if wanted.task in self.checks:
            self.checks[wanted.task](tenant, wanted.arguments)

    def _jobs(self, tenant: TenantContext, ticks: Iterable[Tick]) -> dict[TickKey, Job]:
        jobs: dict[TickKey, Job] = {}
        with self.jobs.view(tenant) as work:
            for tick in ticks:
                if tick.job_id is not None:
                    with suppress(NotFound):  # it was purged
                        jobs[tick.key] = work.jobs.get(tick.job_id)
        return jobs

    def _note(self, work: ScheduleWork, tenant: TenantContext, action: str, schedule: Schedule) -> None:
        details = {"runs": schedule.task, "when": str(schedule.rhythm)}
        self.audit.note(work, tenant, action=action, subject=f"schedule {schedule.name}", details=details)


def _view(schedule: Schedule, last: Tick | None, jobs: Mapping[TickKey, Job]) -> ScheduleView:
    return ScheduleView(schedule=schedule, last=last, job=None if last is None else jobs.get(last.key))
