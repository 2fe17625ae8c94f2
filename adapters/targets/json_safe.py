"""What an answer's data may be: JSON that every row, page and export can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time

from adapters.http.reading import storable


def json_safe(value: object) -> object:
    """
    Return *value* as JSON: times as ISO 8601, numbers that are none as null, what JSON doesn't know as its text.

    Raises:
        RecursionError: it is nested too deeply, or holds itself.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {storable(str(name)): json_safe(content) for name, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_safe(content) for content in value]
    return value.isoformat() if isinstance(value, date | time) else storable(str(value))
