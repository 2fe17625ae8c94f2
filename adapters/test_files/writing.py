"""
A file of tests as Antiphon YAML: what was read from another format, written so that reading it gives the same.

Tests are written one by one. Texts are quoted wherever a reader of YAML could take them for something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

import yaml

from adapters.test_files.written_targets import model_document, target_document
from adapters.test_files.yaml_nodes import is_plain_text
from domain.test_execution.codec import to_json
from domain.test_execution.dialogue import Dialogue
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel, Rule
from domain.test_execution.test_set import RunDefaults, TestCase

_IS_BLOCK = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?\n)+(?:[!-~](?:[ -~]*[!-~])?)?")
"""Lines that a block shows as they are: without spaces around them, and no empty one."""

_WIDTH = 1_000_000
"""No folding: a folded line reads differently where it ends in spaces."""


def antiphon_yaml(name: str, defaults: RunDefaults, cases: Iterable[TestCase]) -> Iterator[str]:
    """Yield a file's text in pieces: first what is said for all tests, then each test."""
    yield _text({"name": name, **defaults_document(defaults)})
    yield "tests:\n"
    for case in cases:
        lines = _text([case_document(case)]).split("\n")
        yield "\n".join(f"  {line}" if line else line for line in lines)


def antiphon_json(name: str, defaults: RunDefaults, cases: Iterable[TestCase]) -> Iterator[str]:
    """Yield the same as JSON."""
    head = json.dumps({"name": name, **defaults_document(defaults)}, ensure_ascii=False)
    yield f'{head[:-1]}, "tests": ['
    for no, case in enumerate(cases):
        yield f"{',' if no else ''}\n{json.dumps(case_document(case), ensure_ascii=False)}"
    yield "\n]}\n"


def defaults_document(defaults: RunDefaults) -> dict[str, object]:
    """Return what is said beside the tests, as a file says it."""
    targets = [target_document(target) for target in defaults.targets]
    return {
        **({"target": targets[0]} if len(targets) == 1 else {"targets": targets} if targets else {}),
        **_said("gates", to_json(defaults.gates)),
        **_said("run", to_json(defaults.hints)),
        **_panel(defaults.panel),
    }


def _said(key: str, content: Mapping[str, object]) -> dict[str, object]:
    return {key: dict(content)} if content else {}


def _panel(panel: Panel) -> dict[str, object]:
    how: dict[str, object] = {
        **({"rule": panel.rule.value} if panel.rule is not Rule.MAJORITY else {}),
        **({"embedding": model_document(panel.embedding)} if panel.embedding else {}),
        **({"may_be_target": True} if panel.may_be_target else {}),
    }
    judges = {"judge": [model_document(judge) for judge in panel.judges]} if panel.judges else {}
    return {**judges, **_said("judging", how)}


def case_document(case: TestCase) -> dict[str, object]:
    """Return a test as a file says it."""
    said = to_json(case)
    first = {"id": case.id, **(_dialogue(case.dialogue) if case.dialogue else {"prompt": case.prompt})}
    metrics = {"metrics": [metric_document(metric) for metric in case.metrics]} if case.metrics else {}
    rest = {key: value for key, value in said.items() if key not in ("id", "prompt", "metrics", "dialogue")}
    return {**first, **rest, **metrics}


def _dialogue(dialogue: Dialogue) -> dict[str, object]:
    turns: list[object] = [
        {"user": turn.user, "metrics": list(map(metric_document, turn.metrics))} if turn.metrics else turn.user
        for turn in dialogue.turns
    ]
    user = dialogue.user and {**to_json(dialogue.user), "model": model_document(dialogue.user.model)}
    metrics = list(map(metric_document, dialogue.turn_metrics))
    said = {"turns": turns, "simulated_user": user, "turn_metrics": metrics}
    return {key: value for key, value in said.items() if value}


def metric_document(metric: Metric) -> dict[str, object]:
    """Return a metric as a file says it."""
    said = to_json(metric)
    parts = {"value": [metric_document(part) for part in metric.metrics]} if metric.metrics else {}
    name = {"name": metric.name} if metric.name != metric.title else {}
    kept = ("value", "threshold", "weight", "required", "transform")
    return {
        "kind": metric.title,
        **{key: said[key] for key in kept if key in said},
        **parts,
        **name,
        **metric.options,
    }


class _Dumper(yaml.SafeDumper):
    """Writes every value out (no anchors), and quotes by the rules of our own reader."""

    def ignore_aliases(self, data: object) -> bool:
        _ = data
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if _IS_BLOCK.fullmatch(text) else None if is_plain_text(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _text(value: object) -> str:
    written: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
    return written
