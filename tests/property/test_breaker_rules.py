"""The circuit breaker's rule: bounded calls to a dead target, and a way back for one that returns."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.limits.breaker import (
    ANSWERED,
    BreakerRules,
    BreakerState,
    Verdict,
    decide,
    evidence_of,
    learn,
)
from domain.limits.limit import MICROSECONDS

RULES = BreakerRules()
LEASE_US = 60 * MICROSECONDS

kinds = st.sampled_from([kind for kind in FailureKind if kind is not FailureKind.TARGET_DOWN])
failures = st.builds(
    lambda kind, may_pass: (TransientFailure if may_pass else PermanentFailure)("no", kind=kind), kinds, st.booleans()
)
moves = st.lists(
    st.tuples(st.none() | failures, st.integers(0, 3 * MICROSECONDS)), max_size=80
)  # None: the call was answered


def after(state: BreakerState, failure: ItemFailure | None, *, is_probe: bool, now: int) -> BreakerState:
    """Return the state after a call that ended so."""
    evidence = evidence_of(failure, has_answered=state.has_answered, rules=RULES) if failure else ANSWERED
    return learn(state, evidence, is_probe=is_probe, now=now, rules=RULES)


@given(moves)
def test_an_answer_closes_it_and_there_is_never_a_second_probe(script: list[tuple[ItemFailure | None, int]]) -> None:
    """A target that is back gets its calls at once; one that is not gets one call at a time."""
    state, now = BreakerState(), 0
    for failure, passing in script:
        now += passing
        decision, state = decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)
        if decision.verdict is Verdict.PROBE:
            again, _ = decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)
            assert again.verdict in (Verdict.HOLD, Verdict.DOWN)
        if decision.verdict in (Verdict.CALL, Verdict.PROBE):
            state = after(state, failure, is_probe=decision.verdict is Verdict.PROBE, now=now)
        elif decision.verdict is Verdict.HOLD:
            assert decision.wait_us > 0
        if failure is None and decision.verdict in (Verdict.CALL, Verdict.PROBE):
            assert state == BreakerState(has_answered=True)


@given(
    failure=failures.filter(
        lambda failure: evidence_of(failure, has_answered=False, rules=RULES) not in (None, ANSWERED)
    ),
    at_once=st.integers(1, 64),
    asks=st.integers(1, 3_000),
    every_us=st.integers(1, 50_000),
)
def test_a_dead_target_gets_a_bounded_number_of_calls(
    failure: ItemFailure, at_once: int, asks: int, every_us: int
) -> None:
    """Ten thousand tests against a wrong key must not be ten thousand refused calls."""
    state, now, calls, flying = BreakerState(), 0, 0, 0
    for _ in range(asks):
        now += every_us
        decision, state = decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)
        if decision.verdict is Verdict.CALL:
            calls, flying = calls + 1, flying + 1
        if flying == at_once or (flying and decision.verdict is not Verdict.CALL):  # those in flight end together
            for _ in range(flying):
                state = after(state, failure, is_probe=False, now=now)
            flying = 0
        if decision.verdict is Verdict.PROBE:
            calls += 1
            state = after(state, failure, is_probe=True, now=now)

    probes = RULES.probes + now / (RULES.probe_when_down_s * MICROSECONDS)
    assert calls <= RULES.strikes + at_once + probes


@given(st.lists(failures, max_size=RULES.strikes // RULES.weight_of_nobody_there - 1), st.integers(0, 100))
def test_a_few_failures_between_answers_change_nothing(few: list[ItemFailure], rounds: int) -> None:
    """A target that fails now and then is retried, item by item; that is not what this is for."""
    state = BreakerState()
    for _ in range(min(rounds, 5)):
        for failure in few:
            decision, state = decide(state, now=0, probe_lease_us=LEASE_US, rules=RULES)
            assert decision.verdict is Verdict.CALL
            state = after(state, failure, is_probe=False, now=0)
        state = after(state, None, is_probe=False, now=0)


def test_refusals_of_single_requests_do_not_close_a_target_that_answers() -> None:
    """Twenty long prompts in a row are twenty failed tests, and no reason to fail the other thousand."""
    state = BreakerState(has_answered=True)
    for _ in range(100):
        state = after(state, PermanentFailure("400", kind=FailureKind.REFUSED), is_probe=False, now=0)

    assert state.opened_at is None


@pytest.mark.parametrize(
    ("has_answered", "probes", "seconds"), [(False, RULES.probes, 3.5), (True, RULES.probes_once_answered, 31.5)]
)
def test_a_target_that_may_be_restarting_is_waited_for(has_answered: bool, probes: int, seconds: float) -> None:
    """Items that wait some seconds are better than items that fail; one that never answered gets less patience."""
    failure = TransientFailure("refused", kind=FailureKind.CONNECTION)
    state = BreakerState(has_answered=has_answered)
    for _ in range(5):
        state = after(state, failure, is_probe=False, now=0)
    now = 0
    for _ in range(probes):
        assert not state.is_down
        now = state.probe_at
        decision, state = decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)
        assert decision.verdict is Verdict.PROBE
        state = after(state, failure, is_probe=True, now=now)

    assert (state.is_down, now) == (True, seconds * MICROSECONDS)
    assert decide(state, now=now + 1, probe_lease_us=LEASE_US, rules=RULES)[0].verdict is Verdict.DOWN


def test_what_will_not_pass_is_not_waited_for() -> None:
    """A wrong key stays wrong however long one waits."""
    state = BreakerState()
    for _ in range(5):
        state = after(state, PermanentFailure("401", kind=FailureKind.AUTHENTICATION), is_probe=False, now=0)

    assert state.is_down


def test_an_old_verdict_is_tried_before_it_is_believed() -> None:
    """Who mended the target and says retry-failed must not be told of what was true a minute ago."""
    state = BreakerState()
    for _ in range(5):
        state = after(state, PermanentFailure("401", kind=FailureKind.AUTHENTICATION), is_probe=False, now=0)
    now = 60 * MICROSECONDS

    first, state = decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)
    second, state = decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)

    assert (first.verdict, second.verdict) == (Verdict.PROBE, Verdict.HOLD)
    state = after(state, PermanentFailure("401", kind=FailureKind.AUTHENTICATION), is_probe=True, now=now)
    assert decide(state, now=now, probe_lease_us=LEASE_US, rules=RULES)[0].verdict is Verdict.DOWN


def test_switched_off_it_lets_everything_through() -> None:
    """Somebody may want each test to be tried, whatever it costs."""
    off, state = attrs.evolve(RULES, strikes=0), BreakerState()
    for _ in range(100):
        state = learn(state, evidence_of(_refused(), has_answered=False, rules=off), is_probe=False, now=0, rules=off)

    assert decide(state, now=0, probe_lease_us=LEASE_US, rules=off)[0].verdict is Verdict.CALL


def test_a_state_reads_back_as_it_was_written() -> None:
    """Processes share it as text."""
    state = BreakerState(strikes=7, calls=2, opened_at=5, said='"no"\n', has_answered=True)

    assert BreakerState.from_text(state.to_text()) == state
    assert BreakerState.from_text(None) == BreakerState()


def _refused() -> ItemFailure:
    return TransientFailure("refused", kind=FailureKind.CONNECTION)
