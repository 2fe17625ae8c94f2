"""
What the kernel needs of the world, as Protocols: a store, a clock, a way to send. What a worker needs beside them is in
`worker_ports.py`.

A store serves one organization per unit of work: every method sees and changes the rows of the tenant it was begun
for, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from domain.jobs.aggregate import Tally
from domain.jobs.budget import Spending
from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.events import Envelope, Message, RunTask
from domain.jobs.item import Failure, Item, ItemNo, ItemState, PlannedItem, WorkerId
from domain.jobs.job import Job, JobId, JobPlace, JobStatus
from domain.jobs.plan import Shard, ShardState
from domain.jobs.turns import Turn
from domain.tenancy import OrganizationId, TenantContext


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the time, in UTC, with its zone."""


class IdSource(Protocol):
    """The only source of identifiers."""

    def new_id(self) -> str:
        """Return an identifier nobody has had before: a UUID in its text form."""


class JobRepository(Protocol):
    """The jobs of one organization."""

    def add(self, job: Job, *, idempotency_key: str | None = None, fingerprint: str = "") -> None:
        """
        Store a new job, and the key it was asked for with.

        Raises:
            AlreadyRunning: an active job of this kind has the same subject.
            Conflict: the idempotency key is taken (look it up with `by_key`).
        """

    def by_key(self, idempotency_key: str) -> tuple[JobId, str] | None:
        """Return the job that was asked for with the key, and the fingerprint of that request."""

    def get(self, job_id: JobId, *, lock: bool = False) -> Job:
        """
        Return the job; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: no such job in this organization.
        """

    def find(self, id_prefix: str) -> list[JobId]:
        """Return the jobs whose id starts with *id_prefix* (at most ten)."""

    def by_task(self, task_id: str) -> Job | None:
        """Return the newest job whose start the Celery task of this id has run."""

    def newest(self, *, kind: str, subjects: Sequence[str]) -> dict[str, Job]:
        """Return the newest job of a kind about each subject that there is one about: the active one, if one is."""

    def put(self, job: Job) -> None:
        """Store a changed job; the caller holds its lock."""

    def close(self, job: Job, *, revision: int) -> bool:
        """Store *job* as ended if it is still open in *revision*; return whether this caller was the one."""

    def page(
        self, *, before: JobPlace | None, limit: int, status: JobStatus | None = None, kind: str | None = None
    ) -> list[Job]:
        """Return jobs, newest first, from just behind *before*; only those of that status and kind, when named."""


class Ledger(Protocol):
    """All item and shard rows of the jobs of one organization: the only truth about what was done."""

    def add(self, job_id: JobId, first: ItemNo, items: Sequence[PlannedItem]) -> None:
        """Store planned items, numbered from *first* on."""

    def discard(self, job_id: JobId) -> None:
        """Forget the items of a plan that was never frozen."""

    def cut(self, job_id: JobId, shards: Iterable[Shard]) -> None:
        """Store the shards of a plan."""

    def claim(self, claim: Claim) -> ClaimAnswer:
        """
        Begin an attempt at as many of the wanted items as may begin, each under a new fencing token.

        An item is granted when it is pending, due, and fewer than `concurrency` items of the job run under a live
        lease, and while the budget of the claim is neither reached nor reserved for those that run. The order of the
        wish is kept.
        """

    def record(self, job_id: JobId, reports: Sequence[Report], *, now: datetime) -> list[bool]:
        """Apply each report whose token is still the item's live one; return for each whether it was."""

    def extend(self, job_id: JobId, tokens: Sequence[tuple[ItemNo, int]], *, lease_until: datetime) -> None:
        """Extend the leases held under these tokens; those lost meanwhile stay lost."""

    def expire(self, job_id: JobId, *, now: datetime) -> list[Item]:
        """Return to pending, and return, the running items whose lease ran out: their worker vanished."""

    def forsake(self, job_id: JobId, worker_id: WorkerId, *, now: datetime) -> list[Item]:
        """As `expire`, for the items of one worker that is known to be gone."""

    def overdue(self, job_id: JobId, *, now: datetime) -> list[Item]:
        """Return the running items whose deadline has passed, whatever their lease."""

    def fail_pending(self, job_id: JobId, numbers: Sequence[ItemNo], failure: Failure, *, now: datetime) -> None:
        """End these items, where they are still pending, as failed."""

    def fail_all_pending(self, job_id: JobId, failure: Failure, *, now: datetime) -> int:
        """End every pending item as failed; return how many there were."""

    def cancel_pending(self, job_id: JobId, *, now: datetime) -> int:
        """End every pending item as cancelled; return how many there were."""

    def reset(self, job_id: JobId, states: Sequence[ItemState]) -> int:
        """Make the items in these end states as good as new, reopen their shards; return how many there were."""

    def get(self, job_id: JobId, numbers: Sequence[ItemNo]) -> list[Item]:
        """Return these items, in number order; unknown ones are left out."""

    def page(
        self,
        job_id: JobId,
        *,
        after: ItemNo | None,
        limit: int,
        states: Sequence[ItemState] = (),
        verdicts: Sequence[str] = (),
    ) -> list[Item]:
        """
        Return items in number order from just behind *after*.

        Only those in *states*, and only those with one of *verdicts*, when some are named.
        """

    def pending_in(self, job_id: JobId, shard: Shard) -> list[ItemNo]:
        """Return the numbers of the shard's pending items, in order."""

    def workers_of(self, job_id: JobId) -> set[WorkerId]:
        """Return the workers that hold a lease on an item of the job."""

    def count(self, job_id: JobId) -> int:
        """Return how many items are stored."""

    def tally(self, job_id: JobId, shard: Shard | None = None) -> Tally:
        """Count the items of the shard, or of the whole job (what was kept at its end; else as `Shard.tally` says)."""

    def keep_tally(self, job_id: JobId, tally: Tally) -> None:
        """Keep what an ended job came to, until it is reset; the caller holds the job's lock."""

    def kept_tallies(self, job_ids: Sequence[JobId]) -> dict[JobId, Tally]:
        """Return what these jobs came to, as far as it was kept; one look-up, however many items they have."""

    def spending(self, job_id: JobId) -> Spending:
        """Return what the newest revision of the job has spent, as far as attempts reported it."""

    def shard(self, job_id: JobId, no: int) -> Shard:
        """
        Return the shard.

        Raises:
            NotFound: no such shard.
        """

    def shards(self, job_id: JobId, state: ShardState, *, limit: int) -> list[Shard]:
        """Return the first shards in *state*, in order."""

    def put_shard(self, job_id: JobId, shard: Shard) -> None:
        """Store a changed shard; the caller holds the job's lock."""

    def last_activity(self, job_id: JobId, shard: Shard) -> datetime | None:
        """Return when an item of the shard last began or ended an attempt, or comes due."""


