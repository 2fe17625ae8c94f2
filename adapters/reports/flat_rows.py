"""
A test run as a table: one row for each test, repeat and metric; what JSONL and CSV files hold.

A test that has no score (it was not executed, or not judged) has one row, whose metric columns are empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.jobs.job import Job
from domain.test_execution.metric import Score
from domain.test_execution.summary_document import usd
from domain.test_execution.test_result import TestResult

COLUMNS = (
    "job",
    "test",
    "target",
    "prompt_label",
    "repeat",
    "key",
    "tags",
    "standing",
    "score",
    "metric",
    "part_of",
    "kind",
    "verdict",
    "value",
    "weight",
    "required",
    "reason",
    "prompt",
    "answer",
    "latency_s",
    "http_status",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "model",
    "attempts",
    "error_kind",
    "error_message",
)


def flat_rows(job: Job, result: TestResult) -> Iterator[dict[str, object]]:
    """Yield the rows of one test in one repeat, each with every one of `COLUMNS`; None where there is nothing."""
    for score in result.scores or (None,):
        row = _of_test(job, result) | _of_score(score)
        yield {name: row[name] for name in COLUMNS}


def _of_test(job: Job, result: TestResult) -> dict[str, object]:
    return {
        "job": job.id,
        "test": result.test_id,
        "target": result.target,
        "prompt_label": result.prompt_label,
        "repeat": result.repeat,
        "key": result.key,
        "tags": list(result.tags),
        "standing": result.standing.value,
        "score": result.score,
        "prompt": result.prompt,
        "answer": result.answer,
        "latency_s": result.latency_s,
        "http_status": result.http_status,
        "prompt_tokens": result.prompt_tokens,
        "completion_tokens": result.completion_tokens,
        "cost_usd": usd(result.cost_nanousd),
        "model": result.model,
        "attempts": result.attempts,
        "error_kind": result.failure.kind.value if result.failure else None,
        "error_message": result.failure.message if result.failure else None,
    }


def _of_score(score: Score | None) -> dict[str, object]:
    names = ("metric", "part_of", "kind", "value", "weight", "required", "reason")
    found: dict[str, object] = {name: getattr(score, name, None) for name in names}
    return found | {"verdict": score.verdict.value if score else None}
