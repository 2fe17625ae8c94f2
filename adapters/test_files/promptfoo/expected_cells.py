"""An assertion written as one text, as cells of CSV files have it: `contains: Paris`, `similar(0.8): Hello`."""

from __future__ import annotations

import re

from adapters.test_files.nodes import MapNode, Node, ScalarNode
from adapters.test_files.promptfoo.assertion_types import TYPES
from adapters.test_files.promptfoo.scripts import JAVASCRIPT, PYTHON, script_file

_TYPES = "|".join(sorted(map(re.escape, TYPES), key=len, reverse=True))
_WRITTEN = re.compile(rf"(not-)?({_TYPES})(?:\((\d+(?:\.\d+)?)\))?(?::(.*))?", re.DOTALL)
_SHORT = {"fn:": "javascript", "eval:": "javascript", "grade:": "llm-rubric"}
_SIMILARITY = 0.8
"""What promptfoo takes for `similar` in a cell without a threshold."""


def assertion_of(text: str, *, line: int) -> MapNode:
    """
    Return the assertion that a text writes; a text without a type is `equals`.

    >>> assertion_of("similar(0.9): Hello", line=1).entries["threshold"].value
    0.9
    """
    written = text.strip()
    for word, kind in _SHORT.items():
        if written.startswith(word):
            return _node(kind, written.removeprefix(word).strip(), line=line)
    if written.startswith("file://") and (name := script_file(written)) and name.ending in JAVASCRIPT | PYTHON:
        return _node("python" if name.ending in PYTHON else "javascript", written, line=line)
    found = _WRITTEN.fullmatch(written)
    if not found:
        return _node("equals", text, line=line)
    negation, kind, threshold, value = found.groups()
    limit = float(threshold) if threshold else _SIMILARITY if kind == "similar" else None
    title = f"{negation or ''}{kind}"
    return _node(title, value.strip() if value and value.strip() else None, line=line, threshold=limit)


def _node(kind: str, value: str | None, *, line: int, threshold: float | None = None) -> MapNode:
    entries: dict[str, Node] = {"type": ScalarNode(line, kind)}
    if value is not None:
        entries["value"] = ScalarNode(line, value)
    if threshold is not None:
        entries["threshold"] = ScalarNode(line, threshold)
    return MapNode(line, entries)
