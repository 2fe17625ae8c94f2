"""A store that can be made to refuse, to wait, and to tell how many transactions it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from attrs import define, field

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.ports import Store, UnitOfWork
from domain.tenancy import TenantContext

PATIENCE_S = 60.0


def _open_door() -> Event:
    door = Event()
    door.set()
    return door


@define(eq=False)
class TryingStore:
    """
    `Store` in front of another.

    The next *refusals* transactions are refused; while *door* is shut, those that come wait at it, and *at_door* tells
    that one does; *begun* counts them all.
    """

    store: Store
    refusals: int = 0
    begun: int = 0
    door: Event = field(factory=_open_door)
    at_door: Event = field(factory=Event)

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[UnitOfWork]:
        """Begin a unit of work, if nothing is in the way."""
        self.begun += 1
        self.at_door.set()
        assert self.door.wait(PATIENCE_S), "the test never opened the door"
        if self.refusals:
            self.refusals -= 1
            raise ServiceUnavailable("the database can't be reached")
        with self.store.begin(tenant) as work:
            yield work

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[UnitOfWork]:
        """Begin a view; reading is never in trouble here."""
        with self.store.view(tenant) as work:
            yield work


@define(eq=False)
class StoreThatLosesAnswers:
    """`Store` in front of another whose next *lost* commits are made, and reported as failed."""

    store: Store
    lost: int = 0

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[UnitOfWork]:
        """Begin a unit of work."""
        with self.store.begin(tenant) as work:
            yield _UnitOfWork(self, work)

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[UnitOfWork]:
        """Begin a view."""
        with self.store.view(tenant) as work:
            yield work


class _UnitOfWork:
    """One that commits, and may not say so."""

    def __init__(self, store: StoreThatLosesAnswers, work: UnitOfWork) -> None:
        self.jobs, self.ledger, self.outbox = work.jobs, work.ledger, work.outbox
        self._store, self._work = store, work

    def commit(self) -> None:
        """Commit; the answer may be lost."""
        self._work.commit()
        if self._store.lost:
            self._store.lost -= 1
            raise ServiceUnavailable("the connection broke in the middle of the commit")
