"""
The pass rate of a run and how sure it is, where tests may be asked several times.

Repeats of one test resemble each other, so they are less evidence than as many different tests. The rate is over all
judged repeats; how sure it is comes from how much the tests differ from each other (a cluster for each test).
"""

from __future__ import annotations

from math import sqrt

from attrs import define, frozen

from domain.test_execution.statistics import Interval, wilson_interval


@frozen(kw_only=True)
class PassRate:
    """
    The share, *value*, of what was judged pass or fail that passed; None when nothing was.

    *interval* holds the true share with 95 % confidence. *standard_error* is clustered by test; None below two of the
    *tests* that were judged. Answers that could not be had or judged are no evidence about quality, so they are left
    out, and the interval does not cover them: that is what the bounds of the whole run are for
    (`RunSummary.all_errors_fail`).
    """

    value: float | None
    interval: Interval
    standard_error: float | None = None
    tests: int = 0


@define(kw_only=True)
class ClusteredShare:
    """
    Counts passes by test; whole numbers only, so that the order of tests changes nothing.

    *tests* clusters of n_c judged repeats with x_c passes: N = sum n_c, the rate r = sum x_c / N, and its variance, for
    C tests, C/(C - 1) * sum (x_c - r n_c)^2 / N^2 (the clustered standard error of Miller, "Adding error bars to
    evals", arXiv 2411.00640, section 2.2, with the correction for few clusters).
    """

    tests: int = 0
    judged: int = 0
    passed: int = 0
    _sum_xx: int = 0
    _sum_xn: int = 0
    _sum_nn: int = 0

    def add(self, *, passed: int, judged: int) -> None:
        """Count a test of which *judged* repeats were judged and *passed* passed; none judged counts nothing."""
        if not judged:
            return
        self.tests += 1
        self.judged += judged
        self.passed += passed
        self._sum_xx += passed * passed
        self._sum_xn += passed * judged
        self._sum_nn += judged * judged

    def rate(self) -> PassRate:
        """
        Return the rate with its 95 % interval.

        The interval is Wilson's for the number of independent trials that would be as sure (`effective_n`), so that it
        has a width at 0 and at 1 too, where a plain r ± 1.96 standard errors has none. Where each test was judged once
        it is Wilson's as everybody knows it.
        """
        if not self.judged:
            return PassRate(value=None, interval=Interval(low=0.0, high=1.0))
        value = self.passed / self.judged
        variance, worth = self._variance(), self.effective_n()
        return PassRate(
            value=value,
            interval=wilson_interval(min(value * worth, worth), worth),
            standard_error=None if variance is None else sqrt(variance),
            tests=self.tests,
        )

    def effective_n(self) -> float:
        """
        Return how many independent trials would be as sure as these: N divided by the design effect.

        The design effect is the clustered variance over r(1 - r)/N (Kish, "Survey Sampling", 1965, section 8.2). It is
        kept between that of repeats that tell nothing new, which leaves N^2 / sum n_c^2 trials, and 1: few tests can't
        prove that their repeats are more evidence than independent trials. Where all passed or all failed it can't be
        told, and repeats are taken to tell nothing new.
        """
        fewest = self.judged**2 / self._sum_nn
        variance, value = self._variance(), self.passed / self.judged
        if not variance or not 0 < value < 1:
            return fewest
        return min(max(value * (1 - value) / variance, fewest), float(self.judged))

    def _variance(self) -> float | None:
        if self.tests < 2:
            return None
        n, x = self.judged, self.passed
        squares = self._sum_xx * n * n - 2 * x * n * self._sum_xn + x * x * self._sum_nn
        return self.tests / (self.tests - 1) * (squares / n**4)
