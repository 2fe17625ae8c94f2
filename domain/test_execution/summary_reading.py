"""
Reading a run's summary back from its document: so that a run of another machine is shown like one of this machine.

The inverse of `summary_document`, as far as that says everything: the bins of charts are not in it, and amounts are
exact to the billionth of a dollar.
"""

from __future__ import annotations

from collections import Counter
from typing import cast

from domain.jobs.aggregate import Tally
from domain.jobs.item import Document
from domain.jobs.usage import NANOUSD, Usage
from domain.test_execution.cached_answers import CachedAnswers
from domain.test_execution.contest_findings import ContestantFinding, ContestFinding, ContestFindings
from domain.test_execution.document_fields import DocumentFields
from domain.test_execution.findings import ErrorGroup, FailedTest, GroupFinding, MetricFinding
from domain.test_execution.judge_findings import JudgeFindings
from domain.test_execution.metric import Score, Verdict
from domain.test_execution.panel import Rule
from domain.test_execution.pass_rate import PassRate
from domain.test_execution.repeats import FlakyTest, PassAt, RepeatFindings
from domain.test_execution.spending import Cost, Tokens
from domain.test_execution.statistics import Interval, LatencySummary
from domain.test_execution.summary import GateResult, RunSummary


def summary_from(document: Document) -> RunSummary:
    """Return what the document says of a run; fields that it does not have say nothing."""
    read = DocumentFields(document)
    verdicts, rate = read.part("verdicts"), read.part("pass_rate")
    groups = [error for error in read.parts("errors") if error.text("kind")]
    others = [error for error in read.parts("errors") if not error.text("kind")]
    return RunSummary(
        tally=_tally(read),
        passed=verdicts.whole("pass"),
        failed=verdicts.whole("fail"),
        inconclusive=verdicts.whole("inconclusive"),
        pass_rate=rate_from(rate),
        all_errors_fail=rate.number("all_errors_fail"),
        all_errors_pass=rate.number("all_errors_pass"),
        mean_score=None,
        latency=_latency(read.part("latency_s")),
        latency_bins=(),
        score_bins=(),
        metrics=tuple(map(_metric, read.parts("metrics"))),
        repeats=_repeats(read.part("repeats")),
        tags=tuple(_group(group, called="tag") for group in read.parts("tags")),
        targets=tuple(_group(group, called="target") for group in read.parts("targets")),
        prompts=tuple(_group(group, called="prompt") for group in read.parts("prompts")),
        errors=tuple(map(_error, groups)),
        other_errors=sum(error.whole("count") for error in others),
        failures=tuple(map(_failure, read.parts("failures"))),
        gates=tuple(map(gate_from, read.parts("gates"))),
        contests=ContestFindings(metrics=tuple(map(_contest, read.parts("contests")))),
        judges=_judges(read.part("judges")),
        tokens=_tokens(read.part("tokens")),
        cost=_cost(read.part("cost")),
        cached=_cached(read.part("cache")),
    )


def _tally(read: DocumentFields) -> Tally:
    job, usage = read.part("job"), read.part("usage")
    return Tally(
        succeeded=job.whole("succeeded"),
        failed=job.whole("failed"),
        skipped=job.whole("skipped"),
        cancelled=job.whole("cancelled"),
        usage=Usage(
            **{name: usage.whole(name) for name in ("requests", "prompt_tokens", "completion_tokens", "cost_nanousd")}
        ),
    )


def rate_from(read: DocumentFields) -> PassRate:
    """Return a pass rate that was written as an object of its own."""
    return PassRate(
        value=read.number("value"),
        interval=Interval(low=read.number("low") or 0.0, high=read.number("high") or 0.0),
        standard_error=read.number("standard_error"),
        tests=read.whole("tests"),
    )


def _latency(read: DocumentFields) -> LatencySummary | None:
    if not read.whole("n"):
        return None
    seconds = {name: read.number(name) or 0.0 for name in ("mean", "p50", "p90", "p95", "p99", "max")}
    return LatencySummary(n=read.whole("n"), **seconds)


