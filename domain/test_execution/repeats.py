"""
What asking a test several times tells: how often one of k tries passes, how often all do, and which tests are flaky.

Repeats of a test stand next to each other in a run's plan, so one test at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb, sqrt

from attrs import define, field, frozen

from domain.test_execution.metric import Verdict
from domain.test_execution.test_result import Standing, TestResult, shortened

MOST_FLAKY = 50
ID_LENGTH = 200
_SHOWN_K = (*range(1, 11), 16, 32, 64, 100, 1000)


@frozen(kw_only=True)
class PassAt:
    """
    Both measures for *k* tries, as means over the *tests* that were judged at least k times.

    *any_passes* is pass@k: at least one of k tries passes. *all_pass* is pass^k: all of them do. The standard errors
    are over tests; None below two tests.
    """

    k: int
    tests: int
    any_passes: float
    any_passes_error: float | None
    all_pass: float
    all_pass_error: float | None


@frozen(kw_only=True)
class FlakyTest:
    """A test that both *passed* and failed in its *judged* repeats."""

    test_id: str
    passed: int
    judged: int


@frozen(kw_only=True)
class RepeatFindings:
    """What the *tests* with at least two judged repeats tell; *flaky_tests* are the first of the *flaky* ones."""

    tests: int
    pass_at: tuple[PassAt, ...]
    flaky: int
    flaky_tests: tuple[FlakyTest, ...]


@define(kw_only=True)
class JudgedTest:
    """
    The verdicts of one test, asked of one target, over its repeats.

    *asked* names it (`TestResult.asked`); *metrics* counts (passes, passes and fails) by the metric's name.
    """

    asked: str
    tags: tuple[str, ...] = ()
    target: str = ""
    prompt_label: str = ""
    passed: int = 0
    judged: int = 0
    metrics: dict[str, tuple[int, int]] = field(factory=dict)

    def add(self, result: TestResult) -> None:
        """Count one repeat."""
        self.tags, self.target, self.prompt_label = result.tags, result.target, result.prompt_label
        self.passed += result.standing is Standing.PASS
        self.judged += result.standing in (Standing.PASS, Standing.FAIL)
        for score in result.scores:
            if score.verdict is not Verdict.INCONCLUSIVE:
                passed, judged = self.metrics.get(score.metric, (0, 0))
                self.metrics[score.metric] = (passed + (score.verdict is Verdict.PASS), judged + 1)


@define(kw_only=True)
class RepeatCounts:
    """Adds tests up; memory is bounded by the tries that are shown and the flaky tests that are listed."""

    _tests: int = 0
    _flaky: int = 0
    _listed: list[FlakyTest] = field(factory=list)
    _any: dict[int, _Mean] = field(factory=dict)
    _all: dict[int, _Mean] = field(factory=dict)

    def add_test(self, test: JudgedTest) -> None:
        """Count a test with all its repeats."""
        for k in _tries(test.judged):
            self._any.setdefault(k, _Mean()).add(pass_at_k(test.judged, test.passed, k=k))
            self._all.setdefault(k, _Mean()).add(pass_hat_k(test.judged, test.passed, k=k))
        if test.judged < 2:
            return
        self._tests += 1
        if 0 < test.passed < test.judged:
            self._flaky += 1
            if len(self._listed) < MOST_FLAKY:
                test_id = shortened(test.asked, most=ID_LENGTH)
                self._listed.append(FlakyTest(test_id=test_id, passed=test.passed, judged=test.judged))

    def findings(self) -> RepeatFindings:
        """Return what the repeats tell; nothing about tries where no test was judged twice."""
        shown = sorted(self._any) if self._tests else []
        return RepeatFindings(
            tests=self._tests,
            pass_at=tuple(self._pass_at(k) for k in shown),
            flaky=self._flaky,
            flaky_tests=tuple(self._listed),
        )

    def _pass_at(self, k: int) -> PassAt:
        some, every = self._any[k], self._all[k]
        return PassAt(
            k=k,
            tests=some.n,
            any_passes=some.value,
            any_passes_error=some.standard_error,
            all_pass=every.value,
            all_pass_error=every.standard_error,
        )


def pass_at_k(n: int, c: int, *, k: int) -> float:
    """
    Return the unbiased estimate of the chance that at least one of *k* tries passes, from *c* passes in *n* tries.

    1 - C(n - c, k) / C(n, k): Chen et al., "Evaluating large language models trained on code", arXiv 2107.03374,
    equation 1. Refused: 1 - (1 - c/n)^k, which is too low.

    >>> pass_at_k(5, 2, k=2)
    0.7
    """
    return 1 - comb(n - c, k) / comb(n, k)


def pass_hat_k(n: int, c: int, *, k: int) -> float:
    """
    Return the unbiased estimate of the chance that all of *k* tries pass, from *c* passes in *n* tries.

    C(c, k) / C(n, k): Yao et al., "tau-bench", arXiv 2406.12045, section 3 (written pass^k there).

    >>> pass_hat_k(5, 2, k=2)
    0.1
    """
    return comb(c, k) / comb(n, k)


@define
class _Mean:
    n: int = 0
    sum: float = 0.0
    sum_of_squares: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        self.sum += value
        self.sum_of_squares += value * value

    @property
    def value(self) -> float:
        return self.sum / self.n

    @property
    def standard_error(self) -> float | None:
        if self.n < 2:
            return None
        variance = max(self.sum_of_squares - self.sum * self.sum / self.n, 0.0) / (self.n - 1)
        return sqrt(variance / self.n)


def _tries(judged: int) -> Iterator[int]:
    return (k for k in _SHOWN_K if k <= judged)
