"""
The door before one endpoint, in one process and for one job: every call goes through it.

Whoever shares the endpoint's limits shares what is behind the door; the door itself only remembers when asking again is
worth it, so that sixty threads that wait don't ask sixty times.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from time import monotonic
from typing import TypeVar

from attrs import define, field

from domain.jobs.admission import Admitted
from domain.jobs.errors import (
    Deferred,
    FailureKind,
    ItemFailure,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.limits.breaker import Verdict
from domain.limits.limit import Limit
from domain.limits.permits import PermitsInHand
from domain.limits.ports import Ending, Permit, Wait
from domain.limits.shared_breaker import SharedBreaker

LONGEST_WAIT_S = 1.0
"""A call inside an item waits so long for its turn; then the item goes back, and its place to somebody else."""

TURN_S = 0.1
LONGEST_PAUSE_S = 300.0
STORE_PAUSE_S = 5.0
FIRST_GUESS_TOKENS = 500
_NEWEST_WEIGHS = 0.2

T = TypeVar("T")
_ADMITTED: ContextVar[DoorPass | None] = ContextVar("admitted", default=None)


@define(eq=False)
class DoorPass:
    """`Pass` of a door. Without a permit the target is down, and the call is to fail without being made."""

    door: Door
    permit: Permit | None
    is_probe: bool = False
    _is_spent: bool = field(default=False, init=False)

    @contextmanager
    def used(self) -> Iterator[None]:
        """The first call through the door, inside the block, is made under this pass."""
        before = _ADMITTED.set(self)
        try:
            yield
        finally:
            _ADMITTED.reset(before)
            self.give_back()

    def give_back(self) -> None:
        """Give back what was not spent."""
        if self.spend():
            self.door.unused(self)

    def spend(self) -> bool:
        """Take it; return whether it was still there."""
        was_there, self._is_spent = not self._is_spent, True
        return was_there


@define(eq=False)
class Door:
    """
    `Admission` to one endpoint, and the way its calls are made.

    *limits* are the endpoint's and its account's, the endpoint's first: it is the one that a Retry-After pauses. A
    call takes at most *longest_s*.
    """

    permits: PermitsInHand
    limits: tuple[Limit, ...]
    breaker: SharedBreaker
    claimant: str
    longest_s: float
    _closed_until: float = field(default=0.0, init=False)
    _next_turn: float = field(default=0.0, init=False)
    _mean_tokens: float = field(default=FIRST_GUESS_TOKENS, init=False)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)

    def admit(self, at_most: int) -> Admitted:
        """Ask the breaker, then the limits; who was refused a moment ago is not asked for again."""
        with self._changed:
            wait_s = self._closed_until - monotonic()
            if wait_s > 0:
                return Admitted(passes=(), wait_s=wait_s)
            admitted = self._ask(at_most)
            if not admitted.passes:
                self._closed_until = monotonic() + admitted.wait_s
            return admitted

    def wait(self, timeout_s: float) -> None:
        """Wait for the time that was told, or for a call of this process to end."""
        with self._changed:
            left_s = self._closed_until - monotonic()
            if left_s > 0:
                self._changed.wait(timeout=min(left_s, timeout_s))

    def call(self, make: Callable[[], T], *, tokens_of: Callable[[T], int | None]) -> T:
        """
        Make the call when it is permitted, and count what it took; *tokens_of* says how many tokens (None: unknown).

        Raises:
            Deferred: it is not permitted within a second.
            PermanentFailure: target_down: the breaker is open, and nobody was called.
            ItemFailure: what the call raised.
        """
        taken = self._pass()
        if taken.permit is None:
            raise PermanentFailure(self.breaker.words, kind=FailureKind.TARGET_DOWN)
        tokens: int | None = 0
        try:
            answer = make()
            tokens = tokens_of(answer)
        except ItemFailure as failure:
            self._note_failure(failure, is_probe=taken.is_probe)
            raise
        else:
            with suppress(ServiceUnavailable):  # an answer is an answer, whoever hears of it
                self.breaker.answered(is_probe=taken.is_probe)
            return answer
        finally:
            self._end(taken.permit, tokens)

    def unused(self, door_pass: DoorPass) -> None:
        """Take back a pass that no call was made under."""
        if door_pass.is_probe:
            with suppress(ServiceUnavailable):
                self.breaker.not_probed()
        if door_pass.permit is not None:
            self._release(Ending(permit=door_pass.permit, tokens=0, was_made=False))

    def forgo(self) -> None:
        """Give back, now, the pass that this item was let in with, if it has one left: it needs no call."""
        admitted = _ADMITTED.get()
        if admitted is not None and admitted.door is self:
            admitted.give_back()

    def shares_with(self, other: Door) -> bool:
        """Whether a call through one of the two counts for both."""
        return not {limit.key for limit in self.limits}.isdisjoint(limit.key for limit in other.limits)

    def _ask(self, at_most: int) -> Admitted:
        decision = self.breaker.decide()
        if decision.verdict is Verdict.HOLD:
            return Admitted(passes=(), wait_s=decision.wait_us / 1_000_000)
        if decision.verdict is Verdict.DOWN:
            return Admitted(passes=tuple(DoorPass(self, None) for _ in range(at_most)))
        is_probe = decision.verdict is Verdict.PROBE
        answer = self.permits.acquire(
            self.limits,
            claimant=self.claimant,
            at_most=1 if is_probe else at_most,
            tokens=round(self._mean_tokens) if self._counts_tokens else 0,
            longest_s=self.longest_s,
        )
        if isinstance(answer, Wait):
            if is_probe:
                self.breaker.not_probed()
            return Admitted(passes=(), wait_s=answer.wait_s)
        return Admitted(passes=tuple(DoorPass(self, permit, is_probe) for permit in answer.permits))

    def _pass(self) -> DoorPass:
        admitted = _ADMITTED.get()
        if admitted is not None and admitted.door is self and admitted.spend():
            return admitted
        if admitted is not None and admitted.door.shares_with(self):
            # its slot of the account may be the very one that is waited for here, for ever
            admitted.give_back()
        ends = monotonic() + LONGEST_WAIT_S
        while True:
            try:
                answer = self.admit(1)
            except ServiceUnavailable as error:
                raise Deferred(STORE_PAUSE_S, str(error)) from error
            if answer.passes:
                (taken,) = answer.passes
                assert isinstance(taken, DoorPass)
                taken.spend()
                return taken
            left_s = ends - monotonic()
            if answer.wait_s > left_s:
                raise Deferred(self._turn_s(answer.wait_s), f"no room for a call to {self.breaker.whom} yet")
            self.wait(left_s)

    def _turn_s(self, wait_s: float) -> float:
        """Return a wait of its own for each who is sent away: together they would find room for one."""
        with self._changed:
            now = monotonic()
            self._next_turn = max(self._next_turn + TURN_S, now + wait_s)
            return self._next_turn - now

    def _note_failure(self, failure: ItemFailure, *, is_probe: bool) -> None:
        with suppress(ServiceUnavailable):  # the failure itself must not be lost over that
            self.breaker.failed(failure, is_probe=is_probe)
            if isinstance(failure, TransientFailure) and failure.retry_after_s:
                self.permits.limiter.pause(self.limits[0].key, seconds=min(failure.retry_after_s, LONGEST_PAUSE_S))

    def _end(self, permit: Permit, tokens: int | None) -> None:
        if tokens:
            self._mean_tokens += _NEWEST_WEIGHS * (tokens - self._mean_tokens)
        self._release(Ending(permit=permit, tokens=permit.tokens if tokens is None else tokens))

    def _release(self, ending: Ending) -> None:
        self.permits.release([ending])
        with self._changed:
            self._closed_until = 0.0
            self._changed.notify_all()

    @property
    def _counts_tokens(self) -> bool:
        return any(limit.tokens is not None for limit in self.limits)
