"""Rules that intervals and percentiles keep for all inputs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.test_execution.statistics import ACCURACY, LatencyHistogram, wilson_interval

ROUNDING = 1e-9


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    """Return (passed, n) with 0 <= passed <= n and n >= 1."""
    n = draw(st.integers(1, 1_000_000))
    return draw(st.integers(0, n)), n


latencies = st.floats(min_value=1e-6, max_value=1e6)
many_latencies = st.lists(latencies, min_size=1, max_size=200)


def histogram(values: list[float]) -> LatencyHistogram:
    """Return a histogram that has counted *values*."""
    counted = LatencyHistogram()
    for value in values:
        counted.add(value)
    return counted


@given(counts())
def test_the_interval_holds_the_estimate_and_stays_in_range(case: tuple[int, int]) -> None:
    """A pass rate outside its own interval, or above 100 %, would discredit the report."""
    passed, n = case
    interval = wilson_interval(passed, n)

    assert 0 <= interval.low <= passed / n <= interval.high <= 1


@given(counts(), st.integers(2, 50))
def test_more_evidence_of_the_same_share_narrows_the_interval(case: tuple[int, int], factor: int) -> None:
    """Otherwise running more tests would not be worth it."""
    passed, n = case
    few, many = wilson_interval(passed, n), wilson_interval(passed * factor, n * factor)

    assert many.high - many.low < few.high - few.low


@given(counts())
def test_pass_and_fail_are_mirror_images(case: tuple[int, int]) -> None:
    """The failure rate's interval must be what the pass rate's leaves."""
    passed, n = case
    passes, fails = wilson_interval(passed, n), wilson_interval(n - passed, n)

    assert abs(passes.low - (1 - fails.high)) < ROUNDING
    assert abs(passes.high - (1 - fails.low)) < ROUNDING


@given(many_latencies, st.integers(1, 100))
def test_percentiles_are_within_the_promised_error(values: list[float], percent: int) -> None:
    """1 % is what the documentation promises, for any latencies."""
    exact = sorted(values)[-(-percent * len(values) // 100) - 1]

    assert abs(histogram(values).percentile(percent) - exact) <= exact * (ACCURACY + ROUNDING)


@given(many_latencies)
def test_max_is_exact_and_mean_nearly(values: list[float]) -> None:
    """The mean is a sum of whole nanoseconds, the max no estimate at all."""
    summary = histogram(values).summary()

    assert summary is not None
    assert summary.max == max(values)
    assert abs(summary.mean - sum(values) / len(values)) <= 1e-9 + summary.mean * ROUNDING


@given(st.lists(many_latencies, min_size=1, max_size=4))
def test_order_of_merging_and_adding_does_not_matter(parts: list[list[float]]) -> None:
    """Shards are counted apart and in any order; the numbers of a run must not depend on it."""
    everything = [value for part in parts for value in part]
    merged = LatencyHistogram()
    for part in reversed(parts):
        merged.merge(histogram(list(reversed(part))))

    assert merged == histogram(everything)
    assert merged.summary() == histogram(everything).summary()
