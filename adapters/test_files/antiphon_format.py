"""Antiphon's own format, in YAML or JSON; its keys are documented in docs/test-sets.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.dialogues import forgetful_targets
from adapters.test_files.drafts import Draft, Prompt, Shared, cases_of, warnings_about
from adapters.test_files.fields import Fields
from adapters.test_files.judges import read_panel
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode, Node, ScalarNode, kind_of
from adapters.test_files.problems import Problems
from adapters.test_files.targets import check_target_names, read_targets
from adapters.test_files.tests_section import TestReader
from adapters.test_files.text import name_of
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import Gates, RunHints, TestFile

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
    "run",
    "tests",
)


def read_antiphon(root: MapNode, *, path: Path, scorers: Scorers, problems: Problems) -> TestFile:
    """Return what the file says; what is wrong with it goes to *problems*, and the value is then of no use."""
    fields = Fields(root, what="the file", known=_KEYS, problems=problems)
    fields.text("description")
    metrics = MetricReader(scorers=scorers, problems=problems)
    warnings: list[str] = []
    tests = TestReader(metrics=metrics, problems=problems, warnings=warnings)
    shared = Shared(
        prompts=_prompts(fields, problems),
        variables=fields.json_map("variables"),
        metrics=metrics.read_all(fields.items("metrics")),
        defaults=_defaults(fields, tests),
    )
    drafts = _drafts(fields, tests=tests, problems=problems)
    cases = tuple(cases_of(drafts, shared=shared, problems=problems, warnings=warnings))
    targets = read_targets(fields, problems=problems, warnings=warnings)
    check_target_names(cases, targets=targets, problems=problems)
    return TestFile(
        name=fields.text("name").strip() or name_of(path),
        cases=cases,
        targets=targets,
        hints=_hints(fields, problems),
        gates=_gates(fields, problems),
        panel=read_panel(fields, problems=problems, warnings=warnings),
        warnings=(*warnings, *warnings_about(cases), *forgetful_targets(cases, targets)),
    )


def _prompts(fields: Fields, problems: Problems) -> tuple[Prompt, ...]:
    if fields.has("prompt") and fields.has("prompts"):
        line = fields.node.line_of("prompts")
        problems.add(line, "'prompts' beside 'prompt'", expected="one of the two", do="move the prompt into the list")
    if fields.has("prompt"):
        return (Prompt(text=fields.text("prompt")),)
    return tuple(_prompt(node, problems) for node in (fields.items("prompts") if fields.has("prompts") else ()))


def _prompt(node: Node, problems: Problems) -> Prompt:
    """Return a prompt: a text, or a mapping that also has a label and the targets it is for."""
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return Prompt(text=node.value)
    if not isinstance(node, MapNode):
        problems.add(node.line, f"a prompt that is {kind_of(node)}", expected="a text", do="put it in quotes")
        return Prompt(text="")
    fields = Fields(node, what="the prompt", known=("prompt", "label", "targets"), problems=problems)
    return Prompt(text=fields.required_text("prompt"), label=fields.text("label"), targets=fields.texts("targets"))


def _hints(fields: Fields, problems: Problems) -> RunHints:
    node = fields.mapping("run")
    if node is None:
        return RunHints()
    run = Fields(node, what="run", known=("concurrency", "deadline_s"), problems=problems)
    return RunHints(
        concurrency=run.whole("concurrency", least=1, most=1024),
        deadline_s=run.number("deadline_s", least=0.001, most=86_400),
    )


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
