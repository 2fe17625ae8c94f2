"""JSON lines: tests as programs write them, nested or flat."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.test_execution.metric import Metric
from domain.test_execution.test_set import TestCase, TestFile
from tests.unit.reading_test_files import read, refused


def jsonl(folder: Path, *lines: str) -> TestFile:
    """Read the lines as a file."""
    return read(folder, "\n".join(lines), name="tests.jsonl")


def problems(folder: Path, *lines: str) -> tuple[str, ...]:
    """Return the problems of the lines."""
    return refused(folder, "\n".join(lines), name="tests.jsonl")


def test_a_line_may_have_every_key_of_a_test(tmp_path: Path) -> None:
    """A line is a test as in YAML; moving a large set to JSON lines must not change what it means."""
    line = (
        '{"id": "a", "prompt": "{{ q }}", "variables": {"q": [1]}, "metrics": [{"not-contains": "x"}], "tags": ["t"], '
        '"repeats": 2, "description": "d", "expected": "e"}'
    )

    assert jsonl(tmp_path, line).cases == (
        TestCase(
            id="a",
            prompt="{{ q }}",
            variables={"q": [1]},
            metrics=(
                Metric(name="equals", kind="equals", value="e"),
                Metric(name="not-contains", kind="contains", negated=True, value="x"),
            ),
            tags=("t",),
            repeats=2,
            description="d",
        ),
    )


def test_other_keys_are_variables_and_kinds_are_metrics(tmp_path: Path) -> None:
    """Data sets are flat: a question, perhaps a context, and what is expected."""
    (case,) = jsonl(
        tmp_path, '{"question": "Hi", "context": {"a": null}, "expected": "Ho", "not-contains": "x", "latency": 2}'
    ).cases

    assert case.variables == {"question": "Hi", "context": {"a": None}}
    assert [(metric.title, metric.value, metric.threshold) for metric in case.metrics] == [
        ("equals", "Ho", None),
        ("not-contains", "x", None),
        ("latency", None, 2.0),
    ]


def test_nested_and_flat_variables_are_the_same_test(tmp_path: Path) -> None:
    """The id comes from what is asked, not from how the line is laid out."""
    flat = jsonl(tmp_path, '{"question": "Hi", "contains": "Ho"}').cases[0]
    nested = jsonl(tmp_path, '{"metrics": [{"contains": "Ho"}], "variables": {"question": "Hi"}}').cases[0]

    assert flat == nested


def test_blank_lines_count_as_lines_and_nothing_else(tmp_path: Path) -> None:
    """The line in a message must be the one the editor shows."""
    assert problems(tmp_path, '{"question": "a"}', "", "  ", '{"question": 1,}') == (
        "tests.jsonl:4: not valid JSON: no key in double quotes (at '}'); expected JSON; look at the quotes, commas "
        "and brackets here and just above",
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[1]", "a list as a test; expected a JSON object; write {...} on the line"),
        (
            '{"question": "x", "question": "y"}',
            "key 'question' a second time (first in line 2); expected each",
        ),
        ('{"question": NaN}', "a number that is infinite, NaN or too long; expected a number that JSON can hold"),
        (
            '{"question": "x", "variables": {"question": "y"}}',
            "variable 'question' twice; expected each variable once;",
        ),
        ('{"question": "x", "regex": "("}', "metric 'regex' (regex): value: '(' is not a regular expression"),
        ('{"question": "x", "expected": ["a"]}', "the test: 'expected' is a list; expected a text; put it in quotes"),
        (
            '{"text": "x"}',
            "a test without a prompt; expected a prompt, or a variable named prompt or question or input;",
        ),
        ('{"q": ' + "[" * 100_000, "more than 100 levels of nesting; expected fewer; flatten this part"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(tmp_path: Path, line: str, problem: str) -> None:
    """The good lines around it don't help: nothing is accepted."""
    (found,) = problems(tmp_path, '{"question": "good"}', line, '{"question": "fine"}')

    assert found.startswith(f"tests.jsonl:2: {problem}")


def test_a_variable_that_looks_like_a_misspelt_key_is_warned_about_once(tmp_path: Path) -> None:
    """A typo in a metric's name would switch the metric off, and the run would pass."""
    warnings = jsonl(
        tmp_path,
        '{"question": "a", "contain": "x", "expected": "e", "context": "c"}',
        '{"question": "b", "contain": "x", "expected": "e"}',
    ).warnings

    assert warnings == ("line 1: 'contain' is read as a variable; did you mean contains?",)
