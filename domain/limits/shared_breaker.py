"""A circuit breaker that processes share: each knows how it stood a moment ago, and changes it by comparing first."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from attrs import define, field

from domain.jobs.errors import ItemFailure
from domain.limits.breaker import (
    ANSWERED,
    BreakerRules,
    BreakerState,
    Decision,
    Evidence,
    Verdict,
    decide,
    evidence_of,
    learn,
)
from domain.limits.limit import MICROSECONDS
from domain.limits.ports import Cells

KNOWN_FOR_S = 0.25
"""So long a closed breaker is believed to be closed unasked: what opens it is, mostly, this process's own calls."""

KEEP_S = 3600.0

R = TypeVar("R")


@define(eq=False)
class SharedBreaker:
    """
    The breaker under *key*; *probe_lease_s* is how long a probe may take before another one is sent.

    *whom* says in messages who is called.
    """

    cells: Cells
    key: str
    rules: BreakerRules
    probe_lease_s: float
    whom: str = "the target"
    _state: BreakerState = field(factory=BreakerState, init=False)
    _read_at: float = field(default=float("-inf"), init=False)

    def decide(self) -> Decision:
        """
        Return what who asks now may do.

        Raises:
            ServiceUnavailable: the store is away.
        """
        if not self.rules.strikes:
            return Decision(verdict=Verdict.CALL)
        if self._state.opened_at is None and monotonic() - self._read_at < KNOWN_FOR_S:
            return Decision(verdict=Verdict.CALL)
        lease_us = round(self.probe_lease_s * MICROSECONDS)
        return self._change(lambda state, now: decide(state, now=now, probe_lease_us=lease_us, rules=self.rules))

    def answered(self, *, is_probe: bool) -> None:
        """Note an answer; costs nothing while all is well."""
        if self.rules.strikes and not (self._state.is_calm and not is_probe):
            self._learn(ANSWERED, is_probe=is_probe)

    def failed(self, failure: ItemFailure, *, is_probe: bool) -> None:
        """Note a failed call."""
        if not self.rules.strikes:
            return
        evidence = evidence_of(failure, has_answered=self._state.has_answered, rules=self.rules)
        if evidence is ANSWERED:
            self.answered(is_probe=is_probe)
        elif evidence is not None or is_probe:
            self._learn(evidence, is_probe=is_probe)

    def not_probed(self) -> None:
        """Note that a probe was not made after all, so that somebody else makes it."""
        self._learn(None, is_probe=True)

    @property
    def words(self) -> str:
        """Why nobody calls, for people; an earlier attempt of the same item may have made one of the calls."""
        state = self._state
        return (
            f"not called at this attempt: {self.whom} is down, {state.calls} calls in a row had failed; the last said: "
            f"{state.said}; when {self.whom} is back, retry-failed runs what failed so"
        )

    def _learn(self, evidence: Evidence | None, *, is_probe: bool) -> None:
        def move(state: BreakerState, now: int) -> tuple[None, BreakerState]:
            return None, learn(state, evidence, is_probe=is_probe, now=now, rules=self.rules)

        self._change(move)

    def _change(self, move: Callable[[BreakerState, int], tuple[R, BreakerState]]) -> R:
        while True:  # who loses a race has seen somebody else win it
            cell = self.cells.read(self.key)
            result, state = move(BreakerState.from_text(cell.text), cell.now_us)
            text = state.to_text()
            if text == (cell.text or BreakerState().to_text()) or self._swap(cell.text, text):
                self._state, self._read_at = state, monotonic()
                return result

    def _swap(self, old: str | None, new: str) -> bool:
        return self.cells.swap(self.key, old=old, new=new, keep_s=KEEP_S)
