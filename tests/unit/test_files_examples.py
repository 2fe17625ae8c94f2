"""The shipped examples are the first thing that is tried: each must read without a problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.test_files.reader import read_test_file
from domain.test_execution.target import HttpTarget
from tests.unit.reading_test_files import SCORERS

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["tests.csv", "tests.jsonl", "promptfooconfig.yaml", "support-bot/tests.yaml"])
def test_an_example_reads_without_problem_or_warning(name: str) -> None:
    """An example that is refused, or that checks nothing, teaches the wrong thing."""
    test_file = read_test_file(EXAMPLES / name, scorers=SCORERS)

    assert len(test_file.cases) >= 6
    assert test_file.warnings == ()
    assert all(case.metrics for case in test_file.cases)


def test_the_promptfoo_example_asks_the_support_bot() -> None:
    """It says that it runs as it is; that needs the bot's address, its question and its answer."""
    test_file = read_test_file(EXAMPLES / "promptfooconfig.yaml", scorers=SCORERS)

    assert test_file.target == HttpTarget(
        json_texts=True,
        url="http://127.0.0.1:9000/chat",
        headers={"Content-Type": "application/json"},
        body={"question": "{{prompt}}"},
        response_path="answer",
    )
