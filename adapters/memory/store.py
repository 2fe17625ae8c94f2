"""
A store that lives as long as its process: for tests, and for trying things out.

It keeps the promises of the database stores (the contract suite holds it to them) except durability.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock, get_ident

from attrs import frozen

from adapters.memory import outbox
from adapters.memory.jobs import MemoryJobs
from adapters.memory.journal import Journal, journaled
from adapters.memory.ledger import MemoryLedger
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.rows import OrganizationRows, StoreRows
from domain.jobs.events import Envelope
from domain.jobs.job import Job, JobId
from domain.jobs.turns import Turn
from domain.tenancy import OrganizationId, TenantContext


@frozen(kw_only=True)
class MemoryUnitOfWork:
    """One transaction: it changes the tables themselves, which nobody else sees meanwhile, and is undone by default."""

    jobs: MemoryJobs
    ledger: MemoryLedger
    outbox: MemoryOutbox
    journal: Journal

    def commit(self) -> None:
        """Keep the changes; leaving the unit without it undoes them."""
        self.journal.commit()


class MemoryStore:
    """`Store` and `Installation` in memory; units of work of all threads take turns, as writers of SQLite do."""

    def __init__(self) -> None:
        self._rows = StoreRows()
        self._lock = Lock()
        self._owner: int | None = None

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[MemoryUnitOfWork]:
        """Begin a unit of work for the tenant, once no other is open."""
        with self._turn(), self._unit(tenant, is_view=False) as unit:
            yield unit

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[MemoryUnitOfWork]:
        """Begin a read-only unit of work; here, unlike in a database, it takes its turn with the writers."""
        with self._turn(), self._unit(tenant, is_view=True) as unit:
            yield unit

    def take_messages(
        self, *, now: datetime, hold_until: datetime, limit: int, job_id: JobId | None = None
    ) -> list[Envelope]:
        """Return unsent commands (of one job, if named), oldest first; hide them from other relays until then."""

        def wanted(envelope: Envelope) -> bool:
            return outbox.is_command(envelope) and job_id in (None, envelope.message.job_id)

        with self._turn():
            return outbox.taken(self._rows.messages, wanted, now=now, hold_until=hold_until, limit=limit)

    def take_facts(self, *, now: datetime, hold_until: datetime, limit: int) -> list[Envelope]:
        """As `take_messages`, for facts."""

        def wanted(envelope: Envelope) -> bool:
            return not outbox.is_command(envelope)

        with self._turn():
            return outbox.taken(self._rows.messages, wanted, now=now, hold_until=hold_until, limit=limit)

    def mark_sent(self, ids: Sequence[int], *, now: datetime) -> None:  # noqa: ARG002  # nobody asks when
        """Never hand these messages out again."""
        with self._turn():
            for event_id in ids:
                self._rows.messages.unsent.pop(event_id, None)

    def postpone(self, ids: Sequence[int], *, until: datetime) -> None:
        """Hand these messages out again from *until* on."""
        with self._turn():
            outbox.held(self._rows.messages, ids, until=until)

    def active_jobs(self) -> list[tuple[OrganizationId, JobId]]:
        """Return the jobs that have not ended, oldest first."""
        with self._turn():
            active = [job for rows in self._rows.organizations.values() for job in _active(rows)]
        return [(job.organization_id, job.id) for job in sorted(active, key=lambda job: (job.created_at, job.id))]

    def owner_of(self, job_id: JobId) -> OrganizationId | None:
        """Return which organization has a job of this id."""
        with self._turn():
            return next((owner for owner, rows in self._rows.organizations.items() if job_id in rows.jobs), None)

    def take_turn(self, turn: Turn) -> bool:
        """See to a duty, if it is nobody else's; return whether it is."""
        with self._turn():
            last = self._rows.duties.get(turn.duty)
            if last is None or _is_due(turn, last):
                self._rows.duties[turn.duty] = turn
                return True
            return False

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._owner == get_ident():
            raise RuntimeError("this thread has a unit of work open already: end it before beginning another")
        with self._lock:
            self._owner = get_ident()
            try:
                yield
            finally:
                self._owner = None

    @contextmanager
    def _unit(self, tenant: TenantContext, *, is_view: bool) -> Iterator[MemoryUnitOfWork]:
        rows = self._rows.of(tenant.organization_id)
        with journaled(is_view=is_view) as journal:
            yield MemoryUnitOfWork(
                jobs=MemoryJobs(rows=rows, journal=journal),
                ledger=MemoryLedger(rows=rows, journal=journal),
                outbox=MemoryOutbox(
                    organization_id=tenant.organization_id, rows=rows, messages=self._rows.messages, journal=journal
                ),
                journal=journal,
            )


def _active(rows: OrganizationRows) -> list[Job]:
    return [job for job in rows.jobs.values() if not job.status.is_end]


def _is_due(turn: Turn, last: Turn) -> bool:
    again_before = turn.own_before if last.holder == turn.holder else turn.others_before
    return last.now <= again_before or last.now >= turn.wrong_from
