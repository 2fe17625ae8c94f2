"""
The validator for schemas: Draft 2020-12 by `jsonschema`, within the time of one judgement.

The library's keywords that search with `re` can't be stopped, not even by another thread, and some others compare each
element with each other; these have their own version here. All of them look at the time at every step.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from adapters.metrics.evaluated import evaluated_items, evaluated_properties
from adapters.metrics.patterns import Pattern
from adapters.metrics.time_budget import check_time
from domain.test_execution.finding import shown

_LISTED = 10

Errors = Iterator[ValidationError]
# validator, the keyword's value, the instance, the schema around: whatever JSON has, as the library's own have it.
Keyword = Callable[[Any, Any, Any, Any], Errors | None]


@lru_cache(maxsize=256)
def compiled_pattern(pattern: str) -> Pattern:
    """
    Return the pattern, compiled once.

    Raises:
        InvalidInput: it is not a regular expression.
    """
    return Pattern(pattern)


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Errors:
    if validator.is_type(instance, "string") and not compiled_pattern(pattern).is_in(instance):
        yield ValidationError(f"{shown(instance)} does not match {shown(pattern)}")


def _pattern_properties(validator: Any, patterns: Mapping[str, object], instance: Any, _schema: Any) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            check_time()
            if compiled_pattern(pattern).is_in(name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, subschema: object, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extras = [name for name in instance if name not in named and not _is_matched(name, patterns)]
    if subschema is False and extras:
        yield ValidationError(f"Additional properties are not allowed: {_listed(extras)}")
        return
    for name in extras:
        yield from validator.descend(instance[name], subschema, path=name)


def _unevaluated_properties(validator: Any, subschema: object, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    evaluated = evaluated_properties(validator, instance, schema, is_matched=_is_matched)
    extras = [name for name in instance if name not in evaluated]
    if extras:
        yield ValidationError(f"Unevaluated properties are not allowed{_as_wanted(subschema)}: {_listed(extras)}")


def _unevaluated_items(validator: Any, subschema: object, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not validator.is_type(instance, "array"):
        return
    evaluated = evaluated_items(validator, instance, schema)
    extras = [place for place in range(len(instance)) if place not in evaluated]
    if extras:
        yield ValidationError(f"Unevaluated items are not allowed{_as_wanted(subschema)}, at: {_listed(extras)}")


def _unique_items(validator: Any, is_wanted: object, instance: Any, _schema: Any) -> Errors:
    if not (is_wanted and validator.is_type(instance, "array")):
        return
    seen: dict[str, int] = {}
    for place, element in enumerate(instance):
        first = seen.setdefault(json.dumps(_canonical(element), sort_keys=True), place)
        if first != place:
            yield ValidationError(f"the elements {first} and {place} are the same, and all must differ")
            return


def _canonical(value: object) -> object:
    check_time()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _canonical(content) for name, content in value.items()}
    return [_canonical(content) for content in value] if isinstance(value, list) else value


def _is_matched(name: str, patterns: Mapping[str, object]) -> bool:
    check_time()
    return any(compiled_pattern(pattern).is_in(name) for pattern in patterns)


def _listed(found: list[Any]) -> str:
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return ", ".join(shown(each) if isinstance(each, str) else str(each) for each in found[:_LISTED]) + more


def _as_wanted(subschema: object) -> str:
    return "" if subschema is False else " unless they fit"


def _timed(keyword: Keyword) -> Keyword:
    def timed(validator: Any, value: Any, instance: Any, schema: Any) -> Errors:
        check_time()
        yield from keyword(validator, value, instance, schema) or ()

    return timed


_OURS: Mapping[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
    "uniqueItems": _unique_items,
}
_KEYWORDS = {**cast(Mapping[str, Keyword], Draft202012Validator.VALIDATORS), **_OURS}

BoundedValidator = extend(  # type: ignore[no-untyped-call]  # untyped in the stubs
    Draft202012Validator, {name: _timed(keyword) for name, keyword in _KEYWORDS.items()}
)
