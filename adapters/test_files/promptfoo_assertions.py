"""Promptfoo's assertions as metrics: only those that mean the same here."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection

from adapters.test_files.fields import Fields
from adapters.test_files.metrics import NEGATION, MetricReader
from adapters.test_files.nodes import MapNode, Node, Unreadable, kind_of, plain
from adapters.test_files.problems import Problems
from adapters.test_files.promptfoo_unsupported import Unsupported
from adapters.test_files.yaml_nodes import parse_yaml
from domain.test_execution.metric import Metric

SUPPORTED = frozenset(
    {
        "equals",
        "contains",
        "contains-any",
        "contains-all",
        "icontains",
        "icontains-any",
        "icontains-all",
        "starts-with",
        "regex",
        "is-json",
        "levenshtein",
        "latency",
    }
)
_KEYS = ("type", "value", "threshold", "weight", "metric")
_DEFAULT_DISTANCE = 5.0
"""What promptfoo takes for levenshtein when the assertion has no threshold."""


class AssertionReader:
    """Reads the assertions of one configuration."""

    def __init__(self, *, metrics: MetricReader, unsupported: Unsupported, problems: Problems) -> None:
        self._metrics = metrics
        self._unsupported = unsupported
        self._problems = problems

    def read_all(self, nodes: Collection[Node]) -> tuple[Metric, ...]:
        """Return the metrics for a list of assertions; what can't be one is noted and left out."""
        return tuple(metric for metric in map(self._read, nodes) if metric)

    def _read(self, node: Node) -> Metric | None:
        if not isinstance(node, MapNode):
            self._problems.add(node.line, f"{kind_of(node)} as an assertion", expected="type: ...", do="write its keys")
            return None
        known = MapNode(node.line, {key: node.entries[key] for key in _KEYS if key in node.entries}, node.key_lines)
        fields = Fields(known, what="the assertion", known=_KEYS, problems=self._problems)
        title = fields.required_text("type")
        kind = title.removeprefix(NEGATION)
        if not title:
            return None
        if kind not in SUPPORTED or not self._metrics.has(title):
            self._unsupported.note(f"assertion type {title}", line=node.line)
            return None
        for key in sorted(node.entries.keys() - set(_KEYS)):
            self._unsupported.note(f"assertion key {key}", line=node.line_of(key))
        return self._metric(fields, title=title, kind=kind)

    def _metric(self, fields: Fields, *, title: str, kind: str) -> Metric | None:
        value_node = fields.node.entries.get("value")
        value = plain(value_node) if value_node else None
        self._unsupported.check_text(json.dumps(value), where="an assertion's value", line=fields.node.line)
        weight = fields.number("weight", least=0)
        return self._metrics.make(
            title,
            line=fields.node.line,
            value=_value(kind, value),
            threshold=_threshold(kind, fields.number("threshold")),
            name=fields.text("metric"),
            weight=1.0 if weight is None else weight,
            required=weight != 0,  # promptfoo: an assertion without weight is measured and can't fail the test
        )


def _threshold(kind: str, threshold: float | None) -> float | None:
    if kind == "latency" and threshold is not None:
        return threshold / 1000  # milliseconds there, seconds here
    return _DEFAULT_DISTANCE if kind == "levenshtein" and threshold is None else threshold


def _value(kind: str, value: object) -> object:
    if kind.endswith(("-any", "-all")):
        return [_as_text(item) for item in (_comma_separated(value) if isinstance(value, str) else _listed(value))]
    if kind == "is-json":
        return _schema(value) if isinstance(value, str) else value
    return _as_text(value)


def _as_text(value: object) -> object:
    """Promptfoo compares numbers and truth values as the texts they are written as."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _comma_separated(text: str) -> list[str]:
    return [item.strip() for row in csv.reader([text], skipinitialspace=True) for item in row if item.strip()]


def _schema(text: str) -> object:
    try:
        return plain(parse_yaml(text))
    except Unreadable:
        return text  # the metric's own check says what is wrong with it
