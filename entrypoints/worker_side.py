"""
The composition root of a worker: what runs items, built inside the worker process.

What needs Celery is imported where it is used: its import costs more than the commands that only look.
"""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from adapters.bench import ThreadBench
from adapters.database.organizations import SqlDirectory
from adapters.group_commit import GroupCommit
from adapters.identifiers import UuidSource
from domain.jobs.announcing import Announcer
from domain.jobs.attempts import AttemptsInHand
from domain.jobs.collection import Collector
from domain.jobs.errors import AntiphonError
from domain.jobs.execution import Executor
from domain.jobs.item import WorkerId
from domain.jobs.job import Job
from domain.jobs.line import Crew
from domain.jobs.planning import Planner
from domain.jobs.relaying import Relay, system_context
from domain.jobs.sweeping import Sweeper, SweepRules
from domain.jobs.worker_ports import Desk
from domain.organizations.audit_log import AuditLog
from domain.organizations.foreign_messages import ForeignMessages
from entrypoints.container import Antiphon
from entrypoints.schedules import make_answers, make_scheduler
from entrypoints.settings import Settings
from pipelines.observing import observed

if TYPE_CHECKING:
    from celery import Celery

    from entrypoints.monitoring.counts import WorkerCounts
    from pipelines.brokers import BrokerSettings
    from pipelines.loops import Loops
    from pipelines.notifying import Notifying


RECHECK_S = 10.0
"""How often it is looked for LLM APIs that failed and are due again, in seconds."""


@define(eq=False, slots=False)
class WorkerSide:
    """
    What a process needs to run items: built once, inside the worker process, as no connection crosses a fork.

    *only_job*: the one job the process works for; None: everybody's. A process that is its own broker must leave the
    jobs of others alone: what it took of them would be lost when it ends, and nobody asked it to run them. *on_trouble*
    hears of services that tasks and loops have to wait for; *counts* of what becomes of items and messages.
    """

    antiphon: Antiphon
    places: int
    only_job: Job | None = None
    on_trouble: Callable[[AntiphonError], None] | None = None
    counts: WorkerCounts | None = None
    _stopping: threading.Event = field(factory=threading.Event, init=False)

    def stop(self) -> None:
        """Begin nothing new from here on: no item, no further page of a plan."""
        self._stopping.set()
        self.attempts.begin_nothing()
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
    def counting_desk(self) -> Desk:
        """The desk, with somebody who counts beside it where that is wanted."""
        if self.counts is None:
            return self.desk
        from entrypoints.monitoring.counts import CountingDesk

        return CountingDesk(desk=self.desk, counts=self.counts)

    @cached_property
    def attempts(self) -> AttemptsInHand:
        """The attempts of this process."""
        a = self.antiphon
        return AttemptsInHand(store=a.store, desk=self.counting_desk, clock=a.clock, lease_s=a.settings.lease_s)

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
            desk=self.counting_desk,
            bench=self.bench,
            clock=a.clock,
            families=observed(a.families, spans=a.spans),
            attempts=self.attempts,
            worker_id=self.worker_id,
            jitter=random.random,
            crew=Crew(size=self.places),
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """Looks after what messages were lost for."""
        a = self.antiphon
        grace_s = a.settings.lease_s + a.settings.sweep_s
        rules = SweepRules(resend_after_s=a.settings.resend_after_s, deadline_grace_s=grace_s)
        return Sweeper(store=a.store, installation=a.store, clock=a.clock, doorbell=a.bell, rules=rules)

    @property
    def _foreign(self) -> ForeignMessages:
        a = self.antiphon
        audit = AuditLog(directory=SqlDirectory(a.engine), clock=a.clock, ids=UuidSource())
        return ForeignMessages(installation=a.store, audit=audit)

    @cached_property
    def app(self) -> Celery:
        """The Celery application, with every task."""
        from pipelines.app import make_app
        from pipelines.loops import log_only
        from pipelines.tasks import TaskServices, nobody_counts, register

        broker = broker_settings(self.antiphon.settings)
        app = make_app(broker)
        services = TaskServices(
            planner=self.planner,
            executor=self.executor,
            collector=self.collector,
            test_sets=self.antiphon.test_sets,
            openers=self.antiphon.openers,
            sync_all=lambda tenant: self.antiphon.sources.syncs.start_all(tenant).document(),
            foreign=self._foreign,
            ticks=make_answers(self.antiphon),
        )
        register(
            app,
            lambda: services,
            countdown=broker.countdown,
            on_trouble=self.on_trouble or log_only,
            spans=self.antiphon.spans,
            on_redelivered=self.counts.add_redelivery if self.counts else nobody_counts,
        )
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

    @cached_property
    def notifying(self) -> Notifying:
        """Tells webhooks and mailboxes what happened."""
        from pipelines.notifying import Notifying
        from pipelines.subscriptions import EMBED, NOTE_CHECKS, NOTIFY, SETTLE_DOCUMENTS, reactions

        a = self.antiphon
        told = reactions(
            {
                NOTIFY: a.notifications.notifier.notify,
                NOTE_CHECKS: a.checks.noting.on_end,
                EMBED: a.embedding_work.jobs.react,
                SETTLE_DOCUMENTS: a.embedding_work.settling.react,
            }
        )
        announcer = Announcer(installation=a.store, clock=a.clock, reactions=told)
        return Notifying(announcer=announcer, courier=a.notifications.courier)

    def loops(self) -> Loops:
        """Return the loops that run beside the tasks."""
        from pipelines.loops import Loops, LoopTimes, log_only

        a, settings = self.antiphon, self.antiphon.settings
        # whose turn it is not asks twice a sweep, so that a turn that was missed is noticed before the next one
        asks_s = settings.sweep_s if self.only_job else settings.sweep_s / 2
        times = LoopTimes(sweep_s=asks_s, leases_s=settings.lease_s / 3, recheck_s=RECHECK_S / 2)
        return Loops(
            relay=self.relay,
            bell=a.bell,
            attempts=self.attempts,
            collector=self.collector,
            planner=self.planner,
            notifying=self.notifying,
            sweep=self._sweep,
            keep_permits=a.doors.permits.keep,
            set_clock=a.clock.refresh,
            make_ticks=make_scheduler(a).round if self.only_job is None else None,
            recheck=self._recheck if self.only_job is None else None,
            times=times,
            on_trouble=self.on_trouble or log_only,
        )

    def _recheck(self) -> object:
        return self.antiphon.checks.rechecking.in_turn(self.worker_id, rest_s=RECHECK_S)

    def _sweep(self) -> object:
        if self.only_job is None:
            return self.sweeper.sweep_in_turn(self.worker_id, rest_s=self.antiphon.settings.sweep_s)
        return self.sweeper.sweep_job(system_context(self.only_job.organization_id), self.only_job.id)


def broker_settings(settings: Settings) -> BrokerSettings:
    """Return what the pipeline needs to know of the settings."""
    from pipelines.brokers import BrokerSettings

    embedded = BrokerSettings(
        visibility_timeout_s=settings.visibility_timeout_s, result_expires_s=settings.result_expires_s
    )
    if settings.is_embedded:
        return embedded
    return evolve(
        embedded,
        broker_url=settings.broker_url,
        result_backend_url=settings.result_backend_address,
        key_prefix=settings.key_prefix,
        ca_file=settings.tls_ca_file,
    )
