"""Scores as a result row keeps them."""

from __future__ import annotations

import json

from domain.jobs.usage import Usage
from domain.test_execution.codec import result_to_json, scores_from_json
from domain.test_execution.metric import Score, Verdict
from domain.test_execution.target import Answer


def test_a_score_comes_back_with_what_it_cost_and_what_it_was_made_of() -> None:
    """A judge is paid for, and its parts are shown: both must survive the row."""
    plain = Score(metric="m", kind="contains", verdict=Verdict.PASS, value=1.0, reason="so")
    judged = Score(
        metric="j",
        kind="llm-rubric",
        verdict=Verdict.FAIL,
        value=0.25,
        reason="no",
        usage=Usage(requests=1, prompt_tokens=12, completion_tokens=3, cost_nanousd=4),
        details={"parts": [{"pass": True}]},
    )

    row = json.loads(json.dumps(result_to_json("?", Answer(text="!", latency_s=1), [plain, judged], 0.5)))

    assert scores_from_json(row) == [plain, judged]
    assert "usage" not in row["scores"][0]


def test_usages_add_up_exactly() -> None:
    """Sums of money over a million items must not drift, so they are whole numbers."""
    one = Usage(requests=1, prompt_tokens=10, completion_tokens=5, cost_nanousd=7)

    assert one + one + Usage() == Usage(requests=2, prompt_tokens=20, completion_tokens=10, cost_nanousd=14)
