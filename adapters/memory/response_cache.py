"""The response cache in memory."""

from __future__ import annotations

from threading import Lock

from attrs import define, field

from domain.jobs.item import Document
from domain.jobs.ports import Clock
from domain.tenancy import OrganizationId, TenantContext
from domain.test_execution.response_cache import CacheKey


@define(eq=False)
class MemoryResponseCache:
    """`ResponseCache` that lives as long as the process."""

    clock: Clock
    _entries: dict[tuple[OrganizationId, CacheKey], tuple[float, Document]] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def get(self, tenant: TenantContext, key: CacheKey) -> Document | None:
        """Return what is kept under the key."""
        with self._lock:
            until, entry = self._entries.get((tenant.organization_id, key), (0.0, None))
        return entry if until > self._now() else None

    def put(self, tenant: TenantContext, key: CacheKey, entry: Document, *, keep_s: float) -> None:
        """Keep the entry."""
        with self._lock:
            self._entries[tenant.organization_id, key] = (self._now() + keep_s, entry)

    def count(self, tenant: TenantContext) -> int:
        """Return how many entries there are."""
        with self._lock:
            return sum(until > self._now() for until, _ in self._of(tenant).values())

    def clear(self, tenant: TenantContext) -> int:
        """Forget all entries."""
        with self._lock:
            ours = self._of(tenant)
            for key in ours:
                del self._entries[key]
        return sum(until > self._now() for until, _ in ours.values())

    def _of(self, tenant: TenantContext) -> dict[tuple[OrganizationId, CacheKey], tuple[float, Document]]:
        return {key: entry for key, entry in self._entries.items() if key[0] == tenant.organization_id}

    def _now(self) -> float:
        return self.clock.now().timestamp()
