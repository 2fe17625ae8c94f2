"""Antiphon's own format, in YAML or JSON; its keys are documented in docs/test-sets.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.drafts import Draft, Shared, cases_of, warnings_about
from adapters.test_files.fields import Fields
from adapters.test_files.judges import read_panel
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode, kind_of
from adapters.test_files.problems import Problems
from adapters.test_files.targets import read_targets
from adapters.test_files.tests_section import TestReader
from adapters.test_files.text import name_of
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import Gates, TestFile

_KEYS = (
    "name",
    "description",
    "target",
    "targets",
    "prompt",
    "prompts",
    "variables",
    "metrics",
    "defaults",
    "gates",
    "judge",
    "judging",
    "tests",
)


def read_antiphon(root: MapNode, *, path: Path, scorers: Scorers, problems: Problems) -> TestFile:
    """Return what the file says; what is wrong with it goes to *problems*, and the value is then of no use."""
    fields = Fields(root, what="the file", known=_KEYS, problems=problems)
    fields.text("description")
    metrics = MetricReader(scorers=scorers, problems=problems)
    tests = TestReader(metrics=metrics, problems=problems)
    shared = Shared(
        prompts=_prompts(fields, problems),
        variables=fields.json_map("variables"),
        metrics=metrics.read_all(fields.items("metrics")),
        defaults=_defaults(fields, tests),
    )
    drafts = _drafts(fields, tests=tests, problems=problems)
    warnings: list[str] = []
    cases = tuple(cases_of(drafts, shared=shared, problems=problems))
    return TestFile(
        name=fields.text("name").strip() or name_of(path),
        cases=cases,
        targets=read_targets(fields, problems=problems, warnings=warnings),
        gates=_gates(fields, problems),
        panel=read_panel(fields, problems=problems, warnings=warnings),
        warnings=(*warnings, *warnings_about(cases)),
    )


def _prompts(fields: Fields, problems: Problems) -> tuple[str, ...]:
    if fields.has("prompt") and fields.has("prompts"):
        line = fields.node.line_of("prompts")
        problems.add(line, "'prompts' beside 'prompt'", expected="one of the two", do="move the prompt into the list")
    if fields.has("prompt"):
        return (fields.text("prompt"),)
    return fields.texts("prompts") if fields.has("prompts") else ()


def _defaults(fields: Fields, tests: TestReader) -> Draft:
    node = fields.mapping("defaults")
    return tests.read_defaults(node) if node else Draft(line=0)


def _drafts(fields: Fields, *, tests: TestReader, problems: Problems) -> list[Draft]:
    nodes = fields.items("tests")
    if not nodes and not fields.is_filled("tests"):
        problems.add(fields.node.line_of("tests"), "no tests", expected="at least one", do="add it under tests:")
    drafts = []
    for node in nodes:
        if isinstance(node, MapNode):
            drafts.append(tests.read(node))
        else:
            problems.add(node.line, f"a test that is {kind_of(node)}", expected="a mapping", do="write its keys")
    return drafts


def _gates(fields: Fields, problems: Problems) -> Gates:
    node = fields.mapping("gates")
    if node is None:
        return Gates()
    gates = Fields(node, what="gates", known=("min_pass_rate", "min_pass_rate_lower", "max_errors"), problems=problems)
    return Gates(
        min_pass_rate=gates.number("min_pass_rate", least=0, most=1),
        min_pass_rate_lower=gates.number("min_pass_rate_lower", least=0, most=1),
        max_errors=gates.whole("max_errors", least=0, most=1_000_000_000),
    )
