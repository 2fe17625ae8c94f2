"""What a kind of metric takes as value and threshold; whatever else is refused with a sentence that says both."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from domain.jobs.errors import InvalidInput


def text(value: object) -> str:
    """Return a text that may be empty; a number is its text, since YAML reads `value: 42` as one."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json.dumps(value)
    raise wrong("value", found=value, expected="a text")


def needle(value: object) -> str:
    """Return a text that is not empty: an empty one is in every answer."""
    found = text(value)
    if not found:
        raise wrong("value", found=value, expected="a text that is not empty")
    return found


def needles(value: object) -> list[str]:
    """Return one text or more, none of them empty."""
    if not isinstance(value, list | tuple) or not value:
        raise wrong("value", found=value, expected="a list of texts")
    return [needle(element) for element in value]


def anything(value: object) -> object:
    """Return any JSON but null, which is how a missing value looks."""
    if value is None:
        raise wrong("value", found=value, expected="a text, a number, true or false, a list or an object")
    return value


def schema(value: object) -> Mapping[str, object] | None:
    """Return a JSON schema, or None where there is none."""
    if value is None or isinstance(value, Mapping):
        return value
    raise wrong("value", found=value, expected="a JSON schema (an object), or nothing")


def number(value: object, *, field: str, expected: str, low: float = 0.0, high: float = math.inf) -> float:
    """Return a number between *low* and *high*, also where it is written as a text."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]  # TypeError says it
    except (TypeError, ValueError):
        found = math.nan
    if not low <= found <= high or math.isinf(found):
        raise wrong(field, found=value, expected=expected)
    return found


def nothing(value: object, *, field: str) -> None:
    """Refuse what would have no effect: a threshold that is ignored would be believed."""
    if value is not None:
        raise wrong(field, found=value, expected="nothing: this kind has no use for it")


def wrong(field: str, *, found: object, expected: str) -> InvalidInput:
    """Return the refusal of a field."""
    written = "nothing" if found is None else repr(found)
    return InvalidInput(f"{field}: found {written if len(written) <= 80 else written[:80] + '…'}; expected {expected}")


def number_or(default: float, value: object, *, expected: str, high: float = math.inf) -> float:
    """Return the threshold, or *default* where there is none."""
    return default if value is None else number(value, field="threshold", expected=expected, high=high)


def share(value: object) -> float | None:
    """Return a threshold from 0 to 1, or None where there is none."""
    return None if value is None else number(value, field="threshold", expected="a share from 0 to 1", high=1.0)


def references(value: object) -> list[str]:
    """Return one reference or several, of which one has words."""
    found = [text(element) for element in value] if isinstance(value, list | tuple) else [text(value)]
    if not any(each.strip() for each in found):
        raise wrong("value", found=value, expected="a text with words, or a list of such")
    return found


def bounds(value: object) -> tuple[int | None, int | None]:
    """Return the least and the most of a count: a number is both, an object has `min`, `max` or both."""
    if not isinstance(value, Mapping):
        count = whole(value)
        return count, count
    if not value or not set(value) <= {"min", "max"}:
        raise wrong("value", found=value, expected="a whole number, or an object with min, max or both")
    least, most = (whole(value[key]) if key in value else None for key in ("min", "max"))
    if least is not None and most is not None and least > most:
        raise wrong("value", found=value, expected="a min that is not above max")
    return least, most


def whole(value: object) -> int:
    """Return a whole number from 0, also where it is written as a text."""
    found = number(value, field="value", expected="a whole number from 0, or an object with min, max or both")
    if not found.is_integer():
        raise wrong("value", found=value, expected="a whole number")
    return int(found)
