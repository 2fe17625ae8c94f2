"""Looking into JSON from elsewhere, of which nothing is certain: every look gives a value of the wanted type."""

from __future__ import annotations

from collections.abc import Mapping


def mapping(value: object) -> Mapping[str, object]:
    """Return *value* where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Mapping[str, object]]:
    """Return the objects in *value* where it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return *value* where it is a text."""
    return value if isinstance(value, str) else None


def count(value: object) -> int | None:
    """Return *value* where it is a whole number from 0 on, and exact also where JSON's numbers are doubles."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def total(*values: object) -> int | None:
    """Return the sum of the counts among *values*; None where there is none."""
    counts = [number for number in map(count, values) if number is not None]
    return sum(counts) if counts else None


def vector(value: object) -> tuple[float, ...]:
    """Return *value* where it is a list of numbers, else an empty one."""
    if not isinstance(value, list) or not all(isinstance(x, int | float) for x in value):
        return ()
    return tuple(float(x) for x in value)