class Outbox(Protocol):
    """Messages that leave after the commit, and the history they make."""

    def add(self, message: Message, *, now: datetime) -> None:
        """Store a message with the change it belongs to."""

    def history(self, job_id: JobId, *, after: int = 0, limit: int = 100) -> list[Envelope]:
        """Return the messages of a job, oldest first, from just behind event id *after*."""


class UnitOfWork(Protocol):
    """One transaction for one tenant: all of it becomes visible at `commit`, or nothing."""

    @property
    def jobs(self) -> JobRepository:
        """The organization's jobs."""

    @property
    def ledger(self) -> Ledger:
        """The organization's items and shards."""

    @property
    def outbox(self) -> Outbox:
        """The organization's messages."""

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class Store(Protocol):
    """Where the rows live."""

    def begin(self, tenant: TenantContext) -> AbstractContextManager[UnitOfWork]:
        """
        Begin a unit of work for the tenant.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """

    def view(self, tenant: TenantContext) -> AbstractContextManager[UnitOfWork]:
        """
        Begin a read-only unit of work: one consistent state of the rows, seen without waiting for a writer.

        Only what reads may be called in it; leaving it undoes whatever else was done, and `commit` is refused.
        """


class Installation(Protocol):
    """What concerns all organizations at once: ids only, for the relay and the sweeper."""

    def take_messages(
        self, *, now: datetime, hold_until: datetime, limit: int, job_id: JobId | None = None
    ) -> list[Envelope]:
        """Return unsent commands (of one job, if named), oldest first; hide them from other relays until then."""

    def take_facts(self, *, now: datetime, hold_until: datetime, limit: int) -> list[Envelope]:
        """As `take_messages`, for facts: they are sent once everything that a fact starts was started."""

    def mark_sent(self, ids: Sequence[int], *, now: datetime) -> None:
        """Never hand these messages out again."""

    def postpone(self, ids: Sequence[int], *, until: datetime) -> None:
        """Hand these messages out again from *until* on."""

    def active_jobs(self) -> list[tuple[OrganizationId, JobId]]:
        """Return the jobs that have not ended, oldest first."""

    def owner_of(self, job_id: JobId) -> OrganizationId | None:
        """Return which organization has a job of this id."""

    def take_turn(self, turn: Turn) -> bool:
        """Give a duty to one of those who ask, and return True; False when it is another's, or not due (`Turn`)."""


class Dispatcher(Protocol):
    """Sends work to the workers; at least once, so a repeated call must be harmless to the receiver."""

    def start(self, tenant: TenantContext, job: Job) -> None:
        """
        Send the job's start task.

        Raises:
            ServiceUnavailable: the broker can't be reached; nothing was sent, or it is not known.
        """

    def send(self, tenant: TenantContext, job: Job, shard: int, chunks: Sequence[Sequence[ItemNo]]) -> None:
        """
        Send one chord: a task for each chunk of items, and the collection of the shard as body.

        Raises:
            ServiceUnavailable: the broker can't be reached; nothing was sent, or it is not known.
        """

    def run(self, tenant: TenantContext, command: RunTask) -> None:
        """
        Send the task that the command names, under the command's id.

        Raises:
            ServiceUnavailable: the broker can't be reached; nothing was sent, or it is not known.
        """


class Doorbell(Protocol):
    """Wakes the relay of this process: something was committed to the outbox."""

    def ring(self) -> None:
        """Wake the relay; never blocks, and may come in vain."""
