"""Where limits are kept: in Redis where processes share them, in memory where one process does it all."""

from __future__ import annotations

import os
import socket
import uuid

from adapters.memory.limits import MemoryCells, MemoryLimiter
from domain.jobs.errors import BrokenSettings
from domain.limits.breaker import BreakerRules
from domain.limits.doors import Doors
from domain.limits.limit import CallLimits
from domain.limits.permits import PermitsInHand
from domain.limits.ports import Cells, Limiter
from entrypoints.settings import Settings

_OFF = BreakerRules(strikes=0)


def make_doors(settings: Settings) -> Doors:
    """Return what makes the doors before endpoints; nothing is connected yet."""
    limiter, cells = _stores(settings)
    return Doors(
        permits=PermitsInHand(limiter=limiter, lease_s=settings.lease_s),
        cells=cells,
        process=f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}",
        rules=BreakerRules() if settings.circuit_breaker else _OFF,
    )


def check_limits(settings: Settings, limits: CallLimits) -> None:
    """
    Refuse limits that workers could not share.

    Raises:
        BrokenSettings: there are limits, several workers, and no Redis.
    """
    if limits.are_set and not settings.is_embedded and not settings.limits_address:
        raise BrokenSettings(
            "a target or a judge has limits, and there is no Redis in which workers could keep to them together; set "
            "ANTIPHON_LIMITS_URL to redis://:PASSWORD@HOST:6379/0, or take the limits out"
        )


def _stores(settings: Settings) -> tuple[Limiter, Cells]:
    if settings.is_embedded or not settings.limits_address:
        return MemoryLimiter(), MemoryCells()
    from adapters.redis.connection import connect
    from adapters.redis.limits import RedisCells, RedisLimiter

    client = connect(settings.limits_address, ca_file=settings.tls_ca_file)
    prefix = settings.key_prefix
    return RedisLimiter(client, key_prefix=prefix), RedisCells(client, key_prefix=prefix)
