"""
docker-compose.yml as an engine would read it: anchors merged, variables filled in.

Only the forms of interpolation that the file uses: `${NAME:-default}` and `${NAME:?what to do}`, nested, and `$$`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docker-compose.yml"
OURS = "build"
"""What only services of our own image have."""

Compose = dict[str, Any]  # YAML has no types
_NAME = re.compile(r"\$\{(?P<name>[A-Z_]+)(?P<form>:[-?])")


class Missing(Exception):
    """A variable is required and not there."""


def read() -> Compose:
    """Return the file as YAML reads it; a copy of its own for each service, since anchors share theirs."""
    loaded = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {key: copy.deepcopy(part) if isinstance(part, dict) else part for key, part in loaded.items()}


def services(compose: Compose) -> dict[str, Compose]:
    """Return the services of our own image."""
    return {name: service for name, service in compose["services"].items() if OURS in service}


def variables(text: str) -> dict[str, str]:
    """Return the variables that the text names, and whether each is required (`:?`) or has a default (`:-`)."""
    return {found["name"]: found["form"] for found in _NAME.finditer(text)}


def filled(node: Any, values: Mapping[str, str]) -> Any:
    """Return *node* with every text interpolated."""
    if isinstance(node, dict):
        return {name: filled(child, values) for name, child in node.items()}
    if isinstance(node, list):
        return [filled(child, values) for child in node]
    return _interpolated(node, values) if isinstance(node, str) else node


def texts(node: object, key: str = "", *, visit: Callable[[str, str], None]) -> None:
    """Have *visit* see every text below *node*, with the key it stands under."""
    if isinstance(node, dict):
        for name, child in node.items():
            texts(child, str(name), visit=visit)
    elif isinstance(node, list):
        for child in node:
            texts(child, key, visit=visit)
    else:
        visit(key, str(node))


def _interpolated(text: str, values: Mapping[str, str]) -> str:
    written, rest = "", text
    while "$" in rest:
        before, _, rest = rest.partition("$")
        written += before
        if rest.startswith("$"):
            written, rest = written + "$", rest[1:]
        else:
            value, rest = _variable(f"${rest}", values)
            written += value
    return written + rest


def _variable(text: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Return the value of the variable that *text* begins with, and what stands behind it."""
    found = _NAME.match(text)
    if found is None:
        raise ValueError(f"not a form of interpolation that the file may use: {text[:40]!r}")
    end = _closing(text)
    otherwise = text[found.end() : end]
    value = values.get(found["name"], "")
    if not value and found["form"] == ":?":
        raise Missing(f"{found['name']}: {otherwise}")
    return value or _interpolated(otherwise, values), text[end + 1 :]


def _closing(text: str) -> int:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "}" and depth == 0:
            return at
    raise ValueError(f"a variable without its closing brace: {text[:40]!r}")
