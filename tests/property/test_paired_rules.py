"""The statistics of comparisons, held against scipy (an oracle of the tests only) and against their definitions."""

from __future__ import annotations

from math import sqrt
from random import Random
from statistics import NormalDist, fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from domain.test_execution.paired import (
    bootstrap_interval,
    holm,
    mcnemar_p,
    rate_difference_interval,
    sign_flip_p,
    smallest_difference,
    smallest_rate_difference,
)

TABLES = 300
verdict_differences = st.lists(st.sampled_from([-1.0, 0.0, 0.0, 1.0]), min_size=1, max_size=60)
score_differences = st.lists(st.floats(-1, 1, allow_nan=False).map(lambda x: round(x, 3)), min_size=1, max_size=10)


def test_mcnemar_agrees_with_scipy_on_hundreds_of_tables() -> None:
    """The p-value a release hangs on, for small tables and for 100,000 changed tests."""
    random = Random(1)
    for _ in range(TABLES):
        n = round(10 ** random.uniform(0, 5))
        worse = min(n, max(0, round(random.gauss(n / 2, sqrt(n)))))
        expected = stats.binomtest(worse, n, 0.5).pvalue

        assert mcnemar_p(worse, n - worse) == pytest.approx(expected, rel=1e-7, abs=1e-300)


def test_sign_flips_agree_with_scipys_permutation_test() -> None:
    """Exact up to 14 differences; hundreds of random ones, with ties and zeros."""
    random = Random(2)
    for _ in range(TABLES):
        differences = [round(random.gauss(0.1, 0.3), 1) for _ in range(random.randint(2, 9))]
        expected = stats.permutation_test(
            (differences,), fmean, permutation_type="samples", vectorized=False, n_resamples=10_000
        ).pvalue

        assert sign_flip_p(differences) == pytest.approx(expected, abs=1e-9)


def test_sampled_sign_flips_are_near_the_normal_law_they_tend_to() -> None:
    """Between 15 and 1,000 differences p is sampled, beyond it is normal; both must say nearly the same."""
    random = Random(3)
    for _ in range(12):
        differences = [random.choice([1 / 3, 2 / 3, 1.0]) * random.choice([1, 1, -1]) for _ in range(150)]
        differences = [difference - 0.1 * random.random() for difference in differences]
        z = abs(sum(differences)) / sqrt(sum(difference**2 for difference in differences))

        assert sign_flip_p(differences) == pytest.approx(2 * NormalDist().cdf(-z), abs=0.02)


@given(verdict_differences)
def test_on_single_verdicts_the_sign_flip_test_is_mcnemars(differences: list[float]) -> None:
    """One test for runs with and without repeats: the first is the general case of the second."""
    assert sign_flip_p(differences) == mcnemar_p(differences.count(-1.0), differences.count(1.0))


@given(score_differences)
def test_the_sides_of_a_comparison_may_be_swapped(differences: list[float]) -> None:
    """A against B must find as much as B against A."""
    assert sign_flip_p(differences) == pytest.approx(sign_flip_p([-difference for difference in differences]))


def test_the_bootstrap_agrees_with_scipys() -> None:
    """Two samplings of 2,000: their ends differ by a few per cent of the interval's width."""
    random = Random(4)
    for size in [5, 20, 80, 300] * 5:
        differences = [random.betavariate(1, 3) - random.betavariate(1, 4) for _ in range(size)]
        found = bootstrap_interval(differences)
        oracle = stats.bootstrap(
            (differences,), fmean, method="percentile", n_resamples=2_000, vectorized=False, rng=size
        ).confidence_interval

        width = oracle.high - oracle.low
        assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=0.08 * width)