def _metric(read: DocumentFields) -> MetricFinding:
    return MetricFinding(
        name=read.text("name"),
        kind=read.text("kind"),
        passed=read.whole("passed"),
        failed=read.whole("failed"),
        inconclusive=read.whole("inconclusive"),
        mean_value=read.number("mean_value"),
        rate=rate_from(read.part("pass_rate")),
    )


def _group(read: DocumentFields, *, called: str) -> GroupFinding:
    return GroupFinding(
        name=read.text(called),
        n=read.whole("n"),
        passed=read.whole("passed"),
        failed=read.whole("failed"),
        inconclusive=read.whole("inconclusive"),
        errors=read.whole("errors"),
        rate=rate_from(read.part("pass_rate")),
    )


def _repeats(read: DocumentFields) -> RepeatFindings:
    tries = [
        PassAt(
            k=found.whole("k"),
            tests=found.whole("tests"),
            any_passes=found.number("pass_at_k") or 0.0,
            any_passes_error=found.number("pass_at_k_error"),
            all_pass=found.number("pass_hat_k") or 0.0,
            all_pass_error=found.number("pass_hat_k_error"),
        )
        for found in read.parts("tries")
    ]
    flaky = [
        FlakyTest(test_id=test.text("test"), passed=test.whole("passed"), judged=test.whole("judged"))
        for test in read.parts("flaky_tests")
    ]
    return RepeatFindings(
        tests=read.whole("tests"), pass_at=tuple(tries), flaky=read.whole("flaky"), flaky_tests=tuple(flaky)
    )


def _contest(read: DocumentFields) -> ContestFinding:
    contestants = [
        ContestantFinding(
            target=each.text("target"),
            prompt=each.text("prompt"),
            entered=each.whole("entered"),
            won=each.whole("won"),
        )
        for each in read.parts("contestants")
    ]
    return ContestFinding(
        metric=read.text("name"),
        kind=read.text("kind"),
        won=read.whole("won"),
        by_nobody=read.whole("by_nobody"),
        inconclusive=read.whole("inconclusive"),
        contestants=tuple(contestants),
    )


def _error(read: DocumentFields) -> ErrorGroup:
    return ErrorGroup(
        kind=read.text("kind"), message=read.text("message"), count=read.whole("count"), keys=read.texts("keys")
    )


def _failure(read: DocumentFields) -> FailedTest:
    scores = [
        Score(
            metric=reason.text("metric"),
            kind=reason.text("kind"),
            verdict=Verdict.FAIL,
            value=0.0,
            reason=reason.text("reason"),
        )
        for reason in read.parts("reasons")
    ]
    return FailedTest(key=read.text("key"), scores=tuple(scores), answer=read.text("answer"))


def gate_from(read: DocumentFields) -> GateResult:
    """Return how a gate stands."""
    return GateResult(
        gate=read.text("gate"), wanted=read.number("wanted") or 0.0, found=read.number("found"), met=read.truth("met")
    )


def _judges(read: DocumentFields) -> JudgeFindings:
    source = read.part("source").content
    return JudgeFindings(
        models=Counter(cast("dict[str, int]", read.part("models").content)),
        prompts=Counter(cast("dict[str, int]", read.part("prompts").content)),
        rule=Rule(read.text("rule") or Rule.MAJORITY),
        under_test=read.texts("under_test"),
        source=source or None,
    )


def _tokens(read: DocumentFields) -> Tokens:
    return Tokens(prompt=read.whole("prompt"), completion=read.whole("completion"), answers=read.whole("answers"))


def _cost(read: DocumentFields) -> Cost:
    return Cost(
        target_nanousd=_nanousd(read.number("target_usd")),
        judging_nanousd=_nanousd(read.number("judging_usd")),
        known=read.whole("known"),
        unknown=read.whole("unknown"),
    )


def _cached(read: DocumentFields) -> CachedAnswers:
    return CachedAnswers(answers=read.whole("answers"), saved_nanousd=_nanousd(read.number("saved_usd")))


def _nanousd(usd: float | None) -> int:
    return round((usd or 0.0) * NANOUSD)
