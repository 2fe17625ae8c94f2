"""Who judges, as files say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.jobs.errors import InvalidInput
from domain.language_models.model import model_named
from domain.test_execution.panel import Panel, Rule
from domain.test_execution.test_set import TestFile
from entrypoints.cli.inputs import read_tests

TESTS = """
tests:
  - prompt: Greet me
    metrics: [{llm-rubric: is polite, threshold: 0.7, judge: "anthropic:claude-haiku-4-5"}]
"""


def _read(folder: Path, text: str) -> TestFile:
    path = folder / "tests.yaml"
    path.write_text(text)
    return read_tests(path)


@pytest.mark.parametrize(
    ("judge", "models"),
    [
        ("judge: openai:gpt-5-mini", ["openai:gpt-5-mini"]),
        ("judge: [openai:gpt-5-mini, google:gemini-2.5-flash]", ["openai:gpt-5-mini", "google:gemini-2.5-flash"]),
        ("judge: {kind: openai, model: local, base_url: 'http://127.0.0.1:8000/v1'}", ["openai:local"]),
    ],
)
def test_a_file_names_its_judges(tmp_path: Path, judge: str, models: list[str]) -> None:
    """By name, as a panel, or with an address of its own."""
    assert [spec.name for spec in _read(tmp_path, judge + TESTS).panel.judges] == models


def test_how_they_judge_is_read(tmp_path: Path) -> None:
    """The rule, the embedding model, and whether a judge may be the target."""
    how = "judging: {rule: mean, embedding: 'openai:text-embedding-3-small', may_be_target: true}"

    assert _read(tmp_path, how + TESTS).panel == Panel(
        rule=Rule.MEAN, embedding=model_named("openai:text-embedding-3-small"), may_be_target=True
    )


def test_a_metric_keeps_its_own_judge(tmp_path: Path) -> None:
    """It is stored with the test, so that a later run judges the same way."""
    (case,) = _read(tmp_path, TESTS).cases

    assert case.metrics[0].options == {"judge": "anthropic:claude-haiku-4-5"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("judge: gpt-5", "tests.yaml:1: 'gpt-5' is no model; expected PROVIDER:MODEL"),
        ("judge: 7", "as a judge"),
        ("judge: {kind: http, url: 'http://x'}", "a judge that is no language model"),
        ("judging: {rule: loudest}", "rule 'loudest'; expected one of majority, mean"),
        ("judging: {model: a}", "unknown key 'model' in judging"),
    ],
)
def test_what_is_no_judge_is_a_problem_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    """A misspelt judge must not become no judge, and then another."""
    with pytest.raises(InvalidInput) as caught:
        _read(tmp_path, text + TESTS)

    assert any(problem in line for line in caught.value.problems), caught.value.problems


def test_a_judge_for_a_metric_that_asks_none_is_a_problem(tmp_path: Path) -> None:
    """It would have no effect, and be believed to have one."""
    text = "tests: [{prompt: p, metrics: [{contains: a, judge: 'openai:gpt-5-mini'}]}]"

    with pytest.raises(InvalidInput) as caught:
        _read(tmp_path, text)
    assert "judge: this kind asks no model; take it out" in caught.value.problems[0]


def test_promptfoo_s_context_transform_is_read_for_the_kinds_that_read_a_context(tmp_path: Path) -> None:
    """A configuration whose context stands in the answer would otherwise be judged by none."""
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(
        "prompts: [Hi]\nproviders: [echo]\n"
        "tests: [{assert: [{type: context-relevance, contextTransform: output.sources}]}]\n"
    )

    (metric,) = read_tests(path).cases[0].metrics
    assert metric.options == {"context_transform": "output.sources"}
    path.write_text(path.read_text().replace("context-relevance", "llm-rubric, value: polite"))
    with pytest.raises(InvalidInput, match="assertion key contextTransform"):
        read_tests(path)
