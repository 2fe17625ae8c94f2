"""Shared limits in Redis: each step is one script, one round trip, by the server's clock."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from redis import Redis

from adapters.redis.connection import PREFIX, redis_errors
from domain.limits.limit import MICROSECONDS, Limit, LimitKey, Rate
from domain.limits.ports import Cell, Ending, Granted, Permit, Wait

_WHAT = "limits that workers share"
_FOLDER = Path(__file__).parent
_READ = "local t = redis.call('TIME') return {redis.call('GET', KEYS[1]), t[1], t[2]}"
_SWAP = (
    "local there = redis.call('GET', KEYS[1]) "
    "if (there or '') ~= ARGV[1] then return 0 end "
    "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1"
)


class RedisLimiter:
    """
    `Limiter` over one Redis; *key_prefix* stands before every key.

    *now_us* replaces the server's clock, where a test compares with the model.
    """

    def __init__(self, client: Redis, *, key_prefix: str = "", now_us: Callable[[], int] | None = None) -> None:
        self._start = f"{key_prefix}{PREFIX}:limit"
        self._now_us = now_us
        self._acquire, self._settle, self._pause = (
            client.register_script((_FOLDER / name).read_text(encoding="utf-8"))
            for name in ("acquire.lua", "settle.lua", "pause.lua")
        )

    def acquire(
        self, limits: tuple[Limit, ...], *, claimant: str, at_most: int, tokens: int, lease_s: float
    ) -> Granted | Wait:
        """Ask in one round trip."""
        ids = [uuid.uuid4().hex for _ in range(at_most)]
        wish = {
            **self._now(),
            "claimant": claimant,
            "permits": ids,
            "lease": round(lease_s * MICROSECONDS),
            "limits": [_plain(limit, tokens=tokens) for limit in limits],
        }
        keys = [key for limit in limits for key in self._keys(limit.key)]
        with redis_errors(_WHAT):
            granted, wait_us = self._acquire(keys=keys, args=[json.dumps(wish)])
        if not granted:
            return Wait(wait_s=wait_us / MICROSECONDS)
        return Granted(permits=tuple(Permit(id=one, limits=limits, tokens=tokens) for one in ids[:granted]))

    def extend(self, permits: Sequence[Permit], *, lease_s: float) -> None:
        """Extend all of them in one round trip."""
        lease = round(lease_s * MICROSECONDS)
        self._change(
            [(limit.key, {"permit": permit.id, "lease": lease}) for permit in permits for limit in permit.limits]
        )

    def release(self, endings: Sequence[Ending]) -> None:
        """Settle all of them in one round trip; none, where there is neither a slot to free nor a charge to correct."""
        self._change(
            [
                (limit.key, change)
                for ending in endings
                for limit in ending.permit.limits
                for change in [_change(limit, ending)]
                if limit.concurrency is not None or change["requests"] or change["tokens"]
            ]
        )

    def pause(self, key: LimitKey, *, seconds: float) -> None:
        """Pause it for everybody."""
        now = self._now().get("now", "")
        with redis_errors(_WHAT):
            self._pause(keys=[self._keys(key)[0]], args=[round(seconds * MICROSECONDS), now])

    def _change(self, changes: list[tuple[LimitKey, dict[str, object]]]) -> None:
        if not changes:
            return
        keys = [key for limit_key, _ in changes for key in self._keys(limit_key)[:2]]
        asked = {**self._now(), "changes": [change for _, change in changes]}
        with redis_errors(_WHAT):
            self._settle(keys=keys, args=[json.dumps(asked)])

    def _keys(self, key: LimitKey) -> tuple[str, str, str, str]:
        # Braces: on a Redis Cluster what belongs to one limit lies on one node.
        start = f"{self._start}:{{{key}}}"
        return start, f"{start}:slots", f"{start}:line", f"{start}:due"

    def _now(self) -> dict[str, int]:
        return {} if self._now_us is None else {"now": self._now_us()}


class RedisCells:
    """`Cells` over one Redis; *key_prefix* stands before every key."""

    def __init__(self, client: Redis, *, key_prefix: str = "") -> None:
        self._start = f"{key_prefix}{PREFIX}:cell"
        self._read, self._swap = client.register_script(_READ), client.register_script(_SWAP)

    def read(self, key: str) -> Cell:
        """Read text and clock in one round trip."""
        with redis_errors(_WHAT):
            text, seconds, rest = self._read(keys=[f"{self._start}:{key}"])
        return Cell(text=text, now_us=int(seconds) * MICROSECONDS + int(rest))

    def swap(self, key: str, *, old: str | None, new: str, keep_s: float) -> bool:
        """Compare and set in one round trip."""
        with redis_errors(_WHAT):
            return bool(self._swap(keys=[f"{self._start}:{key}"], args=[old or "", new, round(keep_s * 1000)]))


def _plain(limit: Limit, *, tokens: int) -> dict[str, object]:
    plain = {
        "concurrency": limit.concurrency,
        "requests": _rate(limit.requests, 1),
        "tokens": _rate(limit.tokens, tokens),
    }
    return {name: value for name, value in plain.items() if value is not None}


def _rate(rate: Rate | None, cost: int) -> tuple[int, int] | None:
    return (rate.charge_us(cost), rate.tolerance_us) if rate is not None and cost else None


def _change(limit: Limit, ending: Ending) -> dict[str, object]:
    requests = 0 if ending.was_made else -1
    return {
        "permit": ending.permit.id,
        "requests": _charge(limit.requests, requests),
        "tokens": _charge(limit.tokens, ending.tokens - ending.permit.tokens),
    }


def _charge(rate: Rate | None, cost: int) -> int:
    if rate is None:
        return 0
    return rate.charge_us(cost) if cost >= 0 else -rate.charge_us(-cost)
