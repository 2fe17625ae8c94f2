"""Schedules, plugged together: for those who look after them, and for the scheduler of a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from adapters.cron.wall_times import CronSimWallTimes
from adapters.database.due_schedules import SqlDueSchedules
from adapters.database.organizations import SqlDirectory
from adapters.database.schedules import SqlScheduleStore
from domain.jobs.ports import Clock, Doorbell, IdSource, Store
from domain.organizations.audit_log import AuditLog
from domain.schedules.answering import TickAnswers
from domain.schedules.ownership import Ownership
from domain.schedules.schedulable import Check
from domain.schedules.scheduling import Scheduler
from domain.schedules.service import Schedules
from pipelines.schedulable import SCHEDULABLE

if TYPE_CHECKING:
    from entrypoints.container import Antiphon


def make_schedules(
    engine: Engine,
    *,
    store: Store,
    clock: Clock,
    ids: IdSource,
    audit: AuditLog,
    doorbell: Doorbell,
    checks: Mapping[str, Check],
    resend_after_s: float,
) -> Schedules:
    """Return the schedules of the database; *checks* look at what a task's arguments name, before they are stored."""
    return Schedules(
        store=SqlScheduleStore(engine),
        jobs=store,
        clock=clock,
        ids=ids,
        times=CronSimWallTimes(),
        audit=audit,
        doorbell=doorbell,
        known=SCHEDULABLE,
        checks=checks,
        resend_after_s=resend_after_s,
    )


def make_scheduler(antiphon: Antiphon) -> Scheduler:
    """Return what makes the ticks of all organizations."""
    return Scheduler(
        store=antiphon.schedules.store,
        installation=SqlDueSchedules(antiphon.engine),
        ownership=Ownership(directory=SqlDirectory(antiphon.engine)),
        clock=antiphon.clock,
        times=antiphon.schedules.times,
        doorbell=antiphon.bell,
        known=antiphon.schedules.known,
        audit=antiphon.administration.audit,
        resend_after_s=antiphon.settings.resend_after_s,
    )


def make_answers(antiphon: Antiphon) -> TickAnswers:
    """Return what notes how the tasks of ticks went."""
    return TickAnswers(store=antiphon.schedules.store)
