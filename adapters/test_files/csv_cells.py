"""What a cell of a CSV file means: cells are text only, metrics may need lists, numbers or a schema."""

from __future__ import annotations

import re

from adapters.test_files.json_nodes import parse_json
from adapters.test_files.metrics import LIMIT_KINDS, NEGATION
from adapters.test_files.nodes import Unreadable, plain

_SWITCHES = frozenset({"true", "yes", "x", "1"})


def metric_value(title: str, cell: str) -> object:
    """
    Return the value that a metric's cell stands for.

    Lists (`contains-any`) are a JSON list, or texts with `|` between them; limits (`latency`) are numbers; `is-json`
    takes a JSON schema, or a word that switches it on (true, yes, x, 1). Everything else is the cell's text, and so is
    what doesn't parse: the metric's own check says what is wrong with it.
    """
    kind, text = title.removeprefix(NEGATION), cell.strip()
    if kind.endswith(("-any", "-all")):
        return _json(text) if text.startswith("[") else [item.strip() for item in text.split("|") if item.strip()]
    if kind.endswith("-json"):
        return None if text.lower() in _SWITCHES else _json(text)
    return _json(text) if kind in LIMIT_KINDS else cell


def tags_of(cell: str) -> tuple[str, ...]:
    """Return the tags of a cell, which may stand between spaces, commas or semicolons."""
    return tuple(filter(None, re.split(r"[\s,;]+", cell)))


def _json(text: str) -> object:
    try:
        return plain(parse_json(text))
    except Unreadable:
        return text
