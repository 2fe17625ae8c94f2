"""
Metrics as a file writes them, read into `Metric` and checked before anything runs.

Three ways to write one: `is-json` (a kind that needs no value), `contains: 30 days` (one kind and its value; `name`,
`threshold`, `weight`, `required` may stand beside it), `{kind: contains, value: 30 days, ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import cast

from attrs import evolve

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.problems import Problems, nearest, shown
from adapters.test_files.script_fields import script_field
from domain.jobs.errors import InvalidInput
from domain.test_execution.codec import metric_to_json
from domain.test_execution.metric import CONTEXT_TRANSFORM, SET, Metric
from domain.test_execution.ports import Scorers

NEGATION = "not-"
LIMIT_KINDS = frozenset({"latency", "cost"})
"""Kinds that look for no value but hold a limit: the short form's value is their threshold."""

_JUDGING = ("judge", "embedding", "rubric_prompt", "factuality", CONTEXT_TRANSFORM)
"""What only kinds that a model judges have a use for; see docs/judges.md."""

METRIC_OPTIONS = ("name", "threshold", "weight", "required", "transform", "config", *_JUDGING)
_LONG_KEYS = ("kind", "value", *METRIC_OPTIONS)
_REMEMBERED = 10_000


class MetricReader:
    """Reads the metrics of one file; a metric that stands in a thousand tests is prepared once, and is one value."""

    def __init__(self, *, scorers: Scorers, problems: Problems) -> None:
        self.kinds = scorers.kinds()
        self._scorers = scorers
        self._problems = problems
        self._known: dict[str, tuple[Metric, str]] = {}

    @property
    def titles(self) -> Collection[str]:
        """Every way to name a kind: `contains`, `not-contains` ..."""
        kinds = {*self.kinds, SET}
        return sorted({*kinds, *(NEGATION + kind for kind in kinds)})

    def has(self, title: str) -> bool:
        """Tell whether *title* names a kind of metric."""
        return title.removeprefix(NEGATION) in self.kinds

    def read_all(self, nodes: Collection[Node]) -> tuple[Metric, ...]:
        """Return the metrics of a list; a wrong one is a problem and is left out."""
        return tuple(metric for metric in map(self.read, nodes) if metric)

    def read(self, node: Node) -> Metric | None:
        """Return the metric that *node* writes in one of the three ways."""
        match node:
            case ScalarNode(value=str(title)) if title:
                return self.make(title, line=node.line)
            case MapNode():
                return self._read_mapping(node)
        self._problems.add(node.line, f"{kind_of(node)} as a metric", expected="kind: value", do="write one")
        return None

    def make(self, title: str, *, line: int, value: object = None) -> Metric | None:
        """Return the metric that a title and a value make, or note what is wrong with it."""
        if not title:
            self._no_such_kind(title, line=line)
            return None
        kind = title.removeprefix(NEGATION)
        metric = Metric(name=title, kind=kind or title, negated=title.startswith(NEGATION), value=value)
        return self.checked(metric, line=line)

    def checked(self, metric: Metric, *, line: int) -> Metric | None:
        """Return the metric, or note what is wrong with it: no such kind, or a value its scorer can't use."""
        if not self.has(metric.title):
            self._no_such_kind(metric.title, line=line)
            return None
        known, complaint = self._remembered(_with_limit(metric))
        if complaint:
            self._problems.add_text(line, f"{complaint}; mend or remove the metric")
        return known

    def _read_mapping(self, node: MapNode) -> Metric | None:
        before = len(self._problems)
        title = self._title(node)
        if title == "":
            self._no_such_kind(title, line=node.line)
        if not title:
            return None
        known = _LONG_KEYS if "kind" in node.entries else (title, *METRIC_OPTIONS)
        fields = Fields(node, what="a metric", known=known, problems=self._problems)
        value = node.entries.get("value" if "kind" in node.entries else title)
        weight = fields.number("weight", least=0)
        metric = Metric(
            name=fields.text("name") or title,
            kind=title.removeprefix(NEGATION) or title,
            negated=title.startswith(NEGATION),
            threshold=fields.number("threshold"),
            weight=1.0 if weight is None else weight,
            required=fields.flag("required", default=True),
            transform=script_field(fields, "transform", problems=self._problems),
            options={name: plain(node.entries[name]) for name in ("config", *_JUDGING) if name in node.entries},
        )
        if metric.kind == SET:
            return evolve(metric, metrics=self._parts(node, value))
        if len(self._problems) > before:  # what its scorer would say of half a metric only confuses
            return None
        line = node.line_of("kind" if "kind" in node.entries else title)
        return self.checked(evolve(metric, value=plain(value) if value else None), line=line)

    def _parts(self, node: MapNode, value: Node | None) -> tuple[Metric, ...]:
        """Return the metrics of a set: its value is their list."""
        if isinstance(value, ListNode) and value.items:
            return self.read_all(value.items)
        found = kind_of(value) if value else "nothing"
        self._problems.add(node.line, f"{SET} holds {found}", expected="a list of metrics", do="write them under it")
        return ()

    def _title(self, node: MapNode) -> str | None:
        if "kind" in node.entries:
            kind = plain(node.entries["kind"])
            return kind if isinstance(kind, str) else json.dumps(kind)
        titles = [key for key in node.entries if key not in METRIC_OPTIONS]
        if len(titles) == 1:
            return titles[0]
        self._problems.add(
            node.line,
            f"a metric with {len(titles)} kinds ({', '.join(titles) or 'none'})",
            expected="one kind: value",
            do="begin each metric with a dash of its own",
        )
        return None

    def _remembered(self, metric: Metric) -> tuple[Metric, str]:
        key = json.dumps(metric_to_json(metric), sort_keys=True)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()  # a column of a million different values: remembering them helps nobody
            self._known[key] = (metric, self._complaint(metric))
        return self._known[key]

    def _complaint(self, metric: Metric) -> str:
        try:
            self._scorers.make(metric)
        except InvalidInput as exc:
            return "; ".join((str(exc), *exc.problems))
        return ""

    def _no_such_kind(self, title: str, *, line: int) -> None:
        self._problems.add(
            line,
            f"unknown kind of metric {shown(title)}",
            expected=f"one of {', '.join(sorted(self.kinds))} (each also with {NEGATION})",
            do=f"{nearest(title, among=self.titles)}rename or remove it",
        )


def _with_limit(metric: Metric) -> Metric:
    """Return the metric, a limit's number moved to where it belongs."""
    value = metric.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if metric.kind in LIMIT_KINDS and is_number and metric.threshold is None:
        return evolve(metric, value=None, threshold=float(cast(float, value)))
    return metric


def list_of(node: Node) -> tuple[Node, ...]:
    """Return the items of a list, or the node itself as the only one."""
    return node.items if isinstance(node, ListNode) else (node,)
