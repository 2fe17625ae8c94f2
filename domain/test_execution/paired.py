"""
Statistics of paired differences: the same tests, in one run and in another.

A test is one unit, however often it was repeated: its difference is that of its two means, so repeats of a test never
count as several tests. Standard library only; what draws random numbers draws the same ones each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from math import ceil, erfc, exp, fsum, lgamma, log, log2, sqrt
from random import Random
from statistics import NormalDist

from domain.test_execution.statistics import Interval, z_of

SEED = 20_260_101
RESAMPLES = 2_000
FLIPS = 9_999
MOST_UNITS = 1_000
"""So many units are resampled; more tests are gathered into so many groups (`bootstrap_interval`)."""
_ENUMERATED = 14
_TOLERANCE = 1e-12
_BITS = bytes.maketrans(b"01", b"\x00\x01")


def mcnemar_p(worse: int, better: int) -> float:
    """
    Return the exact two-sided p-value that *worse* tests went one way and *better* the other by chance.

    Twice the smaller tail of a fair coin tossed worse + better times, at most 1: McNemar, Psychometrika 12 (1947), in
    its exact form (a sign test). Tests that did not change say nothing about which run is better.
    """
    tosses, few = worse + better, min(worse, better)
    if 2 * few >= tosses:
        return 1.0
    term = exp(lgamma(tosses + 1) - lgamma(few + 1) - lgamma(tosses - few + 1) - tosses * log(2))
    tail = 0.0
    for heads in range(few, -1, -1):
        tail += term
        if term < tail * 1e-17:  # the rest is too small to be seen in the sum
            break
        term *= heads / (tosses - heads + 1)
    return min(1.0, 2 * tail)


def sign_flip_p(differences: Sequence[float]) -> float:
    """
    Return the two-sided p-value that the mean of paired *differences* is not 0 by chance.

    If the runs are alike, each difference could as well have had the other sign (Fisher, "The design of experiments",
    1935, section 21): p is the share of all ways to choose the signs that give a sum at least as far from 0. Where all
    differences are as large (pass or fail, asked once) this is McNemar's exact test. All ways are gone through for up
    to 14 differences that are not 0, a fixed sample of 9,999 for up to 1,000 (p is then at least 0.0001); beyond, the
    sum is as good as normal.
    """
    sizes = [abs(difference) for difference in differences if difference]
    if not sizes:
        return 1.0
    if max(sizes) - min(sizes) <= _TOLERANCE:
        better = sum(difference > 0 for difference in differences)
        return mcnemar_p(len(sizes) - better, better)
    found = abs(fsum(differences))
    if len(sizes) <= _ENUMERATED:
        sums = [0.0]
        for size in sizes:
            sums = [total + sign * size for total in sums for sign in (1, -1)]
        return sum(abs(total) >= found - _TOLERANCE for total in sums) / len(sums)
    if len(sizes) <= MOST_UNITS:
        return _sampled_p(sizes, found)
    return erfc(found / sqrt(2 * fsum(size * size for size in sizes)))


def _sampled_p(sizes: Sequence[float], found: float) -> float:
    random, total, n = Random(SEED), fsum(sizes), len(sizes)
    extreme = 0
    for _ in range(FLIPS):
        flipped = f"{random.getrandbits(n):0{n}b}".encode().translate(_BITS)
        extreme += abs(total - 2 * sum(compress(sizes, flipped))) >= found - _TOLERANCE
    return (extreme + 1) / (FLIPS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """
    Return the p-values adjusted so that the chance of any false finding among them stays at the level.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979) 65-70:
    the i-th smallest of m is multiplied by m - i + 1, and none is smaller than one before it.
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = least
    return adjusted


def bootstrap_interval(differences: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """
    Return the interval of the mean of paired *differences* by the percentile bootstrap over tests, always the same.

    Efron, Tibshirani, "An introduction to the bootstrap" (1993), chapter 13, with 2,000 resamples. More than 1,000
    tests are first gathered into 1,000 groups (each test of a stretch into another one), whose means are resampled:
    the spread of the mean is the same, within 2 %, and the time is bounded.

    Raises:
        ValueError: there are no differences.
    """
    if not differences:
        raise ValueError("no differences: an interval needs at least one test")
    units = _grouped(differences)
    if min(units) == max(units):
        return Interval(low=units[0], high=units[0])
    random, n = Random(SEED), len(units)
    means = sorted(sum(random.choices(units, k=n)) / n for _ in range(RESAMPLES))
    return Interval(
        low=_quantile(means, (1 - confidence) / 2),
        high=_quantile(means, (1 + confidence) / 2),
    )


def _grouped(differences: Sequence[float]) -> Sequence[float]:
    if len(differences) <= MOST_UNITS:
        return differences
    scale = MOST_UNITS / len(differences)
    return [fsum(differences[first::MOST_UNITS]) * scale for first in range(MOST_UNITS)]


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def rate_difference_interval(differences: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """
    Return the interval of the difference of two pass rates, from each test's own difference (-1 to 1).

    Two tests are added, whose squared differences sum to 1 and whose differences to 0: Agresti, Min, "Simple improved
    confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005) 729-740, in words that
    also hold where tests are repeated. It has a width when no test changed, which the plain formula has not.
    """
    n = len(differences) + 2
    mean = fsum(differences) / n
    half = z_of(confidence) * sqrt(max(_added_variance(differences) - mean * mean, 0.0) / n)
    return Interval(low=max(-1.0, mean - half), high=min(1.0, mean + half))


def smallest_rate_difference(
    differences: Sequence[float], *, alpha: float, power: float, step: float = 1.0
) -> float | None:
    """
    Return the smallest difference of two pass rates that these tests show with probability *power*; None: none.

    The rule of `smallest_difference`, with the variance of `rate_difference_interval`; and never less than it takes for
    p < *alpha* at all: as many tests changing for the worse, by a *step* each, as a fair coin needs heads in a row.
    """
    n = len(differences)
    if not n:
        return None
    fewest = ceil(log2(2 / alpha))
    smallest = (z_of(1 - alpha) + NormalDist().inv_cdf(power)) * sqrt(_added_variance(differences) / n)
    smallest = max(smallest, fewest * step / n)
    return smallest if fewest <= n and smallest <= 1 else None


def smallest_difference(differences: Sequence[float], *, alpha: float, power: float) -> float | None:
    """
    Return the smallest true mean difference that these tests show at level *alpha* with probability *power*.

    (z_{1-alpha/2} + z_power) * sd / sqrt(n), sd being that of the differences that were seen (Miller, arXiv 2411.00640,
    section 5). None where it can't be told: below two tests, or no test differs from another.
    """
    n = len(differences)
    if n < 2:
        return None
    mean = fsum(differences) / n
    variance = fsum((difference - mean) ** 2 for difference in differences) / (n - 1)
    if variance <= _TOLERANCE**2:
        return None
    return (z_of(1 - alpha) + NormalDist().inv_cdf(power)) * sqrt(variance / n)


def _added_variance(differences: Sequence[float]) -> float:
    return (fsum(difference * difference for difference in differences) + 1) / (len(differences) + 2)
