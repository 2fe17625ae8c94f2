"""The kernel's real services over any store, with time, broker and work in the test's hand."""

from __future__ import annotations

from functools import cached_property

import attrs
from attrs import define, field

from adapters.identifiers import CountingIds
from adapters.memory.bench import InlineBench
from adapters.memory.clock import ManualClock
from adapters.memory.desk import InlineDesk
from adapters.memory.store import MemoryStore
from domain.jobs.attempts import AttemptsInHand
from domain.jobs.collection import Collector
from domain.jobs.events import Message
from domain.jobs.execution import Executor
from domain.jobs.family import Family
from domain.jobs.item import Item, WorkerId
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.plan import Sizes
from domain.jobs.planning import Planner
from domain.jobs.relaying import Relay
from domain.jobs.service import JobService, Submission
from domain.jobs.sweeping import Sweeper, SweepRules
from domain.jobs.worker_ports import Bench, Desk
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US, KernelStore
from tests.kernel.broker import CollectTask, ItemsTask, RecordingBroker, StartTask, Task
from tests.kernel.family import KIND, ScriptedFamily

LEASE_S = 30.0
MANY = 10_000


@define
class CountingBell:
    """`Doorbell` that counts its rings: the test runs the relay itself."""

    rings: int = 0

    def ring(self) -> None:
        """Count a ring."""
        self.rings += 1


@define(eq=False, slots=False)
class Kernel:
    """Everything of one installation; `run` delivers what lies in the broker until nothing does."""

    store: KernelStore = field(factory=MemoryStore)
    family: Family = field(factory=ScriptedFamily)
    clock: ManualClock = field(factory=lambda: ManualClock(NOW))
    broker: RecordingBroker = field(factory=RecordingBroker)
    bell: CountingBell = field(factory=CountingBell)
    sizes: Sizes = field(factory=Sizes)
    rules: SweepRules = field(factory=SweepRules)
    page: int = 1000

    @property
    def families(self) -> dict[str, Family]:
        """The one family there is."""
        return {self.family.kind: self.family}

    @cached_property
    def jobs(self) -> JobService:
        """The owner's moves."""
        return JobService(
            store=self.store, clock=self.clock, ids=CountingIds(), doorbell=self.bell, kinds=frozenset(self.families)
        )

    @cached_property
    def planner(self) -> Planner:
        """Writes plans."""
        return Planner(
            store=self.store,
            clock=self.clock,
            doorbell=self.bell,
            families=self.families,
            page=self.page,
            sizes=self.sizes,
        )

    @cached_property
    def collector(self) -> Collector:
        """Closes shards and jobs."""
        return Collector(store=self.store, clock=self.clock, doorbell=self.bell)

    @cached_property
    def relay(self) -> Relay:
        """Sends to the broker of this test."""
        return Relay(
            store=self.store,
            installation=self.store,
            dispatcher=self.broker,
            collector=self.collector,
            clock=self.clock,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """Looks after what was lost."""
        return Sweeper(
            store=self.store, installation=self.store, clock=self.clock, doorbell=self.bell, rules=self.rules
        )

    @cached_property
    def desk(self) -> InlineDesk:
        """Claims and records, at once."""
        return InlineDesk(store=self.store, clock=self.clock)

    def worker(self, name: str = "worker", *, desk: Desk | None = None, bench: Bench | None = None) -> Executor:
        """Return a worker process of that name; without a bench of its own it runs items one after the other."""
        chosen = desk or self.desk
        return Executor(
            store=self.store,
            desk=chosen,
            bench=bench or InlineBench(),
            clock=self.clock,
            families=self.families,
            attempts=AttemptsInHand(store=self.store, desk=chosen, clock=self.clock, lease_s=LEASE_S),
            worker_id=WorkerId(name),
            jitter=lambda: 1.0,
        )

    def submit(self, items: int, *, tenant: TenantContext = US, options: JobOptions | None = None) -> Job:
        """Have a job of that many items accepted."""
        submission = Submission(kind=KIND, spec={"items": items}, options=options or JobOptions())
        return self.jobs.submit(tenant, submission)

    def started(self, items: int, *, options: JobOptions | None = None) -> Job:
        """Return a job whose plan is frozen and whose first shards lie in the outbox."""
        job = self.submit(items, options=options)
        self.planner.start(US, job.id)
        return self.job(job.id)

    def sent(self, items: int, *, options: JobOptions | None = None) -> Job:
        """Return a job whose first shards lie in the broker, and nothing else does."""
        job = self.started(items, options=options)
        self.relay.run_once()
        self.broker.messages = [task for task in self.broker.messages if not isinstance(task, StartTask)]
        return self.job(job.id)

    def deliver(self, task: Task, worker: Executor) -> None:
        """Do what the worker does with a message; what has to wait is queued again."""
        match task:
            case StartTask():
                self.planner.start(task.tenant, task.job_id)
            case ItemsTask():
                done = worker.execute(task.tenant, task.job_id, task.numbers)
                if done.waiting:
                    self.broker.messages.append(attrs.evolve(task, numbers=done.waiting))
            case CollectTask():
                self.collector.collect(task.tenant, task.job_id, task.shard)

    def run(self, worker: Executor | None = None) -> None:
        """Relay and deliver until outbox and broker are empty; time stands still, so nothing may have to wait."""
        chosen = worker or self.worker()
        while self.relay.run_once() or self.broker.messages:
            # as a chord does: the collection comes when nothing of the header is left to run
            ready = [task for task in self.broker.messages if not isinstance(task, CollectTask)]
            for task in ready or self.broker.messages[:1]:
                self.broker.messages.remove(task)
                self.deliver(task, chosen)

    def job(self, job_id: JobId) -> Job:
        """Return the job as it is stored."""
        with self.store.view(US) as work:
            return work.jobs.get(job_id)

    def items(self, job_id: JobId) -> list[Item]:
        """Return all items of the job as they are stored."""
        with self.store.view(US) as work:
            return work.ledger.page(job_id, after=None, limit=MANY)

    def states(self, job_id: JobId) -> list[str]:
        """Return the states of all items, in number order."""
        return [str(item.state) for item in self.items(job_id)]

    def history(self, job_id: JobId) -> list[Message]:
        """Return all messages of the job, oldest first."""
        with self.store.view(US) as work:
            return [envelope.message for envelope in work.outbox.history(job_id, limit=MANY)]
