"""Schedules, plugged together: for those who look after them, and for the scheduler of a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.cron.wall_times import CronSimWallTimes
from adapters.database.due_schedules import SqlDueSchedules
from adapters.database.organizations import SqlDirectory
from adapters.database.schedules import SqlScheduleStore
from domain.schedules.answering import TickAnswers
from domain.schedules.ownership import Ownership
from domain.schedules.schedulable import Check
from domain.schedules.scheduling import Scheduler
from domain.schedules.service import Schedules
from entrypoints.foundation import Foundation
from pipelines.schedulable import SCHEDULABLE

if TYPE_CHECKING:
    from entrypoints.container import Antiphon


def make_schedules(base: Foundation, *, checks: Mapping[str, Check]) -> Schedules:
    """Return the schedules of the database; *checks* look at what a task's arguments name, before they are stored."""
    return Schedules(
        store=SqlScheduleStore(base.engine),
        jobs=base.store,
        clock=base.clock,
        ids=base.ids,
        times=CronSimWallTimes(),
        audit=base.audit,
        doorbell=base.bell,
        known=SCHEDULABLE,
        checks=checks,
        resend_after_s=base.settings.resend_after_s,
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
