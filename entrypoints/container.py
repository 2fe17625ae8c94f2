"""
The composition root: which adapter is plugged into which port, once a process.

Nothing is looked up by name or type: mypy proves that what is plugged in fits. What needs Celery is built only where
work is sent or run, as its import costs more than the other commands together.
"""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen
from sqlalchemy import Engine

from adapters.bench import ThreadBench
from adapters.clock import SharedClock
from adapters.database.clock import shared_clock
from adapters.database.engine import make_engine
from adapters.database.schema import is_current, upgrade
from adapters.database.store import SqlStore
from adapters.database.test_sets import SqlTestSets
from adapters.group_commit import GroupCommit
from adapters.identifiers import UuidSource
from adapters.language_models.opener import StandardLanguageModels
from adapters.metrics.scorers import StandardScorers
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.attempts import AttemptsInHand
from domain.jobs.collection import Collector
from domain.jobs.errors import AntiphonError, BrokenSettings, ServiceUnavailable
from domain.jobs.execution import Executor
from domain.jobs.family import Family
from domain.jobs.item import WorkerId
from domain.jobs.job import Job
from domain.jobs.planning import Planner
from domain.jobs.relaying import Relay, system_context
from domain.jobs.service import JobService
from domain.jobs.sweeping import Sweeper, SweepRules
from domain.tenancy import OrganizationId, TenantContext, UserId
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from entrypoints.settings import Settings, process_environment
from pipelines.bell import RelayBell

if TYPE_CHECKING:
    from celery import Celery

    from pipelines.app import BrokerSettings
    from pipelines.loops import Loops


@frozen(kw_only=True)
class Antiphon:
    """Everything a process needs to accept jobs and to look at them."""

    settings: Settings
    engine: Engine
    tenant: TenantContext
    store: SqlStore
    test_sets: SqlTestSets
    scorers: StandardScorers
    targets: StandardTargets
    templates: JinjaTemplates
    family: TestExecution
    jobs: JobService
    runs: TestRuns
    bell: RelayBell
    clock: SharedClock

    @property
    def families(self) -> dict[str, Family]:
        """The kinds of work there are."""
        return {self.family.kind: self.family}

    @property
    def patience_s(self) -> float:
        """How long a store that refuses is asked again: a server may fail over, a full disk does not empty itself."""
        return 3.0 if self.engine.dialect.name == "sqlite" else 30.0


def build(settings: Settings) -> Antiphon:
    """
    Plug everything together.

    Raises:
        ServiceUnavailable: the home folder or the database can't be used.
    """
    if not settings.database_url:
        _make_home(settings)
    engine = _engine(settings)
    store, clock, ids, bell = SqlStore(engine), shared_clock(engine), UuidSource(), RelayBell()
    templates = JinjaTemplates()
    scorers = StandardScorers(templates)
    models = StandardLanguageModels(process_environment())
    targets = StandardTargets(process_environment(), templates, models)
    test_sets = SqlTestSets(engine)
    family = TestExecution(test_sets=test_sets, targets=targets, scorers=scorers, templates=templates)
    jobs = JobService(store=store, clock=clock, ids=ids, doorbell=bell, kinds=frozenset({family.kind}))
    return Antiphon(
        settings=settings,
        engine=engine,
        tenant=TenantContext(organization_id=OrganizationId(settings.organization), user_id=UserId(settings.user)),
        store=store,
        test_sets=test_sets,
        scorers=scorers,
        targets=targets,
        templates=templates,
        family=family,
        jobs=jobs,
        runs=TestRuns(jobs=jobs, test_sets=test_sets, ids=ids),
        bell=bell,
        clock=clock,
    )


def ready_database(antiphon: Antiphon) -> None:
    """
    Bring an embedded database up to date; insist that a server's is.

    Raises:
        ServiceUnavailable: the database can't be used, or a server's tables are not those of this version.
    """
    if not antiphon.settings.database_url:
        upgrade(antiphon.engine)
    elif not is_current(antiphon.engine):
        raise ServiceUnavailable(
            "the database's tables are not those of this version; run `antiphon db upgrade` once, then try again"
        )


def _engine(settings: Settings) -> Engine:
    try:
        return make_engine(settings.database_address, pool_size=8)
    except BrokenSettings as exc:
        raise BrokenSettings(f"ANTIPHON_DATABASE_URL: {exc}") from exc


def _make_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ServiceUnavailable(
            f"the home folder {settings.home} can't be made ({exc.strerror}); set ANTIPHON_HOME to a folder that can"
        ) from exc


