"""
The circuit breaker of a target: after how many failures it counts as dead, and how it is found to be back.

The rule, with the usual numbers (`BreakerRules`):

- Closed, calls are made. Failures in a row are counted, one answer forgets them. One that shows that nobody is there or
  that nobody will be let in (connection, name, TLS, key) counts 4, any other 1; at 20 it opens. What a living target
  says to a single request (4xx, an unreadable answer) counts only as long as it has never answered in this run.
- Open, nobody calls but one probe at a time: after 0.5, 1, 2 ... seconds; the others wait. An answer closes it.
- After 3 failed probes (6 when the target has answered before: it may be restarting), or at once where the failures
  will not pass by themselves (no such host, a certificate, a wrong key), the target is down: what has not run fails
  without a call. A probe every 2 seconds goes on, so that a target that comes back in time is used again. When nobody
  has asked for 3 seconds (the job had ended), that is tried before anything else is said to have failed.

Pure: states are values, times are microseconds of the clock that all who share the state read.
"""

from __future__ import annotations

import json
from enum import Enum

import attrs
from attrs import field, frozen
from attrs.validators import ge, gt

from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure
from domain.limits.limit import MICROSECONDS

RECHECK_US = 100_000
"""How long to wait, while a probe is under way, until the next look."""

BELIEVED_US = 1_000_000
"""So long after a probe was due, a target still counts as down: later nobody has asked, and the world has gone on."""

_NOBODY_THERE = frozenset(
    {
        FailureKind.CONNECTION,
        FailureKind.DNS,
        FailureKind.TLS,
        FailureKind.AUTHENTICATION,
        FailureKind.PERMISSION,
        FailureKind.QUOTA,
        FailureKind.MODEL_NOT_FOUND,
    }
)
_ALIVE_IF_IT_ANSWERS = frozenset(
    {
        FailureKind.REFUSED,
        FailureKind.PERMISSION,
        FailureKind.BAD_ANSWER,
        FailureKind.TOO_LARGE,
        FailureKind.CONTENT_FILTERED,
        FailureKind.CONTEXT_TOO_LONG,
    }
)
_SAYS_NOTHING = frozenset({FailureKind.BAD_INPUT, FailureKind.INTERNAL, FailureKind.EVALUATION_ERROR})


@frozen(kw_only=True)
class BreakerRules:
    """The numbers of the rule; *strikes* 0 switches it off."""

    strikes: int = field(default=20, validator=ge(0))
    weight_of_nobody_there: int = field(default=4, validator=ge(1))
    probes: int = field(default=3, validator=ge(1))
    probes_once_answered: int = field(default=6, validator=ge(1))
    first_probe_s: float = field(default=0.5, validator=gt(0))
    probe_when_down_s: float = field(default=2.0, validator=gt(0))


@frozen(kw_only=True)
class Evidence:
    """What one call showed: *strikes* against the target (0: it lives), for good (*is_final*) or not, and the words."""

    strikes: int
    is_final: bool = False
    said: str = ""


ANSWERED = Evidence(strikes=0)


@frozen(kw_only=True)
class BreakerState:
    """
    Where a breaker stands; *opened_at* is None while it is closed.

    *calls* failed in a row before it opened; *said* are the words of the last failure.
    """

    strikes: int = 0
    calls: int = 0
    has_answered: bool = False
    opened_at: int | None = None
    is_down: bool = False
    failed_probes: int = 0
    probe_at: int = 0
    probing_until: int = 0
    said: str = ""

    @property
    def is_calm(self) -> bool:
        """Whether an answer would teach it nothing."""
        return self.strikes == 0 and self.opened_at is None and self.has_answered

    def to_text(self) -> str:
        """Return the state as it is shared."""
        return json.dumps(attrs.asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str | None) -> BreakerState:
        """Read a shared state; nothing there is a closed breaker."""
        return cls(**json.loads(text)) if text else cls()


class Verdict(Enum):
    """What a caller may do."""

    CALL = "call"
    PROBE = "probe"
    HOLD = "hold"
    DOWN = "down"


@frozen(kw_only=True)
class Decision:
    """A verdict; *wait_us* says how long to hold."""

    verdict: Verdict
    wait_us: int = 0


def evidence_of(failure: ItemFailure, *, has_answered: bool, rules: BreakerRules) -> Evidence | None:
    """Return what a failed call shows about the target; None: nothing."""
    if failure.kind in _SAYS_NOTHING:
        return None
    if failure.kind is FailureKind.RATE_LIMITED or (has_answered and failure.kind in _ALIVE_IF_IT_ANSWERS):
        return ANSWERED
    is_final = isinstance(failure, PermanentFailure) and failure.kind is not FailureKind.TIMED_OUT
    strikes = rules.weight_of_nobody_there if failure.kind in _NOBODY_THERE else 1
    return Evidence(strikes=strikes, is_final=is_final, said=str(failure))


def decide(state: BreakerState, *, now: int, probe_lease_us: int, rules: BreakerRules) -> tuple[Decision, BreakerState]:
    """Return what who asks now may do, and the state afterwards; a probe that never reports is replaced."""
    if state.opened_at is None or not rules.strikes:
        return Decision(verdict=Verdict.CALL), state
    if now >= max(state.probe_at, state.probing_until):
        is_old = now >= state.probe_at + BELIEVED_US
        asked = attrs.evolve(state, probing_until=now + probe_lease_us, is_down=state.is_down and not is_old)
        return Decision(verdict=Verdict.PROBE), asked
    if state.is_down:
        return Decision(verdict=Verdict.DOWN), state
    wait = RECHECK_US if now < state.probing_until else state.probe_at - now
    return Decision(verdict=Verdict.HOLD, wait_us=wait), state


def learn(
    state: BreakerState, evidence: Evidence | None, *, is_probe: bool, now: int, rules: BreakerRules
) -> BreakerState:
    """Return the state after a call ended so; None: it showed nothing."""
    if evidence is None:
        return attrs.evolve(state, probing_until=0) if is_probe else state
    if evidence.strikes == 0:
        return BreakerState(has_answered=True)
    if state.opened_at is None:
        return _struck(state, evidence, now=now, rules=rules)
    return _probed(state, evidence, now=now, rules=rules) if is_probe else state


def _struck(state: BreakerState, evidence: Evidence, *, now: int, rules: BreakerRules) -> BreakerState:
    strikes, calls = state.strikes + evidence.strikes, state.calls + 1
    struck = attrs.evolve(state, strikes=strikes, calls=calls, said=evidence.said)
    if not rules.strikes or struck.strikes < rules.strikes:
        return struck
    pause_s = rules.probe_when_down_s if evidence.is_final else rules.first_probe_s
    return attrs.evolve(struck, opened_at=now, is_down=evidence.is_final, probe_at=now + round(pause_s * MICROSECONDS))


def _probed(state: BreakerState, evidence: Evidence, *, now: int, rules: BreakerRules) -> BreakerState:
    failed = state.failed_probes + 1
    most = rules.probes_once_answered if state.has_answered else rules.probes
    is_down = state.is_down or evidence.is_final or failed >= most
    pause_s = rules.probe_when_down_s if is_down else rules.first_probe_s * 2**failed
    return attrs.evolve(
        state,
        failed_probes=failed,
        is_down=is_down,
        probing_until=0,
        probe_at=now + round(pause_s * MICROSECONDS),
        said=evidence.said,
    )
