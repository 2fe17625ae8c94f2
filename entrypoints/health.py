"""What a process that waits for a job's end looks at meanwhile: does somebody work on it, does the store still write?"""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import define, field

from domain.jobs.aggregate import Tally
from domain.jobs.errors import Conflict, ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.ports import Store
from domain.jobs.service import JobView
from domain.tenancy import TenantContext

Now = Callable[[], float]

DRIVERLESS_S = 3.0
"""A job that was just accepted, or changes hands, has no driver for a moment."""

STILL_S = 2.0
PATIENCE_S = 10.0


class NobodyDrives(Conflict):
    """The job has not ended, and no process is at work on it."""


@define(eq=False)
class DriverWatch:
    """Notices that the process which drove a job is gone; looks once a second."""

    is_driven: Callable[[], bool]
    job_id: JobId = field(kw_only=True)
    now: Now = field(default=time.monotonic, kw_only=True)
    _looked_at: float = field(default=-1.0, init=False)
    _driven_at: float | None = field(default=None, init=False)

    def check(self, _view: JobView) -> None:
        """
        Look, when it is time.

        Raises:
            NobodyDrives: for some seconds nobody was at work on the job.
        """
        now = self.now()
        if now - self._looked_at < 1.0:
            return
        self._looked_at = now
        if self._driven_at is None or self.is_driven():
            self._driven_at = now
        elif now - self._driven_at >= DRIVERLESS_S:
            raise NobodyDrives(
                f"job {self.job_id} was interrupted, and no process is at work on it; `antiphon jobs resume "
                f"{self.job_id}` goes on with it"
            )


@define(eq=False)
class StoreWatch:
    """
    Notices that the store refuses to write: whoever works for the job only waits then, and would wait for ever.

    While the job moves, nothing is asked. When it has stood still for a while, its row is written as it is.
    """

    store: Store
    tenant: TenantContext
    job_id: JobId = field(kw_only=True)
    trouble: Callable[[], ServiceUnavailable | None] = field(kw_only=True)
    now: Now = field(default=time.monotonic, kw_only=True)
    _seen: Tally | None = field(default=None, init=False)
    _asked_at: float = field(default=0.0, init=False)
    _worked_at: float = field(default=0.0, init=False)

    def check(self, view: JobView) -> None:
        """
        Look, when it is time.

        Raises:
            ServiceUnavailable: what the store has refused with for some seconds.
        """
        trouble, now = self.trouble(), self.now()
        if trouble is not None:
            raise trouble
        if view.tally != self._seen:
            self._seen, self._asked_at, self._worked_at = view.tally, now, now
        elif now - self._asked_at >= STILL_S:
            self._ask()

    def _ask(self) -> None:
        try:
            with self.store.begin(self.tenant) as work:
                work.jobs.put(work.jobs.get(self.job_id, lock=True))
                work.commit()
            self._worked_at = self.now()
        except ServiceUnavailable:
            if self.now() - self._worked_at >= PATIENCE_S:
                raise
        self._asked_at = self.now()