def test_many_tests_are_resampled_in_groups_with_the_same_spread() -> None:
    """100,000 tests must not take minutes, nor give another interval than the normal law they obey."""
    random = Random(5)
    differences = [random.betavariate(1, 3) - 0.2 for _ in range(50_321)]
    found = bootstrap_interval(differences)
    half = 1.96 * stdev(differences) / sqrt(len(differences))

    assert found.low == pytest.approx(fmean(differences) - half, abs=0.12 * half)
    assert found.high == pytest.approx(fmean(differences) + half, abs=0.12 * half)


@given(score_differences)
@settings(max_examples=20)
def test_the_same_differences_give_the_same_interval(differences: list[float]) -> None:
    """A gate that flickers between two calls is no gate; and the mean lies inside."""
    once, again = bootstrap_interval(differences), bootstrap_interval(differences)

    assert once == again
    assert once.low - 1e-9 <= fmean(differences) <= once.high + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_what_its_definition_says(p_values: list[float]) -> None:
    """Rejecting at the adjusted p is rejecting step by step at alpha/(m - i)."""
    adjusted = holm(p_values)

    for alpha in (0.01, 0.05, 0.2):
        rejected = set()
        for step, at in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
            if p_values[at] * (len(p_values) - step) >= alpha:
                break
            rejected.add(at)
        assert {at for at, p in enumerate(adjusted) if p < alpha} == rejected


def test_the_interval_of_a_rate_difference_covers_the_truth() -> None:
    """95 % in 95 of 100 runs: simulated where the plain formula fails, with few changes and high rates."""
    random, truth, covered, runs = Random(6), 0.04, 0, 1_000
    for _ in range(runs):
        differences = random.choices([-1.0, 1.0, 0.0], weights=[0.03, 0.07, 0.9], k=80)
        interval = rate_difference_interval(differences)
        covered += interval.low <= truth <= interval.high

    assert 0.93 <= covered / runs <= 0.99


def test_the_smallest_difference_is_shown_with_the_promised_power() -> None:
    """Beside "no difference" stands what could have been seen: simulated, it is seen in some 80 of 100 runs."""
    random, runs = Random(7), 400
    null = random.choices([-1.0, 1.0, 0.0], weights=[0.1, 0.1, 0.8], k=400)
    smallest = smallest_rate_difference(null, alpha=0.05, power=0.8)
    assert smallest is not None
    up = 0.1 + smallest / 2
    seen = sum(
        sign_flip_p(random.choices([-1.0, 1.0, 0.0], weights=[0.2 - up, up, 0.8], k=400)) < 0.05 for _ in range(runs)
    )

    assert 0.7 <= seen / runs <= 0.9


@pytest.mark.parametrize(("n", "points"), [(200, 5.9), (1000, 2.7)])
def test_the_smallest_difference_is_that_of_the_known_rule(n: int, points: float) -> None:
    """p = .9, correlation .5: 2p(1 - p)/2 = .09 of the tests change, half of them each way."""
    changed = round(0.09 * n / 2)
    differences = [1.0] * changed + [-1.0] * changed + [0.0] * (n - 2 * changed)
    smallest = smallest_rate_difference(differences, alpha=0.05, power=0.8)

    assert smallest is not None
    assert 100 * smallest == pytest.approx(points, abs=0.2)


def test_five_tests_can_show_nothing_and_six_only_everything() -> None:
    """Five changes for the worse in a row are what a coin does in 1 of 16 cases: p is above .05 whatever happens."""
    assert smallest_rate_difference([0.0] * 5, alpha=0.05, power=0.8) is None
    assert smallest_rate_difference([0.0] * 6, alpha=0.05, power=0.8) == 1.0
    assert sign_flip_p([-1.0] * 5) > 0.05 > sign_flip_p([-1.0] * 6)


def test_scores_that_never_differ_tell_nothing_of_what_could_be_seen() -> None:
    """A smallest difference of 0 would promise to see everything."""
    assert smallest_difference([0.0] * 50, alpha=0.05, power=0.8) is None
    assert smallest_difference([0.1], alpha=0.05, power=0.8) is None
