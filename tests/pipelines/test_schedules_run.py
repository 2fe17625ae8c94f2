"""From a tick to its job, over an in-process worker: sent once, repeated, refused, and for its own organization."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from threading import Event

import attrs
from attrs import define, field

from adapters.cron.wall_times import CronSimWallTimes
from adapters.identifiers import UuidSource
from adapters.memory.organizations import MemoryDirectory
from domain.jobs.errors import NotFound
from domain.jobs.job import JobId, JobStatus
from domain.jobs.opening import Opener
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import Submission
from domain.organizations.audit_log import AuditLog
from domain.organizations.organization_service import OrganizationService
from domain.schedules.ownership import Ownership
from domain.schedules.rhythm import Every
from domain.schedules.schedule import Schedule
from domain.schedules.scheduling import Scheduler
from domain.schedules.service import Schedules, TickView
from domain.schedules.tick import TickKey, TickState
from domain.schedules.wanted import Wanted
from domain.tenancy import TenantContext
from pipelines.headers import acting_for
from pipelines.names import ECHO, FAMILIES
from pipelines.schedulable import SCHEDULABLE
from tests.pipelines.looking import look_until
from tests.pipelines.rig import THEM, US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, hold, succeed

START = FAMILIES["test_execution"].start


@define(eq=False, slots=False)
class Timetable:
    """The schedules of a rig, in which every member of both organizations may start work."""

    rig: Rig = field(factory=lambda: Rig(family=ScriptedFamily([succeed] * 2)))
    directory: MemoryDirectory = field(factory=MemoryDirectory)
    ids: UuidSource = field(factory=UuidSource)  # results stay in the process, and are found by the task's id

    def __attrs_post_init__(self) -> None:
        rig = self.rig
        audit = AuditLog(directory=self.directory, clock=rig.clock, ids=self.ids)
        made = OrganizationService(directory=self.directory, audit=audit, clock=rig.clock, ids=self.ids)
        for tenant in (US, THEM):
            made.ensure(tenant, name=tenant.organization_id, email=f"{tenant.user_id}@localhost")
        self.schedules = Schedules(
            store=rig.schedules,
            jobs=rig.store,
            clock=rig.clock,
            ids=self.ids,
            times=CronSimWallTimes(),
            audit=audit,
            doorbell=rig.bell,
            known=SCHEDULABLE,
            checks={},
        )
        self.scheduler = Scheduler(
            store=rig.schedules,
            installation=rig.schedules,
            ownership=Ownership(directory=self.directory),
            clock=rig.clock,
            times=CronSimWallTimes(),
            doorbell=rig.bell,
            known=SCHEDULABLE,
            audit=audit,
            resend_after_s=0.1,
        )

    def opens(self, opener: Opener) -> None:
        """Have the start task open its jobs so."""
        self.rig.services = attrs.evolve(self.rig.services, openers={START: opener})

    def opens_jobs(self) -> None:
        """Have the start task open jobs of the rig's family, one a subject."""

        def opened(tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
            kind, subject = self.rig.family.kind, ids["subject"]
            return self.rig.jobs.submit(tenant, Submission(kind=kind, spec={}, subject=subject, idempotency_key=key)).id

        self.opens(opened)

    def add(self, tenant: TenantContext = US, *, task: str = START, **arguments: str) -> Schedule:
        """Add a schedule of ten seconds, whose next tick is due."""
        wanted = Wanted(
            name=f"s-{self.ids.new_id()[-4:]}",
            rhythm=Every(seconds=10, anchor=self.rig.clock.now().replace(microsecond=0)),
            task=task,
            arguments=arguments or {"configuration": "nightly"},
        )
        made = self.schedules.add(tenant, wanted)
        return self.make_due(made)

    def make_due(self, schedule: Schedule) -> Schedule:
        """Let ten seconds have passed for it."""
        with self.rig.schedules.begin(attrs.evolve(US, organization_id=schedule.organization_id)) as work:
            there = work.schedules.get(schedule.id)
            assert there.next_due is not None
            due = attrs.evolve(there, next_due=self.rig.clock.now().replace(microsecond=0))
            work.schedules.put(due)
            work.commit()
        return due

    def newest(self, schedule: Schedule, *, of: TenantContext = US) -> TickView:
        """Wait until its newest tick was answered, and return it."""

        def answered() -> bool:
            views = self.schedules.ticks(of, schedule.id)
            return bool(views) and views[0].tick.state is not TickState.WAITING

        look_until(answered, what="the answer to a tick")
        return self.schedules.ticks(of, schedule.id)[0]


def test_a_tick_becomes_one_job_that_runs_to_its_end() -> None:
    """The job knows who owns the schedule, and the request it came from is the tick; the schedule shows how it went."""
    table = Timetable()
    table.opens_jobs()
    with table.rig.running():
        schedule = table.add()
        assert table.scheduler.run_once() == 1
        view = table.newest(schedule)
        assert view.tick.state is TickState.STARTED
        assert view.tick.job_id is not None
        job = table.rig.run_to_end(view.tick.job_id)

    assert (job.status, job.started_by, job.organization_id) == (
        JobStatus.COMPLETED, US.user_id, US.organization_id,
    )  # fmt: skip
    [shown] = table.schedules.all(US)
    assert shown.job is not None
    assert (shown.job.id, shown.job.status) == (job.id, JobStatus.COMPLETED)


def test_a_tick_whose_message_comes_again_and_again_is_one_job() -> None:
    """Brokers repeat messages, and the scheduler sends again what seems lost."""
    table = Timetable()
    table.opens_jobs()
    with table.rig.running():
        schedule = table.add()
        table.scheduler.run_once()
        view = table.newest(schedule)
        arguments = {"configuration": "nightly", "subject": f"schedule:{schedule.id}"}
        with acting_for(US):
            again = [
                table.rig.app.tasks[START].apply_async(kwargs=arguments, task_id=view.tick.key.task_id)
                for _ in range(3)
            ]
        look_until(lambda: all(one.ready() for one in again), what="the end of the repeated messages")

    assert [one.result for one in again] == [{"job": view.tick.job_id}] * 3
    assert len(table.rig.jobs.page(US)) == 1


def test_a_tick_that_was_noted_by_nobody_finds_its_job_again() -> None:
    """A worker that is killed between the job and the note leaves a tick that waits, and a job that runs."""
    table = Timetable()
    table.opens_jobs()
    schedule = table.add()
    table.scheduler.run_once()
    [waiting] = table.schedules.ticks(US, schedule.id)
    key = IdempotencyKey(f"task:{waiting.tick.key.task_id}")
    with table.rig.running():
        opened = table.rig.services.openers[START](US, {"subject": f"schedule:{schedule.id}"}, key)
        assert table.newest(schedule).tick.job_id == opened

    assert len(table.rig.jobs.page(US)) == 1


def test_a_tick_that_finds_the_one_before_still_running_is_skipped_and_says_so() -> None:
    """And is not tried again: the next tick is soon enough."""
    let_go = Event()
    table = Timetable(rig=Rig(family=ScriptedFamily([hold(let_go)])))
    table.opens_jobs()
    with table.rig.running():
        schedule = table.add()
        table.scheduler.run_once()
        first = table.newest(schedule).tick
        look_until(lambda: table.rig.clock.now() >= first.key.due + timedelta(seconds=1), what="another second")
        table.make_due(schedule)
        table.scheduler.run_once()
        look_until(lambda: len(table.schedules.ticks(US, schedule.id)) == 2, what="the second tick")
        second = table.newest(schedule).tick
        let_go.set()
        assert first.job_id is not None
        table.rig.run_to_end(first.job_id)

    assert (second.state, second.job_id, second.resend_at) == (TickState.SKIPPED, None, None)
    assert second.detail.startswith("already running")
    assert first.job_id in second.detail
    assert len(table.rig.jobs.page(US)) == 1


def test_what_a_tick_names_that_is_gone_is_its_outcome_and_no_error() -> None:
    """The configuration was deleted last week: the schedule says so each night, and no task fails."""
    table = Timetable()

    def gone(_tenant: TenantContext, _ids: Mapping[str, str], _key: IdempotencyKey) -> JobId:
        raise NotFound("configuration 'nightly': nothing is saved so")

    table.opens(gone)
    with table.rig.running():
        schedule = table.add()
        table.scheduler.run_once()
        tick = table.newest(schedule).tick

    assert (tick.state, tick.detail) == (TickState.REFUSED, "configuration 'nightly': nothing is saved so")


def test_a_task_without_a_job_is_noted_as_run_and_carried_out_for_its_organization() -> None:
    """Also where two organizations' ticks follow each other on one thread."""
    table = Timetable(rig=Rig(family=ScriptedFamily([succeed]), threads=1))
    with table.rig.running():
        ours, theirs = table.add(US, task=ECHO, text="a"), table.add(THEM, task=ECHO, text="b")
        assert table.scheduler.run_once() == 2
        ticks = [table.newest(ours).tick, table.newest(theirs, of=THEM).tick]
        results = [table.rig.app.AsyncResult(tick.key.task_id) for tick in ticks]
        look_until(lambda: all(one.ready() for one in results), what="both results")

    assert [tick.state for tick in ticks] == [TickState.RAN] * 2
    assert [one.result for one in results] == [
        {"text": "a", "organization": US.organization_id},
        {"text": "b", "organization": THEM.organization_id},
    ]


def test_the_task_of_a_removed_schedule_starts_nothing() -> None:
    """Its message was in the broker when somebody thought better of it."""
    table = Timetable()
    table.opens_jobs()
    schedule = table.add()
    table.scheduler.run_once()
    table.schedules.remove(US, schedule.id)
    key = TickKey(schedule_id=schedule.id, due=schedule.next_due or schedule.created_at)
    with table.rig.running():
        result = table.rig.app.AsyncResult(key.task_id)
        look_until(result.ready, what="the end of the task")

    assert result.result == {"job": None}
    assert table.rig.jobs.page(US) == []


def test_another_organizations_message_answers_no_tick_of_ours() -> None:
    """Whoever may write into the broker knows the form of the ids; the tick is looked for where the header says."""
    table = Timetable()
    table.opens_jobs()
    schedule = table.add()
    key = TickKey(schedule_id=schedule.id, due=schedule.next_due or schedule.created_at)
    with table.rig.running():
        with acting_for(THEM):
            forged = table.rig.app.tasks[START].apply_async(kwargs={"subject": "s"}, task_id=key.task_id)
        look_until(forged.ready, what="the end of the forged message")

    assert forged.result == {"job": None}
    assert table.rig.jobs.page(THEM) == []
    assert table.schedules.ticks(US, schedule.id) == []
