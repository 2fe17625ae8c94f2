"""Histograms: every value is in one bar, and no bar lies."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adapters.reports.charts import bars
from domain.test_execution.distribution import Bin, ScoreHistogram
from domain.test_execution.statistics import LatencyHistogram


@given(st.lists(st.floats(0, 1), min_size=1))
def test_every_score_is_in_its_bin(scores: list[float]) -> None:
    """A full score belongs to the last bin, not beyond it."""
    histogram = ScoreHistogram()
    for score in scores:
        histogram.add(score)

    bins = histogram.bins()
    assert sum(found.count for found in bins) == len(scores)
    assert bins[-1].count == sum(score >= 0.95 for score in scores)


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=100))
def test_every_latency_is_in_a_bin_that_holds_it(latencies: list[float]) -> None:
    """Few bins whatever comes, side by side, and the values in them within the sketch's 1 %."""
    histogram = LatencyHistogram()
    for latency in latencies:
        histogram.add(latency)

    bins = histogram.bins()
    assert len(bins) <= 24
    assert sum(found.count for found in bins) == len(latencies)
    assert all(left.high == right.low for left, right in pairwise(bins))
    assert bins[0].low <= min(latencies) * 1.02
    assert max(latencies) <= bins[-1].high * 1.02


def test_bars_are_as_high_as_their_counts_and_a_single_value_is_seen() -> None:
    """One slow answer among 10,000 is what people look for; an empty bin stays empty."""
    drawn = bars([Bin(low=0, high=1, count=10_000), Bin(low=1, high=2, count=1), Bin(low=2, high=3, count=0)])

    assert [bar.height for bar in drawn] == [100.0, 1.5, 0.0]
    assert drawn[0].x < drawn[1].x < drawn[2].x < 100


def test_nothing_counted_is_no_chart() -> None:
    """An empty frame says nothing."""
    assert ScoreHistogram().bins() == LatencyHistogram().bins() == ()
    assert bars([]) == ()
