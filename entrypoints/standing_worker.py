"""
The worker of an embedded installation while its API is served: it stands, and works on everybody's jobs.

It is the only one of its home folder. Commands see that by a lock file, hand in what they are asked for, and look on;
the operating system frees the lock however the process dies. A job that a command was at work on before is left to that
command until it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import structlog
from attrs import define, field
from filelock import Timeout

from domain.jobs.errors import AntiphonError
from domain.jobs.job import JobId
from domain.jobs.relaying import system_context
from domain.tenancy import TenantContext
from entrypoints.container import Antiphon
from entrypoints.driving import is_being_driven, lock_of_worker, put_down_at_the_end, take_over
from entrypoints.worker_side import WorkerSide

log = structlog.get_logger(__name__)

LOOK_S = 0.2
REST_S = 5.0
"""How long it leaves alone a database, or a worker of its own, that has failed it."""


@define(eq=False)
class StandingWorker:
    """Works while `running`; *on_take_over* hears how many unfinished jobs it found at its start."""

    antiphon: Antiphon
    on_take_over: Callable[[int], None]
    _stopping: threading.Event = field(factory=threading.Event, init=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work for the length of the block; what is in hand at its end is given back."""
        thread = threading.Thread(target=self._stand, name="antiphon-worker", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(timeout=self.antiphon.settings.shutdown_grace_s)

    def _stand(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work_alone()
            except AntiphonError as error:
                log.warning("the worker inside this process rests", error=str(error), rest_s=REST_S)
                self._stopping.wait(REST_S)

    def _work_alone(self) -> None:
        lock = lock_of_worker(self.antiphon)
        try:
            lock.acquire(timeout=1.0, poll_interval=LOOK_S)
        except Timeout:  # another process of this home works already
            return
        try:
            while self._others_drive() and not self._stopping.wait(LOOK_S):
                pass
            if not self._stopping.is_set():
                self._work()
        finally:
            lock.release()

    def _work(self) -> None:
        from pipelines.worker import embedded_worker

        self._take_over()
        side = WorkerSide(self.antiphon, places=self.antiphon.settings.slots)
        with ExitStack() as stack:
            is_alive = stack.enter_context(embedded_worker(side.app, threads=side.places))
            stack.enter_context(side.loops().running())
            stack.enter_context(put_down_at_the_end(side))
            while is_alive() and not self._stopping.wait(LOOK_S):
                if side.desk.trouble is not None:
                    raise side.desk.trouble

    def _take_over(self) -> None:
        """Set going what an earlier process left: its messages died with it."""
        unfinished = self._unfinished()
        if unfinished:
            self.on_take_over(len(unfinished))
        for tenant, job_id in unfinished:
            take_over(self.antiphon, job_id, tenant=tenant)
            if not self.antiphon.jobs.get(tenant, job_id).job.status.is_end:
                self.antiphon.jobs.resume(tenant, job_id)

    def _others_drive(self) -> bool:
        return any(is_being_driven(self.antiphon, job_id) for _, job_id in self._unfinished())

    def _unfinished(self) -> list[tuple[TenantContext, JobId]]:
        active = self.antiphon.store.active_jobs()
        return [(system_context(organization_id), job_id) for organization_id, job_id in active]
