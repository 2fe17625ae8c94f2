"""The stable JSON document of a judge check, as `antiphon judges check --json` prints it (docs/json-output.md)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.jobs.job import Job
from domain.test_execution.judge_check import JudgeReport
from domain.test_execution.judging.agreement import Agreement
from domain.test_execution.statistics import Interval

DIGITS = 6


def judge_check_document(job: Job, *, report: JudgeReport, judges: Sequence[str]) -> dict[str, object]:
    """Return a check as one JSON object."""
    position, length = report.position, report.length
    return {
        "job": {"id": job.id, "status": job.status.value},
        "judges": list(judges),
        "judgements": report.judgements,
        "unreadable": report.unreadable,
        "errors": report.errors,
        "examples": _agreement(report.examples),
        "scores": {"mean_error": _rounded(report.score_error), "spearman": _rounded(report.score_rho)},
        "length_bias": {"n": length.n, "spearman": _rounded(length.rho), **_interval(length.interval)},
        "pairs": _agreement(report.pairs),
        "position_bias": {
            "n": position.n,
            "consistent": position.consistent,
            "both_first": position.both_first,
            "both_second": position.both_second,
            "consistency": _rounded(position.consistency),
            **_interval(position.interval),
            "p_value": _rounded(position.p_value),
        },
        "longer_wins": {"judge": _rounded(report.longer[0]), "people": _rounded(report.longer[1])},
        "usage": {
            "requests": report.usage.requests,
            "prompt_tokens": report.usage.prompt_tokens,
            "completion_tokens": report.usage.completion_tokens,
            "cost_usd": report.usage.cost_nanousd / 1e9,
        },
    }


def _agreement(found: Agreement) -> dict[str, object]:
    return {
        "n": found.n,
        "agreed": found.agreed,
        "accuracy": _rounded(found.accuracy),
        **_interval(found.accuracy_interval),
        "kappa": _rounded(found.kappa),
        "kappa_interval": _interval(found.kappa_interval),
        "table": [
            {"people": human, "judge": judge, "count": count} for (human, judge), count in sorted(found.table.items())
        ],
    }


def _interval(interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {"low": None, "high": None}
    return {"low": round(interval.low, DIGITS), "high": round(interval.high, DIGITS)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