@define(eq=False, slots=False)
class WorkerSide:
    """
    What a process needs to run items: built once, inside the worker process, as no connection crosses a fork.

    *only_job*: the one job the process works for; None: everybody's. A process that is its own broker must leave the
    jobs of others alone: what it took of them would be lost when it ends, and nobody asked it to run them. *on_trouble*
    hears of services that tasks and loops have to wait for.
    """

    antiphon: Antiphon
    places: int
    only_job: Job | None = None
    on_trouble: Callable[[AntiphonError], None] | None = None
    _stopping: threading.Event = field(factory=threading.Event, init=False)

    def stop(self) -> None:
        """Begin nothing new from here on: no item, no further page of a plan."""
        self._stopping.set()
        self.bench.close()

    @cached_property
    def worker_id(self) -> WorkerId:
        """A name nobody else has, that tells people where to look."""
        return WorkerId(f"{socket.gethostname()}:{os.getpid()}:{UuidSource().new_id()[:8]}")

    @cached_property
    def bench(self) -> ThreadBench:
        """The places items run on."""
        return ThreadBench(places=self.places)

    @cached_property
    def desk(self) -> GroupCommit:
        """Claims and records, committed in groups."""
        return GroupCommit(self.antiphon.store, self.antiphon.clock, patience_s=self.antiphon.patience_s)

    @cached_property
    def attempts(self) -> AttemptsInHand:
        """The attempts of this process."""
        a = self.antiphon
        return AttemptsInHand(store=a.store, desk=self.desk, clock=a.clock, lease_s=a.settings.lease_s)

    @cached_property
    def planner(self) -> Planner:
        """Starts jobs."""
        a = self.antiphon
        return Planner(
            store=a.store,
            clock=a.clock,
            doorbell=a.bell,
            families=a.families,
            lease_s=a.settings.lease_s,
            is_stopping=self._stopping.is_set,
        )

    @cached_property
    def collector(self) -> Collector:
        """Closes shards and jobs."""
        a = self.antiphon
        return Collector(store=a.store, clock=a.clock, doorbell=a.bell)

    @cached_property
    def executor(self) -> Executor:
        """Runs items."""
        a = self.antiphon
        return Executor(
            store=a.store,
            desk=self.desk,
            bench=self.bench,
            clock=a.clock,
            families=a.families,
            attempts=self.attempts,
            worker_id=self.worker_id,
            jitter=random.random,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """Looks after what messages were lost for."""
        a = self.antiphon
        grace_s = a.settings.lease_s + a.settings.sweep_s
        rules = SweepRules(resend_after_s=a.settings.resend_after_s, deadline_grace_s=grace_s)
        return Sweeper(store=a.store, installation=a.store, clock=a.clock, doorbell=a.bell, rules=rules)

    @cached_property
    def app(self) -> Celery:
        """The Celery application, with every task."""
        from pipelines.app import make_app
        from pipelines.loops import log_only
        from pipelines.tasks import TaskServices, register

        app = make_app(broker_settings(self.antiphon.settings))
        services = TaskServices(
            planner=self.planner,
            executor=self.executor,
            collector=self.collector,
            test_sets=self.antiphon.test_sets,
        )
        register(app, lambda: services, on_trouble=self.on_trouble or log_only)
        return app

    @cached_property
    def relay(self) -> Relay:
        """Sends what was committed."""
        from pipelines.canvas import CeleryDispatcher

        a = self.antiphon
        return Relay(
            store=a.store,
            installation=a.store,
            dispatcher=CeleryDispatcher(app=self.app),
            collector=self.collector,
            clock=a.clock,
            only_job=self.only_job.id if self.only_job else None,
        )

    def loops(self) -> Loops:
        """Return the loops that run beside the tasks."""
        from pipelines.loops import Loops, LoopTimes, log_only

        a, settings = self.antiphon, self.antiphon.settings
        times = LoopTimes(sweep_s=settings.sweep_s, leases_s=settings.lease_s / 3)
        return Loops(
            relay=self.relay,
            bell=a.bell,
            attempts=self.attempts,
            planner=self.planner,
            sweep=self._sweep,
            set_clock=a.clock.refresh,
            times=times,
            on_trouble=self.on_trouble or log_only,
        )

    def _sweep(self) -> object:
        if self.only_job is None:
            return self.sweeper.sweep()
        return self.sweeper.sweep_job(system_context(self.only_job.organization_id), self.only_job.id)


def broker_settings(settings: Settings) -> BrokerSettings:
    """Return what the pipeline needs to know of the settings."""
    from pipelines.app import BrokerSettings

    embedded = BrokerSettings(
        visibility_timeout_s=settings.visibility_timeout_s, result_expires_s=settings.result_expires_s
    )
    if settings.is_embedded:
        return embedded
    return evolve(embedded, broker_url=settings.broker_url, result_backend_url=settings.result_backend_address)
