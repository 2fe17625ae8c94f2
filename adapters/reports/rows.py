"""The tests of a run as the rows of its page: each as JSON, with marks for its standing and for flaky tests."""

from __future__ import annotations

import json
from collections.abc import Iterator

from attrs import define, field

from adapters.reports.chunks import PackedRows, Row, page_reason, page_text, without_empty
from adapters.reports.wording import visible
from domain.jobs.item import Failure, Item
from domain.jobs.usage import dollars
from domain.test_execution.metric import Score
from domain.test_execution.test_result import Standing, TestResult, read_result

STANDING_MARKS = {
    Standing.PASS: "p",
    Standing.FAIL: "f",
    Standing.INCONCLUSIVE: "i",
    Standing.ERROR: "e",
    Standing.SKIPPED: "s",
    Standing.CANCELLED: "c",
    Standing.RUNNING: "r",
    Standing.PENDING: "w",
}


@define(kw_only=True)
class RunRows:
    """Yields the rows of a run, and marks them in *packed* as they go by."""

    packed: PackedRows
    _asked: str | None = None
    _verdicts: list[Standing] = field(factory=list)

    def rows(self, items: Iterator[Item]) -> Iterator[Row]:
        """Yield a row for each test and repeat, in the order of the run."""
        for item in items:
            result = read_result(item)
            if result.asked != self._asked:
                self._mark_test()
                self._asked = result.asked
            self._verdicts.append(result.standing)
            self.packed.mark("standing", STANDING_MARKS[result.standing])
            yield run_row(result)
        self._mark_test()

    def _mark_test(self) -> None:
        """Mark the repeats of the test that went by: only now it is known whether they agree."""
        is_flaky = {Standing.PASS, Standing.FAIL} <= set(self._verdicts)
        for _ in self._verdicts:
            self.packed.mark("flaky", "y" if is_flaky else "n")
        self._verdicts.clear()


def run_row(result: TestResult) -> Row:
    """Return one test in one repeat as the page reads it; fields that hold nothing are left out."""
    unsent = result.answer is None and result.variables
    return without_empty({
        "key": visible(result.key),
        "standing": result.standing.value,
        "target": visible(result.target),
        "prompt_label": visible(result.prompt_label),
        "description": visible(result.description),
        "tags": [visible(tag) for tag in result.tags],
        "prompt": page_text(result.prompt),
        "variables": page_text(json.dumps(result.variables, ensure_ascii=False)) if unsent else "",
        "answer": None if result.answer is None else page_text(result.answer) or "(empty)",
        "turns": [[page_text(turn.user), page_text(turn.answer)] for turn in result.conversation],
        "latency_s": result.latency_s,
        "http_status": result.http_status,
        "tokens": [result.prompt_tokens, result.completion_tokens],
        "cost": None if result.cost_nanousd is None else dollars(result.cost_nanousd),
        "cached": bool(result.cached.answers) or None,
        "attempts": result.attempts,
        "losses": result.losses,
        "score": result.score,
        "scores": [_score(score) for score in result.scores],
        "error": _failure(result.failure),
        "retried": _failure(result.last_failure) if result.failure is None else None,
    })  # fmt: skip


def _score(score: Score) -> Row:
    return {
        "metric": visible(score.metric),
        "kind": visible(score.kind),
        "verdict": score.verdict.value,
        "value": score.value,
        "reason": page_reason(score.reason),
        "required": score.required,
    }


def _failure(failure: Failure | None) -> dict[str, str] | None:
    if failure is None:
        return None
    return {"kind": failure.kind.value, "message": page_reason(failure.message)}
