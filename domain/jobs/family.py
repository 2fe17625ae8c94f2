"""What a kind of work must bring so that the kernel can fan it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from domain.jobs.item import Document, Item, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext


class Keep(Protocol):
    """Stores how far an attempt has come, so that what was paid for is never bought twice."""

    def __call__(self, progress: Document, usage: Usage = NOTHING) -> None:
        """
        Store *progress* in place of what was kept before, and count *usage*, spent since then; return when committed.

        The next attempt finds it as `item.progress`, also one of a later revision. An empty one forgets. It costs a
        commit: worth it for an answer that took seconds and money, not for each step of a loop. Call it from the
        thread that runs the item.

        Raises:
            LeaseLost: the attempt is no longer the live one; nothing was stored. Let it pass: stop working.
            ServiceUnavailable: the store refuses to work. Let it pass, too.
        """


class ItemRunner(Protocol):
    """Runs items of one job; made once a process and job, so that what all items share is prepared once."""

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """
        Do the item's work and return its outcome; called from several threads at once.

        *deadline_s* is the time left, in seconds: past it the kernel has given up on the attempt. `item.progress` is
        what an earlier attempt kept. The usage of the outcome, or of the failure, is what was spent since the last
        `keep`; what is not said is not counted.

        Raises:
            TransientFailure: another attempt may succeed.
            PermanentFailure: none will.
            Deferred: the work may not begin (or go on) yet; what was spent so far must have been kept.
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
