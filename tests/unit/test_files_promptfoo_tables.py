"""A promptfoo CSV file that is run directly, and the tools that assertions take from the providers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.reading_test_files import read, refused

TOOL = "{type: function, function: {name: weather, parameters: {type: object}}}"
CALLS = "prompts: [Hi]\ntests: [{assert: [{type: is-valid-openai-tools-call}]}]\n"


def test_a_csv_file_with_expected_columns_is_run_directly(tmp_path: Path) -> None:
    """Its magic columns are checks, not variables; the prompt is the variable that is asked."""
    text = "question,__expected1,__expected2,__metadata:topic\nHi,contains: Ho,latency(2),greeting\nYo,Ho,,\n"

    first, second = read(tmp_path, text, name="cases[1].csv").cases

    assert (first.prompt, first.variables, first.tags) == ("{{ question }}", {"question": "Hi"}, ("topic:greeting",))
    assert [metric.title for metric in first.metrics] == ["contains", "latency"]
    assert [(metric.title, metric.value) for metric in second.metrics] == [("equals", "Ho")]


def test_such_a_file_names_what_is_asked(tmp_path: Path) -> None:
    """Without a prompt nothing could be asked; an empty one must not be."""
    (problem,) = refused(tmp_path, "q,__expected\nHi,Ho\n", name="cases.csv")

    assert problem.startswith("cases.csv:1: no prompt; expected a column prompt, question, input;")


def test_a_problem_in_such_a_file_names_its_line(tmp_path: Path) -> None:
    """The file is the one that was named, not one beside it."""
    (problem,) = refused(tmp_path, "question,__expected\nHi,Ho\nYo\n", name="cases.csv")

    assert problem.startswith("cases.csv:3: 1 cells;")


@pytest.mark.parametrize(
    ("provider", "kind", "name"),
    [
        (f"{{id: 'openai:m', config: {{tools: [{TOOL}]}}}}", "is-valid-openai-tools-call", "weather"),
        ("{id: 'openai:m', config: {functions: [{name: f}]}}", "is-valid-openai-function-call", "f"),
        ("{id: 'google:m', config: {tools: [{functionDeclarations: [{name: g}]}]}}", "is-valid-function-call", "g"),
    ],
)
def test_calls_are_held_against_the_tools_of_the_provider(tmp_path: Path, provider: str, kind: str, name: str) -> None:
    """In promptfoo the assertion has no value of its own; a stored metric must not depend on a target."""
    text = f"providers: [{provider}, echo]\n{CALLS.replace('is-valid-openai-tools-call', kind)}"

    value = read(tmp_path, text).cases[0].metrics[0].value

    assert f"'name': '{name}'" in str(value)


def test_providers_with_different_tools_are_not_mixed_up(tmp_path: Path) -> None:
    """A call of one model's tool would pass for another's."""
    other = TOOL.replace("weather", "news")
    providers = f"[{{id: 'openai:a', config: {{tools: [{TOOL}]}}}}, {{id: 'openai:b', config: {{tools: [{other}]}}}}]"

    (problem,) = refused(tmp_path, f"providers: {providers}\n{CALLS}")

    assert "is-valid-openai-tools-call over providers with different tools: once" in problem
