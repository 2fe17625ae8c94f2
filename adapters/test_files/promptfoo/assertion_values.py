"""What the value and threshold of an assertion are here: promptfoo's own ways of writing lists, schemas and numbers."""

from __future__ import annotations

import csv
import json

from adapters.test_files.nodes import Unreadable, plain
from adapters.test_files.promptfoo.assertion_types import SAME
from adapters.test_files.yaml_nodes import parse_yaml
from domain.test_execution.contest import MAX_SCORE

_DEFAULT_DISTANCE = 5.0
"""What promptfoo takes for levenshtein when the assertion has no threshold."""

_TEXT_KINDS = frozenset({"contains", "icontains", "starts-with", "regex", "equals", "levenshtein", "rouge-n"})
_SCHEMA_KINDS = frozenset({"is-json", "contains-json"})


def value_of(kind: str, value: object) -> object:
    """Return the metric's value."""
    if kind.endswith(("-any", "-all")):
        return [as_text(item) for item in (_comma_separated(value) if isinstance(value, str) else _listed(value))]
    if kind in _SCHEMA_KINDS:
        return (_schema(value) if value.strip() else None) if isinstance(value, str) else value
    if kind == MAX_SCORE and isinstance(value, dict):
        return _max_score(value)
    return as_text(value) if kind in _TEXT_KINDS else value


def threshold_of(kind: str, threshold: float | None) -> float | None:
    """Return the metric's threshold."""
    if kind == "latency" and threshold is not None:
        return threshold / 1000  # milliseconds there, seconds here
    return _DEFAULT_DISTANCE if kind == "levenshtein" and threshold is None else threshold


def as_text(value: object) -> object:
    """Return numbers and truth values as the texts they are written as, which is how promptfoo compares them."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def threshold_in(kind: str, value: object) -> float | None:
    """Return the threshold that a `max-score` writes inside its value."""
    found = value.get("threshold") if kind == MAX_SCORE and isinstance(value, dict) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _max_score(value: dict[str, object]) -> dict[str, object]:
    weights = value.get("weights")
    known = {SAME.get(kind, kind): weight for kind, weight in weights.items()} if isinstance(weights, dict) else weights
    rest = {name: content for name, content in value.items() if name not in ("threshold", "weights")}
    return {**rest, "weights": known} if weights is not None else rest


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _comma_separated(text: str) -> list[str]:
    return [item.strip() for row in csv.reader([text], skipinitialspace=True) for item in row if item.strip()]


def _schema(text: str) -> object:
    try:
        return plain(parse_yaml(text))
    except Unreadable:
        return text  # the metric's own check says what is wrong with it
