"""
The scheduler: finds what is due, records each tick once, and hands its task to the relay.

Any number of them may run. The row of a tick, the command to send its task, and when the schedule is due next are
written in one transaction, and there can be one row for a schedule and a moment: so that two schedulers make one tick,
and one that dies in between made none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import attrs
from attrs import frozen

from domain.jobs.events import RunTask
from domain.jobs.ports import Clock, Doorbell
from domain.jobs.relaying import system_context
from domain.organizations.audit_log import AuditLog
from domain.schedules.catching_up import Turnout, turnout
from domain.schedules.ownership import Ownership
from domain.schedules.ports import DueSchedules, ScheduleStore, ScheduleWork, WallTimes
from domain.schedules.schedulable import SUBJECT, Schedulable
from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.tick import Tick, TickKey, TickState
from domain.tenancy import OrganizationId, UserId

KEPT = timedelta(days=90)
"""How long ticks are remembered."""
MOST_SENDS = 6
LONGEST_WAIT = timedelta(hours=1)
SHORTEST_SLEEP_S, LONGEST_SLEEP_S = 0.2, 5.0
"""A schedule that another process made is noticed within the longer; one that can't be acted on is tried that often."""

T = TypeVar("T")


@frozen(kw_only=True)
class Scheduler:
    """
    Makes ticks. *known*: what schedules can run.

    *resend_after_s*: how long a tick's task may show no sign of life before it is sent again; doubled with each send.
    """

    store: ScheduleStore
    installation: DueSchedules
    ownership: Ownership
    clock: Clock
    times: WallTimes
    doorbell: Doorbell
    known: Sequence[Schedulable]
    audit: AuditLog
    resend_after_s: float = 60.0

    def run_once(self, *, limit: int = 200) -> int:
        """
        Act on up to *limit* schedules that are due, and on tasks nobody answered for; return how many ticks were sent.

        One schedule that can't be acted on does not hold up the others; its error is raised at the end.
        """
        now = self.clock.now()
        mistakes: list[Exception] = []
        due = self.installation.due(now=now, limit=limit)
        sent = self._each(due, lambda organization_id, schedule_id: self._act(organization_id, schedule_id), mistakes)
        unanswered = self.installation.unanswered(now=now, limit=limit)
        sent += self._each(unanswered, self._send_again, mistakes)
        if sent:
            self.doorbell.ring()
        if mistakes:
            raise mistakes[0]
        return sent

    def round(self) -> float:
        """Act on what is due; return how long to wait before looking again, in seconds."""
        self.run_once()
        start = self.installation.next_start()
        if start is None:
            return LONGEST_SLEEP_S
        return min(max((start - self.clock.now()).total_seconds(), SHORTEST_SLEEP_S), LONGEST_SLEEP_S)

    def _each(
        self,
        found: Sequence[tuple[OrganizationId, T]],
        act: Callable[[OrganizationId, T], int],
        mistakes: list[Exception],
    ) -> int:
        sent = 0
        for organization_id, what in found:
            try:
                sent += act(organization_id, what)
            except Exception as error:  # noqa: BLE001  # one schedule's trouble must not cost the others their ticks
                mistakes.append(error)
        return sent

    def _act(self, organization_id: OrganizationId, schedule_id: ScheduleId) -> int:
        with self.store.begin(system_context(organization_id)) as work:
            schedule = work.schedules.take(schedule_id)
            if schedule is None:
                return 0
            now = self.clock.now()
            found = turnout(schedule, now=now, times=self.times)
            if not found.run and found.missed_at is None:
                return 0
            objection = self.ownership.objection(organization_id, schedule.owner)
            if objection:
                sent, schedule = 0, self._stopped(work, schedule, objection, now)
            else:
                sent = self._record(work, schedule, found, now)
                schedule = attrs.evolve(schedule, next_due=found.next_due, last_due=_newest(schedule, found))
            work.schedules.put(schedule)
            work.commit()
        return sent

    def _stopped(self, work: ScheduleWork, schedule: Schedule, reason: str, now: datetime) -> Schedule:
        tenant, subject = system_context(schedule.organization_id), f"schedule {schedule.name}"
        self.audit.note(work, tenant, action="schedule.paused", subject=subject, details={"reason": reason})
        return attrs.evolve(schedule, paused_because=reason, next_due=None, updated_at=now)

    def _record(self, work: ScheduleWork, schedule: Schedule, found: Turnout, now: datetime) -> int:
        work.ticks.forget(schedule.id, before=now - KEPT)
        if found.missed_at is not None:
            key = TickKey(schedule_id=schedule.id, due=found.missed_at)
            work.ticks.add(Tick(key=key, made_at=now, state=TickState.MISSED, missed=found.missed - 1))
        sent = 0
        for due in found.run:
            tick = Tick(
                key=TickKey(schedule_id=schedule.id, due=due),
                made_at=now,
                missed=found.missed if due == found.run[0] else 0,
                resend_at=now + self._patience(1),
            )
            if work.ticks.add(tick):
                work.outbox.add(command_of(schedule, tick, known=self.known), now=now)
                sent += 1
        return sent

    def _send_again(self, organization_id: OrganizationId, key: TickKey) -> int:
        with self.store.begin(system_context(organization_id)) as work:
            schedule, tick = work.schedules.take(key.schedule_id), work.ticks.get(key, lock=True)
            now = self.clock.now()
            if schedule is None or tick is None or not _is_unanswered(tick, now):
                return 0
            if tick.sends >= MOST_SENDS:
                reason = f"no worker has answered; its task was sent {tick.sends} times"
                work.ticks.put(attrs.evolve(tick, state=TickState.LOST, detail=reason, resend_at=None))
                work.commit()
                return 0
            sends = tick.sends + 1
            work.ticks.put(attrs.evolve(tick, sends=sends, resend_at=now + self._patience(sends)))
            work.outbox.add(command_of(schedule, tick, known=self.known), now=now)
            work.commit()
        return 1

    def _patience(self, sends: int) -> timedelta:
        return min(timedelta(seconds=self.resend_after_s * 2.0 ** (sends - 1)), LONGEST_WAIT)


def command_of(schedule: Schedule, tick: Tick, *, known: Sequence[Schedulable]) -> RunTask:
    """Return the command to send the tick's task; it acts for who asked for the tick, else for the schedule's owner."""
    arguments = dict(schedule.arguments)
    if any(one.task == schedule.task and one.runs_alone for one in known):
        arguments.setdefault(SUBJECT, f"schedule:{schedule.id}")
    return RunTask(
        task=schedule.task,
        task_id=tick.key.task_id,
        arguments=arguments,
        user_id=UserId(tick.asked_by or schedule.owner),
    )


def _is_unanswered(tick: Tick, now: datetime) -> bool:
    return tick.state is TickState.WAITING and tick.resend_at is not None and tick.resend_at <= now


def _newest(schedule: Schedule, found: Turnout) -> datetime | None:
    """Return the newest tick there is: somebody may have made one by hand since this one was due."""
    return max((one for one in (*found.run, found.missed_at, schedule.last_due) if one is not None), default=None)
