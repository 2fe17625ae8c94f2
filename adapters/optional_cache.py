"""A response cache that never fails a test: while it is away, it is not asked, and its answers are had anew."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import structlog
from attrs import define, field

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import Document
from domain.tenancy import TenantContext
from domain.test_execution.response_cache import CacheKey, ResponseCache

log = structlog.get_logger(__name__)

PAUSE_S = 30.0
"""So long a cache that was away is left alone: each look at it may cost the seconds of a timeout."""


@define(eq=False)
class OptionalCache:
    """`ResponseCache` over *cache*; what that one can't do now is left out, for *pause_s* seconds, and logged once."""

    cache: ResponseCache
    pause_s: float = PAUSE_S
    ticks: Callable[[], float] = monotonic
    _away_until: float = field(default=float("-inf"), init=False)

    def get(self, tenant: TenantContext, key: CacheKey) -> Document | None:
        """Return what is kept under the key, as far as it can be asked."""
        if self._is_away:
            return None
        try:
            return self.cache.get(tenant, key)
        except ServiceUnavailable as error:
            self._note(error)
            return None

    def put(self, tenant: TenantContext, key: CacheKey, entry: Document, *, keep_s: float) -> None:
        """Keep the entry, if that can be done."""
        if self._is_away:
            return
        try:
            self.cache.put(tenant, key, entry, keep_s=keep_s)
        except ServiceUnavailable as error:
            self._note(error)

    def count(self, tenant: TenantContext) -> int | None:
        """Return how many entries there are; who asks for that wants to know when it is away."""
        return self.cache.count(tenant)

    def clear(self, tenant: TenantContext) -> int | None:
        """Forget all entries; likewise."""
        return self.cache.clear(tenant)

    @property
    def _is_away(self) -> bool:
        return self.ticks() < self._away_until

    def _note(self, error: ServiceUnavailable) -> None:
        if not self._is_away:  # several threads find out at once
            self._away_until = self.ticks() + self.pause_s
            log.warning("the response cache is left alone for a while", reason=str(error), seconds=self.pause_s)
