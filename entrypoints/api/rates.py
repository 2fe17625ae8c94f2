"""
How often one key may ask: a sliding window a minute, in Redis where processes share one, else in this process.

The window bounds what one caller can take from the others; it guards nothing. So when its Redis is away each process
counts by itself for a while: refusing everybody would make an outage of the broker one of the API.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from typing import Any

import structlog
from attrs import define, field, frozen
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from entrypoints.api.refusals import TooManyRequests
from entrypoints.settings import Settings

log = structlog.get_logger(__name__)

REST_S = 10.0
TIMEOUT_S = 0.5
"""How long a Redis may keep a request waiting that only wants to be counted."""


@frozen(kw_only=True)
class Standing:
    """How one key stands: what it may still ask until the window has passed."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


@define(eq=False)
class Rates:
    """Counts requests; called from any thread."""

    item: RateLimitItem
    own: SlidingWindowCounterRateLimiter
    shared: SlidingWindowCounterRateLimiter | None = None
    now: Callable[[], float] = time.monotonic
    _rests_until: float = field(default=0.0, init=False)

    def count(self, presented: str) -> Standing:
        """
        Count one request with this key, and return how the key stands; the key itself is stored nowhere.

        Raises:
            TooManyRequests: it has asked too often.
        """
        name = hashlib.sha256(presented.encode()).hexdigest()[:32]
        if self.shared is not None and self.now() >= self._rests_until:
            try:
                return self._hit(self.shared, name)
            except StorageError as error:
                self._rests_until = self.now() + REST_S
                log.warning("requests are counted by each process alone", error=type(error.storage_error).__name__)
        return self._hit(self.own, name)

    def _hit(self, limiter: SlidingWindowCounterRateLimiter, name: str) -> Standing:
        allowed = limiter.hit(self.item, name)
        stats = limiter.get_window_stats(self.item, name)
        reset_s = max(math.ceil(stats.reset_time - time.time()), 1)
        standing = Standing(limit=self.item.amount, remaining=max(stats.remaining, 0), reset_s=reset_s)
        if not allowed:
            raise TooManyRequests(
                f"this key may ask {self.item.amount} times a minute; ask again in {reset_s} s",
                headers=standing.headers(),
                retry_after_s=reset_s,
            )
        return standing


def make_rates(settings: Settings) -> Rates:
    """Return what counts requests, by the settings; nothing is connected yet."""
    shared = None
    if not settings.is_embedded and settings.limits_address:
        shared = SlidingWindowCounterRateLimiter(_redis(settings))
    return Rates(
        item=RateLimitItemPerMinute(settings.api_requests_per_minute),
        own=SlidingWindowCounterRateLimiter(MemoryStorage()),
        shared=shared,
    )


def _redis(settings: Settings) -> RedisStorage:
    url = settings.limits_address
    # the client's own retries would take seconds, and there is another way to count
    options: dict[str, Any] = {
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
    }
    if settings.tls_ca_file and url.startswith("rediss://"):
        options["ssl_ca_certs"] = settings.tls_ca_file
    return RedisStorage(
        url,
        key_prefix=f"{settings.key_prefix}antiphon:requests",
        wrap_exceptions=True,
        **options,
    )
