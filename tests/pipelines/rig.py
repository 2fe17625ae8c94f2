"""
A whole installation in one process: a store, a Celery application of its own on the memory broker, a worker, the loops.

Everything that runs is the real thing; a test swaps a part by giving another one (`attrs.evolve`, or an argument).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import attrs
from attrs import define, field
from celery import Celery
from kombu.transport.memory import Channel

from adapters.bench import ThreadBench
from adapters.clock import SystemClock
from adapters.group_commit import GroupCommit
from adapters.identifiers import CountingIds
from adapters.memory.configuration_names import MemoryConfigurationNames
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.schedules import MemorySchedules
from adapters.memory.store import MemoryStore
from adapters.memory.test_sets import MemoryTestSets
from domain.jobs.attempts import AttemptsInHand
from domain.jobs.collection import Collector
from domain.jobs.execution import Executor
from domain.jobs.item import Item, WorkerId
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.planning import Planner
from domain.jobs.ports import Dispatcher, Installation, Store
from domain.jobs.relaying import Relay
from domain.jobs.service import JobService, JobView, Submission
from domain.jobs.sweeping import Sweeper, SweepRules
from domain.organizations.audit_log import AuditLog
from domain.organizations.foreign_messages import ForeignMessages
from domain.schedules.answering import TickAnswers
from domain.tenancy import OrganizationId, TenantContext, UserId
from domain.test_execution.configurations import SavedConfigurations
from domain.test_execution.opening import RunOpener
from domain.test_execution.service import TestRuns
from pipelines.app import make_app
from pipelines.bell import RelayBell
from pipelines.brokers import BrokerSettings
from pipelines.canvas import CeleryDispatcher
from pipelines.loops import Loops, LoopTimes
from pipelines.names import FAMILIES
from pipelines.tasks import TaskServices, register
from pipelines.worker import embedded_worker
from tests.pipelines.looking import look_until
from tests.pipelines.newsroom import without_receivers
from tests.pipelines.scripted_family import ScriptedFamily

US = TenantContext(organization_id=OrganizationId("11111111-1111-4111-8111-111111111111"), user_id=UserId("ada"))
THEM = TenantContext(organization_id=OrganizationId("22222222-2222-4222-8222-222222222222"), user_id=UserId("eve"))
WORKER = WorkerId("worker-1")
NEVER_S = 3600.0


class KernelStore(Store, Installation, Protocol):
    """A store as the program uses it: for one organization at a time, and for the installation."""


@define(eq=False, kw_only=True)
class Rig:
    """
    The parts, plugged together; `running` starts the worker and the loops.

    The sweeper sleeps unless a test sets *sweep_s*: what ends by itself must have ended by its messages.
    """

    family: ScriptedFamily
    store: KernelStore = field(factory=MemoryStore)
    threads: int = 8
    places: int = 8
    sweep_s: float = NEVER_S
    lease_s: float = 30.0
    leases_every_s: float = 5.0
    rules: SweepRules = field(factory=SweepRules)
    store_pause_s: float = 0.05
    app: Celery = field(init=False)
    clock: SystemClock = field(factory=SystemClock, init=False)
    bell: RelayBell = field(factory=RelayBell, init=False)
    jobs: JobService = field(init=False)
    services: TaskServices = field(init=False)
    relay: Relay = field(init=False)
    sweeper: Sweeper = field(init=False)
    bench: ThreadBench = field(init=False)
    desk: GroupCommit = field(init=False)
    attempts: AttemptsInHand = field(init=False)
    audit: AuditLog = field(init=False)
    schedules: MemorySchedules = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.app = make_app(BrokerSettings())
        self.bench = ThreadBench(places=self.places)
        self.desk = GroupCommit(self.store, self.clock)
        self.attempts = AttemptsInHand(store=self.store, desk=self.desk, clock=self.clock, lease_s=self.lease_s)
        self.schedules = MemorySchedules(self.store if isinstance(self.store, MemoryStore) else MemoryStore())
        self.audit = AuditLog(directory=MemoryDirectory(), clock=self.clock, ids=CountingIds())
        kinds = frozenset({self.family.kind})
        self.jobs = JobService(store=self.store, clock=self.clock, ids=CountingIds(), doorbell=self.bell, kinds=kinds)
        self.sweeper = Sweeper(
            store=self.store, installation=self.store, clock=self.clock, doorbell=self.bell, rules=self.rules
        )
        self.services = self._services()
        self.relay = Relay(
            store=self.store,
            installation=self.store,
            dispatcher=CeleryDispatcher(app=self.app),
            collector=self.services.collector,
            clock=self.clock,
        )
        register(self.app, lambda: self.services, store_pause_s=self.store_pause_s)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work for the length of the block, on queues that are empty before and after."""
        times = LoopTimes(relay_s=0.2, leases_s=self.leases_every_s, sweep_s=self.sweep_s)
        loops = Loops(
            relay=self.relay,
            bell=self.bell,
            attempts=self.attempts,
            collector=self.services.collector,
            planner=self.services.planner,
            notifying=without_receivers(self.store, self.clock),
            sweep=self.sweeper.sweep,
            keep_permits=lambda: None,
            set_clock=lambda: None,
            times=times,
        )
        with ExitStack() as stack:
            stack.callback(empty_queues)
            empty_queues()
            stack.enter_context(embedded_worker(self.app, threads=self.threads))
            stack.enter_context(loops.running())
            stack.callback(self._put_down)
            yield

    def swap_dispatcher(self, dispatcher: Dispatcher) -> None:
        """Send through another dispatcher."""
        self.relay = attrs.evolve(self.relay, dispatcher=dispatcher)

    def swap_task(self, name: str, make: Callable[[Celery], object]) -> None:
        """Take a task out of the application, and let *make* register another one of its name."""
        self.app.tasks.unregister(name)
        make(self.app)

    def submit(self, *, concurrency: int = 8, max_attempts: int = 4, deadline_s: float = 60.0) -> JobId:
        """Hand in a job."""
        options = JobOptions(concurrency=concurrency, max_attempts=max_attempts, deadline_s=deadline_s)
        return self.jobs.submit(US, Submission(kind=self.family.kind, spec={}, options=options)).id

    def run_to_end(self, job_id: JobId) -> Job:
        """Wait for the job's end; return it as it is then."""
        look_until(lambda: self.view(job_id).job.status.is_end, what=f"the end of job {job_id}")
        return self.view(job_id).job

    def view(self, job_id: JobId) -> JobView:
        """Return the job and how its items stand."""
        return self.jobs.get(US, job_id)

    def rows(self, job_id: JobId) -> list[Item]:
        """Return the job's item rows without their times: what two runs of one script must have in common."""
        with self.store.view(US) as work:
            stored = work.ledger.page(job_id, after=None, limit=10_000)
        return [attrs.evolve(item, started_at=None, ended_at=None) for item in stored]

    def history(self, job_id: JobId) -> list[str]:
        """Return the kinds of the job's messages, oldest first."""
        with self.store.view(US) as work:
            return [envelope.message.kind for envelope in work.outbox.history(job_id, limit=10_000)]

    def _services(self) -> TaskServices:
        families, test_sets = {self.family.kind: self.family}, MemoryTestSets()
        return TaskServices(
            planner=Planner(store=self.store, clock=self.clock, doorbell=self.bell, families=families),
            executor=Executor(
                store=self.store,
                desk=self.desk,
                bench=self.bench,
                clock=self.clock,
                families=families,
                attempts=self.attempts,
                worker_id=WORKER,
                jitter=lambda: 0.0,
            ),
            collector=Collector(store=self.store, clock=self.clock, doorbell=self.bell),
            test_sets=test_sets,
            sync_all=lambda _tenant: {"queued": {}, "skipped": []},
            openers={FAMILIES["test_execution"].start: self._run_opener(test_sets).open},
            foreign=ForeignMessages(installation=self.store, audit=self.audit),
            ticks=TickAnswers(store=self.schedules),
        )

    def _run_opener(self, test_sets: MemoryTestSets) -> RunOpener:
        names = MemoryConfigurationNames(test_sets)
        configurations = SavedConfigurations(names=names, test_sets=test_sets, clock=self.clock)
        return RunOpener(runs=TestRuns(jobs=self.jobs, test_sets=test_sets), configurations=configurations)

    def _put_down(self) -> None:
        self.bench.close()
        self.attempts.release_all()
        self.desk.close()


def empty_queues() -> None:
    """Throw away what lies in the memory broker: its queues belong to the process, not to an application."""
    for queue in Channel.queues.values():
        queue.queue.clear()
