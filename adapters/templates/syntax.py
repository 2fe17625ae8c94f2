"""How a template is told from plain text, and which part of one can be read without an engine."""

from __future__ import annotations

import re

_SINGLE_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def is_template(text: str) -> bool:
    """Whether *text* has something to fill in; all other text is kept to the letter."""
    return "{{" in text or "{%" in text


def holds_template(value: object) -> bool:
    """Whether any string in a JSON value is a template."""
    if isinstance(value, str):
        return is_template(value)
    if isinstance(value, dict):
        return any(holds_template(content) for content in value.values())
    return isinstance(value, list | tuple) and any(holds_template(content) for content in value)


def single_variable(text: str) -> str | None:
    """Return the name when *text* is exactly one `{{ name }}`, else None."""
    match = _SINGLE_VARIABLE.fullmatch(text)
    return match[1] if match else None
