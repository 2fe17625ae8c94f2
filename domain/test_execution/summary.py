"""
A test run in numbers: one pass over its item rows, in memory that does not grow with them.

The pass rate is over the tests that were executed and judged pass or fail. What could not be executed or judged is not
evidence about the answers, and not nothing either: two bounds say what the rate would be over every test that was
planned and not skipped, had all of those failed, and had all of them passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import define, field, frozen

from domain.jobs.aggregate import Tally, tally_from_counts
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.test_execution.cached_answers import CachedAnswers
from domain.test_execution.contest_findings import ContestCounts, ContestFindings
from domain.test_execution.distribution import Bin, ScoreHistogram
from domain.test_execution.findings import (
    ErrorCounts,
    ErrorGroup,
    FailedTest,
    FirstFailures,
    GroupCounts,
    Grouped,
    GroupFinding,
    MetricCounts,
    MetricFinding,
)
from domain.test_execution.judge_findings import JudgeCounts, JudgeFindings
from domain.test_execution.pass_rate import ClusteredShare, PassRate
from domain.test_execution.repeats import JudgedTest, RepeatCounts, RepeatFindings
from domain.test_execution.spending import Cost, Spending, Tokens
from domain.test_execution.statistics import LatencyHistogram, LatencySummary
from domain.test_execution.test_result import Standing, TestResult, read_result
from domain.test_execution.test_set import Gates


@frozen(kw_only=True)
class GateResult:
    """One gate: what was *wanted*, what was *found* (None: nothing to compare), and whether that is enough."""

    gate: str
    wanted: float
    found: float | None
    met: bool


@frozen(kw_only=True)
class RunSummary:
    """
    A test run in numbers.

    *tally* counts the items by state, *passed*, *failed*, *inconclusive* the verdicts of the succeeded ones.
    *all_errors_fail* and *all_errors_pass* are None when no test is left after the skipped ones. *latency* is over
    all tests that the target answered in this run. *targets* and *prompts* are empty for a run that has only one.
    *errors* are the largest groups, *other_errors* the failed items in none of them. *contests* compare answers: their
    rows are items, but no tests, and count in no rate.
    """

    tally: Tally
    passed: int
    failed: int
    inconclusive: int
    pass_rate: PassRate
    all_errors_fail: float | None
    all_errors_pass: float | None
    mean_score: float | None
    latency: LatencySummary | None
    latency_bins: tuple[Bin, ...]
    score_bins: tuple[Bin, ...]
    metrics: tuple[MetricFinding, ...]
    repeats: RepeatFindings
    tags: tuple[GroupFinding, ...]
    targets: tuple[GroupFinding, ...]
    prompts: tuple[GroupFinding, ...]
    errors: tuple[ErrorGroup, ...]
    other_errors: int
    failures: tuple[FailedTest, ...]
    gates: tuple[GateResult, ...]
    contests: ContestFindings
    judges: JudgeFindings
    tokens: Tokens
    cost: Cost
    cached: CachedAnswers

    @property
    def gates_met(self) -> bool:
        """Whether the run is good enough for a release; without gates it is."""
        return all(gate.met for gate in self.gates)


def summarise(job: Job, *, items: Iterable[Item], gates: Gates) -> RunSummary:
    """
    Return the numbers of the run *job*, whose rows *items* yields once, in their order.

    The run may still be going on: what has not ended then counts in the bounds like what could not be executed.
    """
    count = _Count()
    for item in items:
        count.add(item)
    return count.summary(job, gates=gates)


@define(kw_only=True)
class _Count:
    states: Counter[str] = field(factory=Counter)
    standings: Counter[Standing] = field(factory=Counter)
    scores: int = 0
    score_sum: float = 0.0
    score_bins: ScoreHistogram = field(factory=ScoreHistogram)
    latency: LatencyHistogram = field(factory=LatencyHistogram)
    metrics: MetricCounts = field(factory=MetricCounts)
    tags: GroupCounts = field(factory=lambda: GroupCounts(groups_of=_tags))
    targets: GroupCounts = field(factory=lambda: GroupCounts(groups_of=_target))
    prompts: GroupCounts = field(factory=lambda: GroupCounts(groups_of=_prompt))
    errors: ErrorCounts = field(factory=ErrorCounts)
    failures: FirstFailures = field(factory=FirstFailures)
    spending: Spending = field(factory=Spending)
    contests: ContestCounts = field(factory=ContestCounts)
    judges: JudgeCounts = field(factory=JudgeCounts)
    share: ClusteredShare = field(factory=ClusteredShare)
    repeats: RepeatCounts = field(factory=RepeatCounts)
    test: JudgedTest | None = None
    usage: Usage = NOTHING

    def add(self, item: Item) -> None:
        result = read_result(item)
        self.states[item.state] += 1
        self.usage += item.usage
        if result.is_contest:
            for rows in (self.contests, self.errors, self.spending, self.judges):
                rows.add(result)
            return
        self.standings[result.standing] += 1
        if result.measured_latency_s is not None:
            self.latency.add(result.measured_latency_s)
        if result.score is not None:
            self.scores += 1
            self.score_sum += result.score
            self.score_bins.add(result.score)
        groups = (self.metrics, self.tags, self.targets, self.prompts, self.errors, self.failures, self.spending)
        for group in (*groups, self.judges):
            group.add(result)
        self._add_to_test(result)

    def _add_to_test(self, result: TestResult) -> None:
        if self.test is None or self.test.asked != result.asked:
            self._end_test()
            self.test = JudgedTest(asked=result.asked)
        self.test.add(result)

    def _end_test(self) -> None:
        if self.test is not None:
            self.share.add(passed=self.test.passed, judged=self.test.judged)
            for counts in (self.metrics, self.tags, self.targets, self.prompts, self.repeats):
                counts.add_test(self.test)
            self.test = None

    def summary(self, job: Job, *, gates: Gates) -> RunSummary:
        self._end_test()
        passed, failed = self.standings[Standing.PASS], self.standings[Standing.FAIL]
        inconclusive = self.standings[Standing.INCONCLUSIVE]
        verdicts = {"pass": passed, "fail": failed, "inconclusive": inconclusive}
        tally = tally_from_counts(self.states, verdicts, self.usage)
        rate = self.share.rate()
        errors = self.errors.groups()
        contests = self.contests.findings()
        wanted = max(job.planned or 0, tally.total) - tally.skipped - contests.items
        return RunSummary(
            tally=tally,
            passed=passed,
            failed=failed,
            inconclusive=inconclusive,
            pass_rate=rate,
            all_errors_fail=passed / wanted if wanted else None,
            all_errors_pass=(wanted - failed) / wanted if wanted else None,
            mean_score=self.score_sum / self.scores if self.scores else None,
            latency=self.latency.summary(),
            latency_bins=self.latency.bins(),
            score_bins=self.score_bins.bins(),
            metrics=self.metrics.findings(),
            repeats=self.repeats.findings(),
            tags=self.tags.findings(),
            targets=self.targets.findings(),
            prompts=self.prompts.findings(),
            errors=errors,
            other_errors=self.errors.total - sum(group.count for group in errors),
            failures=self.failures.tests(),
            contests=contests,
            judges=self.judges.findings(job),
            gates=gate_results(gates, rate=rate, errors=tally.failed),
            tokens=self.spending.tokens,
            cost=self.spending.cost,
            cached=self.spending.cached,
        )


def gate_results(gates: Gates, *, rate: PassRate, errors: int) -> tuple[GateResult, ...]:
    """
    Return how the run stands against each gate that is set.

    The least pass rate is compared with the point estimate (as people expect of "at least 95 %"), the other one with
    the low end of its interval; a run in which nothing was judged has shown nothing and meets neither.
    """
    lower = None if rate.value is None else rate.interval.low
    results = []
    for gate, wanted, found in (
        ("min_pass_rate", gates.min_pass_rate, rate.value),
        ("min_pass_rate_lower", gates.min_pass_rate_lower, lower),
    ):
        if wanted is not None:
            met = found is not None and found >= wanted
            results.append(GateResult(gate=gate, wanted=wanted, found=found, met=met))
    if gates.max_errors is not None:
        met = errors <= gates.max_errors
        results.append(GateResult(gate="max_errors", wanted=gates.max_errors, found=errors, met=met))
    return tuple(results)


def _tags(result: Grouped) -> tuple[str, ...]:
    return result.tags


def _target(result: Grouped) -> tuple[str, ...]:
    return (result.target,) if result.target else ()


def _prompt(result: Grouped) -> tuple[str, ...]:
    return (result.prompt_label,) if result.prompt_label else ()
