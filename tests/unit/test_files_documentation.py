"""The examples in docs/test-sets.md must be what the reader reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import fields

from adapters.test_files.metrics import METRIC_OPTIONS
from adapters.test_files.tests_section import TEST_KEYS
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.target import HttpTarget, ModelTarget, PythonTarget
from tests.unit.reading_test_files import SCORERS, read

DOCUMENT = (Path(__file__).parents[2] / "docs" / "test-sets.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """Return the first example in a language."""
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize(("language", "tests"), [("yaml", 2), ("jsonl", 3), ("csv", 2)])
def test_an_example_of_the_documentation_reads(tmp_path: Path, language: str, tests: int) -> None:
    """Examples are copied before anything else is read."""
    test_file = read(tmp_path, example(language), name=f"tests.{language}")

    assert len(test_file.cases) == tests
    assert test_file.warnings == ()


def test_the_three_ways_to_write_a_metric_read(tmp_path: Path) -> None:
    """The second YAML example shows them."""
    metrics = DOCUMENT.split("```yaml\n")[2].split("```")[0]

    cases = read(tmp_path, f"{metrics}tests: [{{prompt: Hi}}]\n").cases

    assert [metric.name for metric in cases[0].metrics] == ["is-json", "contains", "latency", "window"]


def test_every_kind_and_every_key_is_documented() -> None:
    """A kind or key that is added without a word of documentation can't be found."""
    specs = (HttpTarget, ModelTarget, ModelSpec, PythonTarget)
    names = SCORERS.kinds() | {field.name for spec in specs for field in fields(spec)} | set(Provider)
    names |= {*TEST_KEYS, *METRIC_OPTIONS}
    names -= {"provider", "account"}  # the one is the target's kind, the other the registry's to say

    assert {name for name in names if f"`{name}`" not in DOCUMENT} == set()
