"""
Metrics as a file writes them, read into `Metric` and checked before anything runs.

Three ways to write one: `is-json` (a kind that needs no value), `contains: 30 days` (one kind and its value; `name`,
`threshold`, `weight`, `required` may stand beside it), `{kind: contains, value: 30 days, ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.problems import Problems, nearest, shown
from domain.jobs.errors import InvalidInput
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers

NEGATION = "not-"
LIMIT_KINDS = frozenset({"latency"})
"""Kinds that look for no value but hold a limit: the short form's value is their threshold."""

_OPTIONS = ("name", "threshold", "weight", "required")
_LONG_KEYS = ("kind", "value", *_OPTIONS)
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
        return sorted({*self.kinds, *(NEGATION + kind for kind in self.kinds)})

    def has(self, title: str) -> bool:
        """Tell whether *title* names a kind of metric."""
        return title.removeprefix(NEGATION) in self.kinds

    def read_all(self, nodes: Collection[Node]) -> tuple[Metric, ...]:
        """Return the metrics of a list; a wrong one is a problem and is left out."""
        return tuple(metric for metric in map(self.read, nodes) if metric)

    def read(self, node: Node) -> Metric | None:
        """Return the metric that *node* writes in one of the three ways."""
        match node:
            case ScalarNode(value=str(title)):
                return self.make(title, line=node.line)
            case MapNode() if "kind" in node.entries:
                fields = Fields(node, what="a metric", known=_LONG_KEYS, problems=self._problems)
                return self._with_options(fields, title=fields.text("kind"), value=node.entries.get("value"))
            case MapNode():
                return self._short_form(node)
        self._problems.add(
            node.line, f"{kind_of(node)} as a metric", expected="kind: value", do="see docs/test-sets.md"
        )
        return None

    def short(self, title: str, value: Node, *, line: int) -> Metric | None:
        """Return the metric that a title and its value stand for (`latency: 2` limits, `contains: x` looks for x)."""
        return self._build(title, value=value, threshold=None, line=line, name="", weight=1.0, required=True)

    def make(
        self,
        title: str,
        *,
        line: int,
        value: object = None,
        threshold: float | None = None,
        name: str = "",
        weight: float = 1.0,
        required: bool = True,
    ) -> Metric | None:
        """Return the metric, or note what is wrong with it: no such kind, or a value its scorer can't use."""
        if not self.has(title):
            self._no_such_kind(title, line=line)
            return None
        metric = Metric(
            name=name or title,
            kind=title.removeprefix(NEGATION),
            negated=title.startswith(NEGATION),
            value=value,
            threshold=threshold,
            weight=weight,
            required=required,
        )
        metric, complaint = self._checked(metric)
        if complaint:
            self._problems.add_text(line, f"metric {title}: {complaint}")
        return metric

    def _short_form(self, node: MapNode) -> Metric | None:
        titles = [key for key in node.entries if key not in _OPTIONS]
        if len(titles) != 1:
            self._problems.add(
                node.line,
                f"a metric with {len(titles)} kinds ({', '.join(titles) or 'none'})",
                expected="one kind: value",
                do="begin each metric with a dash of its own",
            )
            return None
        fields = Fields(node, what="a metric", known=(*titles, *_OPTIONS), problems=self._problems)
        return self._with_options(fields, title=titles[0], value=node.entries[titles[0]])

    def _with_options(self, fields: Fields, *, title: str, value: Node | None) -> Metric | None:
        weight = fields.number("weight", least=0)
        return self._build(
            title,
            value=value or ScalarNode(fields.node.line, None),
            threshold=fields.number("threshold"),
            line=fields.node.line_of(title),
            name=fields.text("name"),
            weight=1.0 if weight is None else weight,
            required=fields.flag("required", default=True),
        )

    def _build(
        self, title: str, *, value: Node, threshold: float | None, line: int, name: str, weight: float, required: bool
    ) -> Metric | None:
        content = plain(value)
        holds_limit = threshold is None and title.removeprefix(NEGATION) in LIMIT_KINDS
        if holds_limit and isinstance(content, int | float) and not isinstance(content, bool):
            threshold = float(content)
            content = None
        return self.make(
            title, line=line, value=content, threshold=threshold, name=name, weight=weight, required=required
        )

    def _checked(self, metric: Metric) -> tuple[Metric, str]:
        key = json.dumps(
            [metric.title, metric.value, metric.threshold, metric.name, metric.weight, metric.required], sort_keys=True
        )
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


def list_of(node: Node) -> tuple[Node, ...]:
    """Return the items of a list, or the node itself as the only one."""
    return node.items if isinstance(node, ListNode) else (node,)
