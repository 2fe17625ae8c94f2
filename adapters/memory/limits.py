"""Limits that the threads of one process share: the rules themselves, under a lock."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from threading import Lock

from domain.limits import metering
from domain.limits.limit import MICROSECONDS, Limit, LimitKey
from domain.limits.metering import Meter, Refused, Wish
from domain.limits.ports import Cell, Ending, Granted, Permit, Wait


def monotonic_us() -> int:
    """Return microseconds since some moment; never turned back, as the machine's time of day may be."""
    return time.monotonic_ns() // 1000


class MemoryLimiter:
    """`Limiter` of one process."""

    def __init__(self, now_us: Callable[[], int] = monotonic_us) -> None:
        self._now_us = now_us
        self._meters: dict[LimitKey, Meter] = {}
        self._lock = Lock()

    def acquire(
        self, limits: tuple[Limit, ...], *, claimant: str, at_most: int, tokens: int, lease_s: float
    ) -> Granted | Wait:
        """Ask under the lock."""
        ids = tuple(uuid.uuid4().hex for _ in range(at_most))
        lease_us = round(lease_s * MICROSECONDS)
        wish = Wish(claimant=claimant, limits=limits, permits=ids, tokens=tokens, lease_us=lease_us)
        with self._lock:
            meters, answer = metering.acquire(self._meters, wish, now=self._now_us())
            self._meters.update(meters)
        if isinstance(answer, Refused):
            return Wait(wait_s=answer.wait_us / MICROSECONDS)
        return Granted(permits=tuple(Permit(id=one, limits=limits, tokens=tokens) for one in ids[:answer]))

    def extend(self, permits: Sequence[Permit], *, lease_s: float) -> None:
        """Extend them under the lock."""
        with self._lock:
            until = self._now_us() + round(lease_s * MICROSECONDS)
            for permit in permits:
                for limit in permit.limits:
                    self._put(limit.key, metering.extend(self._meter(limit.key), [permit.id], until=until))

    def release(self, endings: Sequence[Ending]) -> None:
        """Settle them under the lock."""
        with self._lock:
            now = self._now_us()
            for ending in endings:
                for limit in ending.permit.limits:
                    changed = metering.release(
                        self._meter(limit.key),
                        limit,
                        [ending.permit.id],
                        requests=0 if ending.was_made else -1,
                        tokens=ending.tokens - ending.permit.tokens,
                        now=now,
                    )
                    self._put(limit.key, changed)

    def pause(self, key: LimitKey, *, seconds: float) -> None:
        """Pause it for every thread."""
        with self._lock:
            until = self._now_us() + round(seconds * MICROSECONDS)
            self._put(key, metering.pause(self._meter(key), until=until))

    def _meter(self, key: LimitKey) -> Meter:
        return self._meters.get(key, Meter())

    def _put(self, key: LimitKey, meter: Meter) -> None:
        self._meters[key] = meter


class MemoryCells:
    """`Cells` of one process."""

    def __init__(self, now_us: Callable[[], int] = monotonic_us) -> None:
        self._now_us = now_us
        self._texts: dict[str, tuple[str, int]] = {}
        self._lock = Lock()

    def read(self, key: str) -> Cell:
        """Read it, unless its time is over."""
        with self._lock:
            return self._cell(key)

    def swap(self, key: str, *, old: str | None, new: str, keep_s: float) -> bool:
        """Compare and set under the lock."""
        with self._lock:
            cell = self._cell(key)
            if cell.text != old:
                return False
            self._texts[key] = (new, cell.now_us + round(keep_s * MICROSECONDS))
            return True

    def _cell(self, key: str) -> Cell:
        now = self._now_us()
        text, until = self._texts.get(key, (None, now))
        return Cell(text=text if until > now else None, now_us=now)
