"""
What workers do with the task of a tick: carry it out once, and note what became of it.

A task that was sent for no tick is carried out, and nothing is noted.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
from attrs import frozen

from domain.jobs.errors import AlreadyRunning, AntiphonError, ServiceUnavailable, TransientFailure
from domain.jobs.job import JobId
from domain.schedules.ports import ScheduleStore
from domain.schedules.tick import Tick, TickKey, TickState, tick_of
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Answer:
    """What the task of a tick came to: the job it opened, or None, and why there is none (empty: it needs none)."""

    job_id: JobId | None = None
    refusal: str = ""


@frozen(kw_only=True)
class TickAnswers:
    """Notes what becomes of ticks."""

    store: ScheduleStore

    def carry_out(self, tenant: TenantContext, task_id: str, move: Callable[[], JobId | None]) -> Answer:
        """
        Make *move*, which opens a job or runs a task without one, and note how that went where it is a tick's.

        The task of a tick that was answered before is not carried out again, nor is that of a schedule that was
        removed meanwhile. What a tick names that can't be started is its outcome, and no error.

        Raises:
            ServiceUnavailable: the store refuses to work; the task is to come again.
            TransientFailure: likewise, for what the move needs.
        """
        key = tick_of(task_id)
        if key is None:
            return Answer(job_id=move())
        tick = self._waiting(tenant, key)
        if isinstance(tick, Answer):
            return tick
        try:
            job_id = move()
        except (ServiceUnavailable, TransientFailure):
            raise
        except AlreadyRunning as error:
            return self._note(tenant, attrs.evolve(tick, state=TickState.SKIPPED, detail=f"already running: {error}"))
        except AntiphonError as error:
            return self._note(tenant, attrs.evolve(tick, state=TickState.REFUSED, detail=str(error)))
        state = TickState.RAN if job_id is None else TickState.STARTED
        return self._note(tenant, attrs.evolve(tick, state=state, job_id=job_id, detail=""))

    def _waiting(self, tenant: TenantContext, key: TickKey) -> Tick | Answer:
        with self.store.view(tenant) as work:
            tick = work.ticks.get(key)
        if tick is None:
            return Answer(refusal="its schedule was removed")
        if tick.state in (TickState.WAITING, TickState.LOST):
            return tick
        return Answer(job_id=tick.job_id, refusal=tick.detail)

    def _note(self, tenant: TenantContext, answered: Tick) -> Answer:
        with self.store.begin(tenant) as work:
            there = work.ticks.get(answered.key, lock=True)
            if there is not None and there.state in (TickState.WAITING, TickState.LOST):
                work.ticks.put(
                    attrs.evolve(
                        there, state=answered.state, job_id=answered.job_id, detail=answered.detail, resend_at=None
                    )
                )
                work.commit()
        return Answer(job_id=answered.job_id, refusal=answered.detail)
