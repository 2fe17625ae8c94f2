"""The numbers a release is decided by, against published values and at the edges."""

from __future__ import annotations

import pytest

from domain.test_execution.statistics import Interval, LatencyHistogram, wilson_interval


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # Roots of (share - s)^2 = z^2 s(1 - s)/n, which defines the interval, found by bisection.
        (877, 1000, 0.8552, 0.8959),
        (0, 10, 0.0000, 0.2775),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_the_wilson_interval_agrees_with_published_values(passed: int, n: int, low: float, high: float) -> None:
    """People compare these numbers with those of other tools."""
    interval = wilson_interval(passed, n)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_without_evidence_every_share_is_possible() -> None:
    """An empty run must not look like a certain one."""
    assert wilson_interval(0, 0) == Interval(low=0.0, high=1.0)


def test_more_confidence_needs_a_wider_interval() -> None:
    """The confidence is used, and the right way round."""
    narrow, wide = wilson_interval(80, 100, confidence=0.8), wilson_interval(80, 100, confidence=0.99)

    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("passed", "n"), [(-1, 10), (11, 10), (1, 0)])
def test_counts_that_cannot_be_are_refused(passed: int, n: int) -> None:
    """A wrong count upstream must be seen, not turned into a plausible number."""
    with pytest.raises(ValueError, match="expected 0 <= passed <= n"):
        wilson_interval(passed, n)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_that_is_no_share_is_refused(confidence: float) -> None:
    """95 instead of 0.95 is an easy slip."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson_interval(1, 2, confidence=confidence)


def test_percentiles_follow_the_nearest_rank_rule() -> None:
    """The 95th of 20 is the 19th value, not one in between: a time that was really measured."""
    latencies = LatencyHistogram()
    for tenths in range(1, 21):
        latencies.add(tenths / 10)

    assert latencies.percentile(95) == pytest.approx(1.9, rel=0.01)
    assert latencies.percentile(50) == pytest.approx(1.0, rel=0.01)
    assert latencies.percentile(1) == pytest.approx(0.1, rel=0.01)


def test_one_latency_is_reported_as_it_was() -> None:
    """Estimates stay within what was seen, so a single value comes back exactly."""
    latencies = LatencyHistogram()
    latencies.add(0.123456)

    summary = latencies.summary()

    assert summary is not None
    assert {summary.p50, summary.p99, summary.max, summary.mean} == {0.123456}


def test_nothing_counted_has_no_summary() -> None:
    """A latency of 0 for a run without answers would be a lie."""
    assert LatencyHistogram().summary() is None
    with pytest.raises(ValueError, match="of 0 values"):
        LatencyHistogram().percentile(50)


@pytest.mark.parametrize("latency_s", [-0.1, float("nan"), float("inf")])
def test_what_is_no_time_span_is_refused(latency_s: float) -> None:
    """One NaN would spoil every number of the run."""
    with pytest.raises(ValueError, match="finite number of seconds"):
        LatencyHistogram().add(latency_s)


def test_buckets_are_bounded_whatever_comes() -> None:
    """Memory must not grow with the run, nor with how odd its latencies are."""
    latencies = LatencyHistogram()
    for step in range(20_000):
        latencies.add(10 ** (step / 1000 - 10))  # from 0.1 ns to 300 years

    assert latencies.buckets <= 1_383
