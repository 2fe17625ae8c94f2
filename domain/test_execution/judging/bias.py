"""
Two biases that judges are known for: for what stands first, and for what is long.

Both are documented in Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", NeurIPS 2023 (arXiv
2306.05685); position bias is found as there, by asking twice with the answers swapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, comb, sqrt, tanh
from statistics import NormalDist, StatisticsError, correlation

from attrs import frozen

from domain.test_execution.statistics import Interval, wilson_interval

FIRST, SECOND, NEITHER = "first", "second", "neither"


@frozen(kw_only=True)
class PositionBias:
    """
    What swapping two answers does to a judge, over *n* pairs that it judged in both orders.

    *consistent* pairs got the same winner (or none) both times. *both_first* and *both_second* went to whatever stood
    in that place. *p_value* is the exact two-sided sign test of those two against each other: how often a judge
    without a bias would be as lopsided.
    """

    n: int
    consistent: int
    both_first: int
    both_second: int
    consistency: float | None
    interval: Interval
    p_value: float | None


@frozen(kw_only=True)
class LengthBias:
    """
    How the judge's leniency goes with the length of the answer, over *n* examples.

    *rho* is Spearman's rank correlation between an answer's characters and how much better the judge finds it than
    people do: above 0 the judge favours long answers. None where one of the two never changes.
    """

    n: int
    rho: float | None
    interval: Interval | None


def position_bias(choices: Sequence[tuple[str, str]]) -> PositionBias:
    """Return the bias over pairs: the place (first, second, neither) chosen in one order, and with answers swapped."""
    both_first = sum(pair == (FIRST, FIRST) for pair in choices)
    both_second = sum(pair == (SECOND, SECOND) for pair in choices)
    swapped = {FIRST: SECOND, SECOND: FIRST, NEITHER: NEITHER}
    consistent = sum(swapped[one] == other for one, other in choices)
    n = len(choices)
    return PositionBias(
        n=n,
        consistent=consistent,
        both_first=both_first,
        both_second=both_second,
        consistency=consistent / n if n else None,
        interval=wilson_interval(consistent, n),
        p_value=sign_test(both_first, both_second),
    )


def sign_test(one: int, other: int) -> float | None:
    """Return the exact two-sided probability of a split as uneven as this, were both sides equally likely."""
    n = one + other
    if not n:
        return None
    tail = sum(comb(n, k) for k in range(min(one, other) + 1))
    return min(1.0, float(2 * tail / 2**n))


def length_bias(lengths: Sequence[int], leniency: Sequence[float], *, confidence: float = 0.95) -> LengthBias:
    """Return how *leniency* (the judge's value minus the people's) goes with *lengths* (characters)."""
    rho = spearman(lengths, leniency)
    interval = None if rho is None else spearman_interval(rho, len(lengths), confidence=confidence)
    return LengthBias(n=len(lengths), rho=rho, interval=interval)


def spearman(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation (ties share their mean rank); None where one side never changes."""
    try:
        rho: float = correlation(_ranks(left), _ranks(right))
    except StatisticsError:
        return None
    return rho


def spearman_interval(rho: float, n: int, *, confidence: float = 0.95) -> Interval | None:
    """
    Return the interval of a rank correlation over *n* values; None below 4, where there is none.

    Fisher's transformation with the variance (1 + rho²/2)/(n - 3): Bonett, Wright, "Sample size requirements for
    estimating Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000) 23-28.
    """
    if n < 4:
        return None
    if abs(rho) >= 1:
        return Interval(low=rho, high=rho)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt((1 + rho * rho / 2) / (n - 3))
    return Interval(low=tanh(atanh(rho) - half), high=tanh(atanh(rho) + half))


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda at: values[at])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for at in order[start : end + 1]:
            ranks[at] = (start + end) / 2
        start = end + 1
    return ranks
