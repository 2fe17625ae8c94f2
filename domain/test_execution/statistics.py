"""
The numbers a test run is judged by: a pass rate's interval, and latency percentiles in bounded memory.

Standard library only, no state beyond what is asked for; nothing here knows items, jobs or files.
"""

from __future__ import annotations

from math import ceil, isfinite, log, sqrt
from statistics import NormalDist

from attrs import define, field, frozen

from domain.test_execution.distribution import Bin

ACCURACY = 0.01
"""How far, relatively, a reported percentile may be from the true one."""
SMALLEST_S = 1e-6
LARGEST_S = 1e6
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = log(_GAMMA)


@frozen(kw_only=True)
class Interval:
    """The shares (0 to 1) between which the truth lies, as far as the evidence goes."""

    low: float
    high: float


def wilson_interval(passed: float, n: float, *, confidence: float = 0.95) -> Interval:
    """
    Return the Wilson score interval of the share *passed* of *n*; without evidence (n = 0) it is all of 0 to 1.

    Chosen over the textbook p ± z·sqrt(p(1-p)/n), which has no width at 0 of 10 and leaves 0..1 near the ends.
    Formula: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212;
    in this form (centre and half width) Brown, Cai, DasGupta, Statistical Science 16 (2001) 101-133, equation 4.
    It takes the *n* trials as independent. Neither number need be whole: trials that resemble each other, as repeats of
    a test do, are worth fewer than there are (`pass_rate.ClusteredShare`).

    Raises:
        ValueError: the counts are not 0 <= passed <= n, or *confidence* is not between 0 and 1.
    """
    if not 0 <= passed <= n:
        raise ValueError(f"passed {passed} of {n}: expected 0 <= passed <= n")
    z = z_of(confidence)
    if n == 0:
        return Interval(low=0.0, high=1.0)
    centre = (passed + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * sqrt(passed * (n - passed) / n + z * z / 4)
    share = passed / n  # the bounds are clamped by it because rounding may push them past 0, 1 or the share itself
    return Interval(low=max(0.0, min(share, centre - half)), high=min(1.0, max(share, centre + half)))


def z_of(confidence: float) -> float:
    """
    Return how many standard errors on either side hold the truth with *confidence*: 1.96 for 0.95.

    Raises:
        ValueError: *confidence* is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: expected a number between 0 and 1, such as 0.95")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


@frozen(kw_only=True)
class LatencySummary:
    """Latencies of *n* answers in seconds; the percentiles within 1 %, max and mean exact."""

    n: int
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float


@define(kw_only=True)
class LatencyHistogram:
    """
    Latencies counted in buckets that grow by 2 %, so that any percentile is within 1 % of the true one.

    This is the sketch of Masson, Rim, Lee, "DDSketch", VLDB 12 (2019): a value x goes to bucket ceil(log x / log g),
    g = (1 + a)/(1 - a), and the bucket's middle 2g^i/(g + 1) is never further from x than the share a = 0.01. Values
    below 1 us count as 1 us, above 1e6 s as 1e6 s, so there are at most 1,383 buckets however many values come.
    Counts and the sum (in whole nanoseconds) are integers: the order of adding and merging changes nothing.
    """

    _counts: dict[int, int] = field(factory=dict)
    _n: int = 0
    _sum_ns: int = 0
    _min_s: float = float("inf")
    _max_s: float = 0.0

    @property
    def buckets(self) -> int:
        """How many buckets are in use: what the memory grows with."""
        return len(self._counts)

    def add(self, latency_s: float) -> None:
        """
        Count a latency.

        Raises:
            ValueError: it is negative, infinite or not a number.
        """
        if not isfinite(latency_s) or latency_s < 0:
            raise ValueError(f"latency_s {latency_s}: expected a finite number of seconds, 0 or more")
        bucket = ceil(log(min(max(latency_s, SMALLEST_S), LARGEST_S)) / _LOG_GAMMA)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self._n += 1
        self._sum_ns += round(latency_s * 1e9)
        self._min_s = min(self._min_s, latency_s)
        self._max_s = max(self._max_s, latency_s)

    def merge(self, other: LatencyHistogram) -> None:
        """Count everything *other* has counted."""
        for bucket, count in other._counts.items():
            self._counts[bucket] = self._counts.get(bucket, 0) + count
        self._n += other._n
        self._sum_ns += other._sum_ns
        self._min_s = min(self._min_s, other._min_s)
        self._max_s = max(self._max_s, other._max_s)

    def percentile(self, percent: int) -> float:
        """
        Return the smallest latency that at least *percent* % of the values don't exceed (the nearest-rank rule).

        Raises:
            ValueError: nothing was counted, or *percent* is not 1 to 100.
        """
        if not self._n or not 1 <= percent <= 100:
            raise ValueError(f"percentile {percent} of {self._n} values: expected 1 to 100 of at least one value")
        rank = -(-percent * self._n // 100)
        for bucket in sorted(self._counts):
            rank -= self._counts[bucket]
            if rank <= 0:
                break
        middle = 2 * _GAMMA**bucket / (_GAMMA + 1)
        return min(max(middle, self._min_s), self._max_s)

    def bins(self, at_most: int = 24) -> tuple[Bin, ...]:
        """
        Return the counts in at most so many bins from the least to the greatest, each as wide on a logarithmic scale.

        Latencies are skewed: on an even scale one slow answer would squeeze all others into the first bin.
        """
        if not self._n:
            return ()
        first, last = min(self._counts), max(self._counts)
        each = -(-(last - first + 1) // at_most)
        counts: dict[int, int] = {}
        for bucket, count in self._counts.items():
            counts[(bucket - first) // each] = counts.get((bucket - first) // each, 0) + count
        return tuple(
            Bin(
                low=_GAMMA ** (first + at * each - 1),
                high=_GAMMA ** (first + (at + 1) * each - 1),
                count=counts.get(at, 0),
            )
            for at in range((last - first) // each + 1)
        )

    def summary(self) -> LatencySummary | None:
        """Return the percentiles people look at, or None when nothing was counted."""
        if not self._n:
            return None
        p50, p90, p95, p99 = (self.percentile(percent) for percent in (50, 90, 95, 99))
        mean = self._sum_ns / self._n / 1e9
        return LatencySummary(n=self._n, mean=mean, p50=p50, p90=p90, p95=p95, p99=p99, max=self._max_s)
