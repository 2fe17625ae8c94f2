"""
How long an attempt is waited for: the deadline that was set, or one that follows the latencies a run has seen.

The rule: once *least* attempts have ended, an attempt gets *factor* times the 99th percentile of the newest *kept*
durations, but never less than *floor_s* and never more than the job's own deadline. An attempt that reached its
deadline counts as one that took so long: where a target becomes slower, the deadline grows with it.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import deque
from math import ceil

from attrs import define, field, frozen
from attrs.validators import ge, gt

from domain.jobs.errors import FailureKind
from domain.jobs.item import ItemState, Outcome

PERCENTILE = 0.99


@frozen(kw_only=True)
class PatienceRule:
    """The numbers of the rule, in seconds and in attempts."""

    floor_s: float = field(default=15.0, validator=gt(0))
    factor: float = field(default=5.0, validator=ge(1))
    least: int = field(default=50, validator=ge(1))
    kept: int = field(default=1000, validator=ge(1))


@define(eq=False)
class Patience:
    """The deadline of one job's attempts in one process, in seconds; *cap_s* is the job's own."""

    cap_s: float
    follows_latency: bool
    rule: PatienceRule = field(factory=PatienceRule)
    _newest: deque[float] = field(factory=deque, init=False)
    _in_order: list[float] = field(factory=list, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    @property
    def deadline_s(self) -> float:
        """How long an attempt may take, by what is known now."""
        if not self.follows_latency:
            return self.cap_s
        with self._lock:
            count = len(self._in_order)
            if count < self.rule.least:
                return self.cap_s
            usual_s = self._in_order[ceil(PERCENTILE * count) - 1]
        return min(max(self.rule.factor * usual_s, self.rule.floor_s), self.cap_s)

    def learn(self, outcome: Outcome, duration_s: float) -> None:
        """Learn from an attempt that was answered, or reached its deadline; a refusal says nothing of latency."""
        kind = outcome.failure.kind if outcome.failure else None
        if outcome.state is ItemState.SUCCEEDED or kind is FailureKind.TIMED_OUT:
            self.note(duration_s)

    def note(self, duration_s: float) -> None:
        """Learn how long an attempt took."""
        if not self.follows_latency:
            return
        with self._lock:
            self._newest.append(duration_s)
            insort(self._in_order, duration_s)
            if len(self._newest) > self.rule.kept:
                del self._in_order[bisect_left(self._in_order, self._newest.popleft())]
