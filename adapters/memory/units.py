"""Units of work in memory for the rows of a family, beside the store whose transactions and messages they share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from attrs import frozen

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore, MemoryUnitOfWork
from domain.tenancy import OrganizationId, TenantContext


@frozen(kw_only=True)
class MemoryWork:
    """A transaction of the store; a family adds its rows."""

    kernel: MemoryUnitOfWork

    @property
    def outbox(self) -> MemoryOutbox:
        """Messages that leave after the commit: relays and announcers look in the store."""
        return self.kernel.outbox

    def commit(self) -> None:
        """Keep the changes; leaving the unit without it undoes them."""
        self.kernel.commit()


R = TypeVar("R")
W = TypeVar("W", bound=MemoryWork)


class MemoryUnits(ABC, Generic[R, W]):
    """Begins units of work that live as long as the process; what one holds, each family says."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self._rows: dict[OrganizationId, R] = {}

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[W]:
        """Begin a unit of work for the tenant, once no other is open."""
        with self.store.begin(tenant) as kernel:
            yield self._work(kernel, self._rows_of(tenant))

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[W]:
        """Begin a read-only unit of work, which takes its turn with the writers."""
        with self.store.view(tenant) as kernel:
            yield self._work(kernel, self._rows_of(tenant))

    def _rows_of(self, tenant: TenantContext) -> R:
        if tenant.organization_id not in self._rows:
            self._rows[tenant.organization_id] = self._no_rows()
        return self._rows[tenant.organization_id]

    @abstractmethod
    def _no_rows(self) -> R:
        """Return the rows of an organization that has none yet."""

    @abstractmethod
    def _work(self, kernel: MemoryUnitOfWork, rows: R) -> W:
        """Return the unit of work in a transaction of the store."""
