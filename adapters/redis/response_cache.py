"""The response cache in Redis, which lets entries expire by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from redis import Redis

from adapters.cache_entries import entry_of, organization_word
from adapters.redis.connection import PREFIX, redis_errors
from domain.jobs.item import Document
from domain.tenancy import TenantContext
from domain.test_execution.response_cache import CacheKey

_WHAT = "the response cache"
_BATCH = 1000


class RedisResponseCache:
    """`ResponseCache` over one Redis; *key_prefix* stands before every key."""

    def __init__(self, client: Redis, *, key_prefix: str = "") -> None:
        self._client = client
        self._start = f"{key_prefix}{PREFIX}:answers"

    def get(self, tenant: TenantContext, key: CacheKey) -> Document | None:
        """Return what is kept under the key; what is no entry counts as nothing."""
        with redis_errors(_WHAT):
            text = self._client.get(self._key(tenant, key))
        return entry_of(text)

    def put(self, tenant: TenantContext, key: CacheKey, entry: Document, *, keep_s: float) -> None:
        """Keep the entry."""
        with redis_errors(_WHAT):
            self._client.set(self._key(tenant, key), json.dumps(entry), px=max(1, round(keep_s * 1000)))

    def count(self, tenant: TenantContext) -> int:
        """Return how many entries there are; looks at every key of the server, in steps."""
        with redis_errors(_WHAT):
            return sum(1 for _ in self._keys(tenant))

    def clear(self, tenant: TenantContext) -> int:
        """Forget all entries, in steps that hold nobody up."""
        gone, batch = 0, []
        with redis_errors(_WHAT):
            for key in self._keys(tenant):
                batch.append(key)
                if len(batch) == _BATCH:
                    gone += int(self._client.unlink(*batch))
                    batch = []
            return gone + (int(self._client.unlink(*batch)) if batch else 0)

    def _key(self, tenant: TenantContext, key: str) -> str:
        return f"{self._start}:{organization_word(tenant)}:{key}"

    def _keys(self, tenant: TenantContext) -> Iterator[str]:
        pattern = re.sub(r"([\[\]*?\\])", r"\\\1", self._key(tenant, ""))
        yield from self._client.scan_iter(match=f"{pattern}*", count=_BATCH)
