"""An installation's schedules in memory: people who look after them, any number of schedulers, time in one's hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from attrs import define, field

from adapters.cron.wall_times import CronSimWallTimes
from adapters.identifiers import CountingIds
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.schedules import MemorySchedules
from adapters.memory.store import MemoryStore
from domain.jobs.errors import NotFound
from domain.jobs.events import RunTask
from domain.organizations.audit_log import AuditLog
from domain.organizations.member_service import MemberService
from domain.organizations.organization import Role
from domain.organizations.organization_service import OrganizationService
from domain.schedules.answering import TickAnswers
from domain.schedules.ownership import Ownership
from domain.schedules.rhythm import Cron, Rhythm
from domain.schedules.schedulable import Check, Schedulable
from domain.schedules.schedule import Schedule, ScheduleId
from domain.schedules.scheduling import Scheduler
from domain.schedules.service import Schedules
from domain.schedules.tick import Tick
from domain.schedules.wanted import Wanted
from domain.tenancy import ALL_SCOPES, OrganizationId, TenantContext, UserId

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
US = TenantContext(organization_id=OrganizationId("us"), user_id=UserId("ada"), scopes=ALL_SCOPES)
HOURLY = Cron(expression="0 * * * *")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RUN, SAY = "family.start", "system.say"
KNOWN = (
    Schedulable(task=RUN, meaning="run", required=("name",), command=("do", "run"), named_by="name", runs_alone=True),
    Schedulable(task=SAY, meaning="say", required=("text",), optional=("how",)),
    Schedulable(task="all", meaning="all or one", optional=("name",), command=("do",), named_by="name"),
)


def _check(_tenant: TenantContext, arguments: Mapping[str, str]) -> None:
    if arguments["name"] == "gone":
        raise NotFound("name: nothing is called 'gone'")


class StillBell:
    """A `Doorbell` that nobody hears."""

    def ring(self) -> None:
        """Wake nobody."""


class JumpingClock:
    """A `Clock` that stands still and may be set back, as an operator's mistake does."""

    def __init__(self, start: datetime) -> None:
        self.shown = start

    def now(self) -> datetime:
        """Return the time."""
        return self.shown


@define(eq=False, slots=False)
class Timetable:
    """Everything there is; `US` has one member who may do all."""

    start: datetime = NOON
    kernel: MemoryStore = field(factory=MemoryStore)
    ids: CountingIds = field(factory=CountingIds)
    directory: MemoryDirectory = field(factory=MemoryDirectory)
    has_workers: bool = True
    commands: list[RunTask] = field(factory=list)
    checks: Mapping[str, Check] = field(factory=lambda: {RUN: _check})
    clock: JumpingClock = field(init=False)
    rows: MemorySchedules = field(init=False)
    audit: AuditLog = field(init=False)
    schedules: Schedules = field(init=False)
    answers: TickAnswers = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.clock = JumpingClock(self.start)
        self.rows = MemorySchedules(self.kernel)
        self.audit = AuditLog(directory=self.directory, clock=self.clock, ids=self.ids)
        self.answers = TickAnswers(store=self.rows)
        organizations = OrganizationService(directory=self.directory, audit=self.audit, clock=self.clock, ids=self.ids)
        organizations.ensure(US, name="us", email="ada@localhost")
        self.schedules = Schedules(
            store=self.rows,
            jobs=self.kernel,
            clock=self.clock,
            ids=self.ids,
            times=CronSimWallTimes(),
            audit=self.audit,
            doorbell=StillBell(),
            known=KNOWN,
            checks=self.checks,
        )

    @property
    def members(self) -> MemberService:
        """Who belongs to the organization."""
        return MemberService(directory=self.directory, audit=self.audit, clock=self.clock, ids=self.ids)

    def member(self, email: str, role: Role) -> TenantContext:
        """Return a new member, as who acts."""
        user = self.members.add(US, email, role=role).user
        return TenantContext(organization_id=US.organization_id, user_id=user.id, scopes=role.scopes)

    def scheduler(self) -> Scheduler:
        """Return another scheduler of this installation."""
        return Scheduler(
            store=self.rows,
            installation=self.rows,
            ownership=Ownership(directory=self.directory),
            clock=self.clock,
            times=CronSimWallTimes(),
            doorbell=StillBell(),
            known=KNOWN,
            audit=self.audit,
        )

    def set_clock(self, moment: datetime) -> None:
        """Let the clock jump, backwards too."""
        self.clock.shown = moment

    def pass_to(self, moment: datetime) -> int:
        """Let time pass, and one scheduler look; return how many ticks it sent. Workers answer them at once."""
        self.set_clock(moment)
        sent = self.scheduler().run_once()
        if self.has_workers:
            self.commands += self._taken()
            for command in self.commands:
                self.answers.carry_out(US, command.task_id, lambda: None)
        return sent

    def sent(self) -> list[RunTask]:
        """Return the commands that were handed to the relay."""
        self.commands += self._taken()
        return self.commands

    def _taken(self) -> list[RunTask]:
        later = datetime(2099, 1, 1, tzinfo=UTC)
        taken = self.kernel.take_messages(now=self.clock.now(), hold_until=later, limit=10_000)
        return [envelope.message for envelope in taken if isinstance(envelope.message, RunTask)]

    def schedule(self, schedule_id: ScheduleId) -> Schedule:
        """Return it as it is stored."""
        return self.schedules.get(US, schedule_id).schedule

    def ticks(self, schedule_id: ScheduleId) -> list[Tick]:
        """Return its ticks, the oldest first."""
        return [view.tick for view in self.schedules.ticks(US, schedule_id, limit=10_000)][::-1]


def wanted(
    name: str = "nightly",
    rhythm: Rhythm = HOURLY,
    *,
    task: str = SAY,
    arguments: Mapping[str, str] | None = None,
    **more: object,
) -> Wanted:
    """Return what is to be said to make a schedule."""
    make: Callable[..., Wanted] = Wanted
    return make(name=name, rhythm=rhythm, task=task, arguments=arguments or {"text": "hello"}, **more)


def dues(ticks: Sequence[Tick]) -> list[datetime]:
    """Return the moments of ticks."""
    return [tick.key.due for tick in ticks]
