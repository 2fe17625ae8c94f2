"""Whether and when a failed attempt is repeated: bounds that hold for every failure, attempt and policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure
from domain.jobs.retry import GiveUp, RetryAfter, RetryPolicy

delays = st.floats(0.001, 1e4)
policies = st.builds(RetryPolicy, first_delay_s=delays, cap_s=delays, retry_after_cap_s=st.floats(0, 1e4))
jitters = st.floats(0, 1)
kinds = st.sampled_from(FailureKind)
attempts = st.integers(1, 5000)
MICROSECOND = 1e-6


@given(policies, kinds, st.integers(1, 1000), st.integers(1, 1000), jitters)
def test_a_permanent_failure_is_tried_once(
    policy: RetryPolicy, kind: FailureKind, attempt: int, budget: int, jitter: float
) -> None:
    """Another attempt would fail the same way, and cost money."""
    failure = PermanentFailure("status 401", kind=kind)

    decision = policy.decide(failure, attempt=attempt, max_attempts=budget, jitter=lambda: jitter)

    assert isinstance(decision, GiveUp)


@given(policies, kinds, st.integers(1, 1000), st.integers(1, 1000), st.none() | st.floats(-10, 1e6), jitters)
def test_the_budget_is_never_exceeded_and_used_up_to_its_end(
    policy: RetryPolicy, kind: FailureKind, attempt: int, budget: int, retry_after_s: float | None, jitter: float
) -> None:
    """One budget covers every cause, a far side that says when to come back included."""
    failure = TransientFailure("status 429", kind=kind, retry_after_s=retry_after_s)

    decision = policy.decide(failure, attempt=attempt, max_attempts=budget, jitter=lambda: jitter)

    assert isinstance(decision, RetryAfter) == (attempt < budget)


@given(policies, attempts, jitters)
def test_delays_stay_within_their_ceiling(policy: RetryPolicy, attempt: int, jitter: float) -> None:
    """The ceiling doubles from the first delay to the cap, and no exponent is too large for it."""
    ceiling = min(policy.cap_s, policy.first_delay_s * 2.0 ** min(attempt - 1, 63))

    delay_s = _delay_s(policy, attempt=attempt, jitter=jitter)

    assert 0 <= delay_s <= ceiling + MICROSECOND
    assert delay_s == pytest.approx(ceiling * jitter, rel=1e-9, abs=MICROSECOND)


@given(policies, attempts, jitters)
def test_ceilings_never_shrink_and_at_most_double(policy: RetryPolicy, attempt: int, jitter: float) -> None:
    """A far side in trouble is asked less and less often."""
    earlier = _delay_s(policy, attempt=attempt, jitter=jitter)
    later = _delay_s(policy, attempt=attempt + 1, jitter=jitter)

    assert earlier - MICROSECOND <= later <= 2 * earlier + 3 * MICROSECOND


@given(policies, attempts, st.floats(-1e3, 1e6), jitters)
def test_what_the_far_side_asked_for_is_taken_as_said_up_to_the_cap(
    policy: RetryPolicy, attempt: int, asked_s: float, jitter: float
) -> None:
    """Asking sooner would be refused again; waiting a day because a header says so would stop the job."""
    wait_s = _delay_s(policy, attempt=attempt, jitter=jitter, retry_after_s=asked_s)

    assert wait_s == pytest.approx(min(max(asked_s, 0.0), policy.retry_after_cap_s), abs=MICROSECOND)


@pytest.mark.parametrize("field", ["first_delay_s", "cap_s", "retry_after_cap_s"])
def test_a_policy_with_a_negative_time_is_refused(field: str) -> None:
    """A delay in the past would make a loop without a pause."""
    with pytest.raises(ValueError, match=field):
        RetryPolicy(**{field: -1.0})


def _delay_s(policy: RetryPolicy, *, attempt: int, jitter: float, retry_after_s: float | None = None) -> float:
    failure = TransientFailure("status 503", kind=FailureKind.SERVER_ERROR, retry_after_s=retry_after_s)
    decision = policy.decide(failure, attempt=attempt, max_attempts=attempt + 1, jitter=lambda: jitter)
    assert isinstance(decision, RetryAfter)
    return decision.delay.total_seconds()
