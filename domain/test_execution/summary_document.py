"""
The stable JSON document of a test run, as `--json` prints it; every field is described in docs/json-output.md.

Fields may be added, never renamed, removed or given another meaning. Shares are 0 to 1, times ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

from domain.jobs.job import Job
from domain.jobs.usage import NANOUSD, Usage
from domain.test_execution.contest_findings import ContestFinding
from domain.test_execution.findings import ErrorGroup, FailedTest, GroupFinding, MetricFinding
from domain.test_execution.pass_rate import PassRate
from domain.test_execution.repeats import RepeatFindings
from domain.test_execution.spending import Cost
from domain.test_execution.statistics import LatencySummary
from domain.test_execution.summary import RunSummary

DIGITS = 6


def summary_document(job: Job, *, summary: RunSummary) -> dict[str, object]:
    """Return the run as one JSON object; the same run gives the same document, down to the order of its keys."""
    rate = {"all_errors_fail": _rounded(summary.all_errors_fail), "all_errors_pass": _rounded(summary.all_errors_pass)}
    return {
        "job": _job(job, summary),
        "verdicts": {"pass": summary.passed, "fail": summary.failed, "inconclusive": summary.inconclusive},
        "pass_rate": _rate(summary.pass_rate) | rate,
        "latency_s": _latency(summary.latency),
        "metrics": [_metric(metric) for metric in summary.metrics],
        "tags": [_group(tag, called="tag") for tag in summary.tags],
        "targets": [_group(target, called="target") for target in summary.targets],
        "prompts": [_group(prompt, called="prompt") for prompt in summary.prompts],
        "contests": [_contest(contest) for contest in summary.contests.metrics],
        "repeats": _repeats(summary.repeats),
        "judges": {
            "models": dict(summary.judges.models),
            "prompts": dict(summary.judges.prompts),
            "rule": summary.judges.rule.value,
            "under_test": list(summary.judges.under_test),
            "source": summary.judges.source,
        },
        "gates": [
            {"gate": gate.gate, "wanted": gate.wanted, "found": _rounded(gate.found), "met": gate.met}
            for gate in summary.gates
        ],
        "errors": _errors(summary),
        "failures": [_failure(test) for test in summary.failures],
        "tokens": {
            "prompt": summary.tokens.prompt,
            "completion": summary.tokens.completion,
            "answers": summary.tokens.answers,
        },
        "cost": _cost(summary.cost),
        "cache": {"answers": summary.cached.answers, "saved_usd": usd(summary.cached.saved_nanousd)},
        "usage": usage_document(summary.tally.usage),
    }


def usage_document(usage: Usage) -> dict[str, object]:
    """Return what was spent as JSON; the cost in dollars, rounded to a millionth, and exactly in billionths."""
    return {
        "requests": usage.requests,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": round(usage.cost_nanousd / NANOUSD, DIGITS),
        "cost_nanousd": usage.cost_nanousd,
    }


def _job(job: Job, summary: RunSummary) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status.value,
        "failure": job.failure,
        "planned": job.planned,
        "succeeded": summary.tally.succeeded,
        "failed": summary.tally.failed,
        "skipped": summary.tally.skipped,
        "cancelled": summary.tally.cancelled,
        "created_at": _utc(job.created_at),
        "started_at": _utc(job.started_at),
        "ended_at": _utc(job.ended_at),
        "revision": job.revision,
    }


def _rate(rate: PassRate) -> dict[str, object]:
    low, high = rate.interval.low, rate.interval.high
    return {
        "value": _rounded(rate.value),
        "low": round(low, DIGITS),
        "high": round(high, DIGITS),
        "standard_error": _rounded(rate.standard_error),
        "tests": rate.tests,
    }


def _latency(latency: LatencySummary | None) -> dict[str, object]:
    names = ("mean", "p50", "p90", "p95", "p99", "max")
    values = {name: _rounded(getattr(latency, name)) if latency else None for name in names}
    return {"n": latency.n if latency else 0, **values}


def _metric(metric: MetricFinding) -> dict[str, object]:
    return {
        "name": metric.name,
        "kind": metric.kind,
        "passed": metric.passed,
        "failed": metric.failed,
        "inconclusive": metric.inconclusive,
        "mean_value": _rounded(metric.mean_value),
        "pass_rate": _rate(metric.rate),
    }


def _repeats(repeats: RepeatFindings) -> dict[str, object]:
    return {
        "tests": repeats.tests,
        "tries": [
            {
                "k": found.k,
                "tests": found.tests,
                "pass_at_k": _rounded(found.any_passes),
                "pass_at_k_error": _rounded(found.any_passes_error),
                "pass_hat_k": _rounded(found.all_pass),
                "pass_hat_k_error": _rounded(found.all_pass_error),
            }
            for found in repeats.pass_at
        ],
        "flaky": repeats.flaky,
        "flaky_tests": [
            {"test": test.test_id, "passed": test.passed, "judged": test.judged} for test in repeats.flaky_tests
        ],
    }


def _group(group: GroupFinding, *, called: str) -> dict[str, object]:
    return {
        called: group.name,
        "n": group.n,
        "passed": group.passed,
        "failed": group.failed,
        "inconclusive": group.inconclusive,
        "errors": group.errors,
        "pass_rate": _rate(group.rate),
    }


def _contest(contest: ContestFinding) -> dict[str, object]:
    return {
        "name": contest.metric,
        "kind": contest.kind,
        "won": contest.won,
        "by_nobody": contest.by_nobody,
        "inconclusive": contest.inconclusive,
        "contestants": [
            {"target": each.target, "prompt": each.prompt, "entered": each.entered, "won": each.won}
            for each in contest.contestants
        ],
    }


def _errors(summary: RunSummary) -> list[dict[str, object]]:
    groups = [_error(group) for group in summary.errors]
    if not summary.other_errors:
        return groups
    message = "other errors, in smaller groups"
    return [*groups, {"kind": None, "message": message, "count": summary.other_errors, "keys": []}]


def _error(group: ErrorGroup) -> dict[str, object]:
    return {"kind": group.kind, "message": group.message, "count": group.count, "keys": list(group.keys)}


def _failure(test: FailedTest) -> dict[str, object]:
    reasons = [{"metric": score.metric, "kind": score.kind, "reason": score.reason} for score in test.scores]
    return {"key": test.key, "reasons": reasons, "answer": test.answer}


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "usd": usd(cost.nanousd),
        "target_usd": usd(cost.target_nanousd if cost.known else None),
        "judging_usd": usd(cost.judging_nanousd if cost.known else None),
        "known": cost.known,
        "unknown": cost.unknown,
    }


def usd(nanousd: int | None) -> float | None:
    """Return an amount in US dollars, exact to the billionth."""
    return None if nanousd is None else nanousd / NANOUSD


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, DIGITS)


def _utc(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
