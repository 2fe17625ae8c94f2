"""Repeats: clustered intervals against their definition, pass@k and pass^k against the enumeration of all draws."""

from __future__ import annotations

from itertools import combinations
from math import sqrt
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.test_execution.pass_rate import ClusteredShare
from domain.test_execution.repeats import pass_at_k, pass_hat_k
from domain.test_execution.statistics import wilson_interval

judged_tests = st.lists(
    st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=40
)


def share_of(tests: list[tuple[int, int]]) -> ClusteredShare:
    """Count tests given as (passed, judged)."""
    share = ClusteredShare()
    for passed, judged in tests:
        share.add(passed=passed, judged=judged)
    return share


@given(judged_tests)
def test_the_standard_error_is_that_of_its_definition(tests: list[tuple[int, int]]) -> None:
    """Whole-number sums are quick and exact, and easy to get wrong; the definition is neither."""
    rate = share_of(tests).rate()
    n, clusters = sum(judged for _, judged in tests), len(tests)
    mean = sum(passed for passed, _ in tests) / n

    squares = sum((passed - mean * judged) ** 2 for passed, judged in tests)
    if clusters < 2:
        assert rate.standard_error is None
    else:
        assert rate.standard_error == pytest.approx(sqrt(clusters / (clusters - 1) * squares) / n, abs=1e-12)


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_without_repeats_the_interval_is_wilsons(verdicts: list[bool]) -> None:
    """A run of single tests must read as it does everywhere else."""
    rate = share_of([(int(verdict), 1) for verdict in verdicts]).rate()
    plain = wilson_interval(sum(verdicts), len(verdicts))

    assert (rate.interval.low, rate.interval.high) == pytest.approx((plain.low, plain.high))


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 20))
def test_repeats_that_tell_nothing_new_change_nothing(verdicts: list[bool], repeats: int) -> None:
    """Asking a deterministic model ten times proves no more than asking it once."""
    once = share_of([(int(verdict), 1) for verdict in verdicts]).rate().interval
    often = share_of([(repeats * verdict, repeats) for verdict in verdicts]).rate().interval

    assert (often.low, often.high) == pytest.approx((once.low, once.high))


@given(judged_tests)
def test_the_interval_is_never_narrower_than_that_of_independent_trials(tests: list[tuple[int, int]]) -> None:
    """The clustering is there to take false confidence away, never to give some."""
    rate = share_of(tests).rate().interval
    plain = wilson_interval(sum(passed for passed, _ in tests), sum(judged for _, judged in tests))

    assert rate.high - rate.low >= plain.high - plain.low - 1e-9


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_and_pass_hat_k_are_means_over_all_draws(case: tuple[int, int, int]) -> None:
    """Unbiased means: what k draws without replacement from the n tries give on average."""
    n, c, k = case
    draws = list(combinations([True] * c + [False] * (n - c), k))

    assert pass_at_k(n, c, k=k) == pytest.approx(fmean(any(draw) for draw in draws))
    assert pass_hat_k(n, c, k=k) == pytest.approx(fmean(all(draw) for draw in draws))
