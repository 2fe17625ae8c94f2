"""What a kind of work must bring so that the kernel can fan it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from domain.jobs.item import Item, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.tenancy import TenantContext


class ItemRunner(Protocol):
    """Runs items of one job; made once a process and job, so that what all items share is prepared once."""

    def run(self, item: Item, *, deadline_s: float) -> Outcome:
        """
        Do the item's work and return its outcome; called from several threads at once.

        *deadline_s* is the time left, in seconds: past it the kernel has given up on the attempt.

        Raises:
            TransientFailure: another attempt may succeed.
            PermanentFailure: none will.
        """


class Family(Protocol):
    """One kind of job."""

    @property
    def kind(self) -> str:
        """The job's kind as stored, such as `test_execution`."""

    @property
    def allows_empty_plan(self) -> bool:
        """Whether a plan without items is a completed job (else it fails, saying so)."""

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield what is to be done, lazily: a plan may be larger than memory."""

    def prepare(self, tenant: TenantContext, job: Job) -> ItemRunner:
        """
        Return what runs the job's items.

        Raises:
            PermanentFailure: the job can't be run here; every item fails with this.
        """
