"""
The tests of a run as the rows of its page: which of them, and each as JSON that is safe inside a script element.

A page lists at most `MOST_TESTS` tests, but every one that failed, erred or was inconclusive, however many those are;
what is left out is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from attrs import define, field
from markupsafe import Markup

from adapters.reports.wording import visible
from domain.jobs.item import Failure, Item
from domain.test_execution.metric import Score
from domain.test_execution.test_result import Standing, TestResult, read_result, shortened, standing_of

MOST_TESTS = 10_000
PROBLEMS = frozenset({Standing.FAIL, Standing.ERROR, Standing.INCONCLUSIVE})
TEXT_LENGTH = 6_000
REASON_LENGTH = 1_000
_UNSAFE = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})
"""Inside a script element `</script` and `<!--` would end or change it; JSON may write any character as an escape."""


@define(kw_only=True)
class Listing:
    """The rows of a page; *listed* and *left_out* count by standing, and are complete once the rows were read."""

    problems: int
    most: int = MOST_TESTS
    listed: Counter[Standing] = field(factory=Counter)
    left_out: Counter[Standing] = field(factory=Counter)

    def rows(self, items: Iterator[Item]) -> Iterator[Markup]:
        """Yield the elements of a JSON array, commas included, in the order of the run."""
        room = max(self.most - self.problems, 0)
        for item in items:
            standing = standing_of(item)
            if standing not in PROBLEMS and room == 0:
                self.left_out[standing] += 1
                continue
            room -= standing not in PROBLEMS
            comma = ",\n" if self.listed else ""
            self.listed[standing] += 1
            yield Markup(comma + _json(_row(read_result(item))))  # safe: see _UNSAFE


def _json(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


def _row(result: TestResult) -> dict[str, object]:
    unsent = result.answer is None and result.variables
    row: dict[str, object] = {
        "key": visible(result.key),
        "standing": result.standing.value,
        "target": visible(result.target),
        "prompt_label": visible(result.prompt_label),
        "description": visible(result.description),
        "tags": [visible(tag) for tag in result.tags],
        "prompt": _text(result.prompt),
        "variables": _text(json.dumps(result.variables, ensure_ascii=False)) if unsent else "",
        "answer": None if result.answer is None else _text(result.answer),
        "latency_s": result.latency_s,
        "http_status": result.http_status,
        "tokens": [result.prompt_tokens, result.completion_tokens],
        "attempts": result.attempts,
        "losses": result.losses,
        "score": result.score,
        "scores": [_score(score) for score in result.scores],
        "error": _failure(result.failure),
        "retried": _failure(result.last_failure) if result.failure is None else None,
    }
    return {name: content for name, content in row.items() if content not in (None, "", [], [None, None])}


def _score(score: Score) -> dict[str, object]:
    return {
        "metric": visible(score.metric),
        "kind": visible(score.kind),
        "verdict": score.verdict.value,
        "value": score.value,
        "reason": visible(shortened(score.reason, most=REASON_LENGTH)),
        "required": score.required,
    }


def _failure(failure: Failure | None) -> dict[str, str] | None:
    if failure is None:
        return None
    return {"kind": failure.kind.value, "message": visible(shortened(failure.message, most=REASON_LENGTH))}


def _text(text: str) -> str:
    return visible(shortened(text, most=TEXT_LENGTH))
