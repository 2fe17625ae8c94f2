"""
The response cache in Memcached, which lets entries expire by itself, and may throw any of them away before.

Memcached lists no keys. So each organization has a generation, a random word under a key of its own; entries carry the
one they were written in, and those of another one count as gone. To clear is to begin a new generation.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from pymemcache.client.base import PooledClient
from pymemcache.exceptions import MemcacheError

from adapters.cache_entries import entry_of, organization_word
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import Document
from domain.tenancy import TenantContext
from domain.test_execution.response_cache import CacheKey

TIMEOUT_S = 3.0
LARGEST_BYTES = 1_000_000
"""A server takes no larger values unless it is told to (`-I`)."""

_LONGEST_RELATIVE_S = 30 * 24 * 3600
"""Memcached takes a larger number of seconds for a moment (protocol.txt, "Expiration times")."""


class MemcachedResponseCache:
    """`ResponseCache` over one Memcached at *host* and *port*; *key_prefix* stands before every key."""

    def __init__(self, host: str, port: int, *, key_prefix: str = "") -> None:
        self._start = f"{key_prefix}antiphon:answers"
        self._client = PooledClient(
            (host, port), connect_timeout=TIMEOUT_S, timeout=TIMEOUT_S, no_delay=True, default_noreply=False
        )

    def get(self, tenant: TenantContext, key: CacheKey) -> Document | None:
        """Return what is kept under the key, in one round trip."""
        names = (self._generation_key(tenant), self._key(tenant, key))
        with _errors():
            found = self._client.get_many(names)
        generation, entry = found.get(names[0]), entry_of(found.get(names[1]))
        if generation is None or entry is None or entry.get("generation") != _word(generation):
            return None
        return cast(Document | None, entry.get("entry"))

    def put(self, tenant: TenantContext, key: CacheKey, entry: Document, *, keep_s: float) -> None:
        """Keep the entry, unless it is too large."""
        with _errors():
            text = json.dumps({"generation": self._generation(tenant), "entry": entry}).encode()
            if len(text) <= LARGEST_BYTES:
                self._client.set(self._key(tenant, key), text, expire=_expiry(keep_s))

    def count(self, tenant: TenantContext) -> None:  # the port's signature
        """Nobody counts them."""

    def clear(self, tenant: TenantContext) -> None:
        """Begin a new generation; what is left of the old one expires unseen."""
        with _errors():
            self._client.set(self._generation_key(tenant), uuid.uuid4().hex.encode())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _generation(self, tenant: TenantContext) -> str:
        name = self._generation_key(tenant)
        found = self._client.get(name)
        if found is None:
            self._client.add(name, uuid.uuid4().hex.encode())  # somebody else may have been quicker: theirs counts
            found = self._client.get(name, b"")
        return _word(found)

    def _generation_key(self, tenant: TenantContext) -> str:
        return self._key(tenant, "generation")

    def _key(self, tenant: TenantContext, key: str) -> str:
        return f"{self._start}:{organization_word(tenant)}:{key}"


def _word(found: bytes) -> str:
    return found.decode("ascii", "replace")


def _expiry(keep_s: float) -> int:
    seconds = max(1, round(keep_s))
    return seconds if seconds <= _LONGEST_RELATIVE_S else int(time.time()) + seconds


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (MemcacheError, OSError) as exc:
        raise ServiceUnavailable(
            f"Memcached, needed for the response cache, can't be used: {type(exc).__name__}"
        ) from exc
