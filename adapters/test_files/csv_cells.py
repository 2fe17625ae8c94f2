"""What a cell of a CSV file means: cells are text only, metrics may need lists, numbers or a schema."""

from __future__ import annotations

import re

from adapters.test_files.json_nodes import parse_json_line
from adapters.test_files.metrics import LIMIT_KINDS, NEGATION
from adapters.test_files.nodes import ListNode, Node, ScalarNode, Unreadable
from adapters.test_files.yaml_nodes import scalar_of

_SWITCHES = frozenset({"true", "yes", "x", "1"})


def metric_value(title: str, cell: str, *, line: int) -> Node:
    """
    Return the value that a metric's cell stands for.

    Lists (`contains-any`) are a JSON list, or texts with `|` between them; limits (`latency`) are numbers; `is-json`
    takes a JSON schema, or a word that switches it on (true, yes, x, 1). Everything else is the cell's text.
    """
    kind, text = title.removeprefix(NEGATION), cell.strip()
    if kind.endswith(("-any", "-all")):
        return _json(text, line=line) if text.startswith("[") else _list(text, line=line)
    if kind in LIMIT_KINDS:
        return _number(text, line=line)
    if kind.endswith("-json"):
        switched_on = text.lower() in _SWITCHES
        return ScalarNode(line, None) if switched_on else _json(text, line=line)
    return ScalarNode(line, cell)


def tags_of(cell: str) -> tuple[str, ...]:
    """Return the tags of a cell, which may stand between spaces, commas or semicolons."""
    return tuple(filter(None, re.split(r"[\s,;]+", cell)))


def _list(text: str, *, line: int) -> ListNode:
    return ListNode(line, tuple(ScalarNode(line, item.strip()) for item in text.split("|") if item.strip()))


def _number(text: str, *, line: int) -> ScalarNode:
    try:
        return scalar_of(text, line=line)
    except Unreadable:
        return ScalarNode(line, text)  # the metric's own check says what is wrong with it


def _json(text: str, *, line: int) -> Node:
    try:
        return parse_json_line(text, line=line)
    except Unreadable:
        return ScalarNode(line, text)  # likewise
