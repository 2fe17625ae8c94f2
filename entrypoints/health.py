"""What a process that waits for a job's end looks at meanwhile: does somebody work on it, does the store write?"""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import define, field

from domain.jobs.errors import AntiphonError, Conflict, ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.service import JobView

Now = Callable[[], float]

DRIVERLESS_S = 3.0
"""A job that was just accepted, or changes hands, has no driver for a moment."""


class NobodyDrives(Conflict):
    """The job has not ended, and no process is at work on it."""


class WorkerGone(AntiphonError):
    """The worker inside this process has died; what it had in hand is given back."""


def check_worker(*, is_alive: bool, job_id: JobId) -> None:
    """
    Look at the worker inside this process: without it the job would stand still for ever, and say nothing.

    Raises:
        WorkerGone: it is dead.
    """
    if not is_alive:
        raise WorkerGone(
            f"job {job_id}: the worker inside this process has died; its log says why. Nothing is lost: "
            f"`antiphon jobs resume {job_id}` goes on"
        )


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
    Notices that the store refuses to work: whoever works for the job only waits then, and would wait for ever.

    Others `note` what they were refused with. When the job has not moved for *patience_s* since the first of it, that
    is the end; when it moves, all is forgotten.
    """

    patience_s: float = field(kw_only=True)
    now: Now = field(default=time.monotonic, kw_only=True)
    _seen: object = field(default=None, init=False)
    _first: tuple[AntiphonError, float] | None = field(default=None, init=False)

    def note(self, error: AntiphonError) -> None:
        """Keep the first trouble since the job moved; called from any thread."""
        if self._first is None:
            self._first = (error, self.now())

    def check(self, view: JobView) -> None:
        """
        Look.

        Raises:
            ServiceUnavailable: what the store has refused with for too long.
        """
        seen = (view.tally, view.job.planned)
        if seen != self._seen:
            self._seen, self._first = seen, None
        elif self._first is not None:
            error, since = self._first
            if self.now() - since >= self.patience_s:
                raise ServiceUnavailable(str(error)) from error
