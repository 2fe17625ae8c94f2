"""
Which properties and items of an answer a schema has looked at: what `unevaluatedProperties` and `-Items` build on.

As in `jsonschema`, but in sets, since its lists make it quadratic, and with patterns that can be stopped. Names the
validator's `_resolver`: the library has no public way from a reference to what it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapters.metrics.time_budget import check_time

_IsMatched = Callable[[str, Mapping[str, object]], bool]


def evaluated_properties(validator: Any, instance: Any, schema: Any, *, is_matched: _IsMatched) -> set[str]:
    """Return the names that *schema*, or a schema in it that applies, has a say on."""
    if isinstance(schema, bool):
        return set()
    found = {name for name in schema.get("properties", {}) if name in instance}
    if patterns := schema.get("patternProperties"):
        found |= {name for name in instance if is_matched(name, patterns)}
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if keyword in schema:
            found |= {
                name
                for name, value in instance.items()
                if name not in found and _fits(validator, value, schema[keyword])
            }
    for inner, subschema in _applied(validator, instance, schema):
        found |= evaluated_properties(inner, instance, subschema, is_matched=is_matched)
    return found


def evaluated_items(validator: Any, instance: Any, schema: Any) -> set[int]:
    """Return the places of the items that *schema*, or a schema in it that applies, has a say on."""
    if isinstance(schema, bool):
        return set()
    if "items" in schema:
        return set(range(len(instance)))
    found = set(range(len(schema.get("prefixItems", []))))
    for keyword in ("contains", "unevaluatedItems"):
        if keyword in schema:
            found |= {place for place, item in enumerate(instance) if _fits(validator, item, schema[keyword])}
    for inner, subschema in _applied(validator, instance, schema):
        found |= evaluated_items(inner, instance, subschema)
    return found


def _applied(validator: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the schemas inside that apply to the same instance, each with the validator to go on with."""
    check_time()
    for keyword in ("$ref", "$dynamicRef"):
        if keyword in schema:
            resolved = validator._resolver.lookup(schema[keyword])
            yield validator.evolve(schema=resolved.contents, _resolver=resolved.resolver), resolved.contents
    for keyword in ("allOf", "oneOf", "anyOf"):
        for subschema in schema.get(keyword, []):
            if _fits(validator, instance, subschema):
                yield validator, subschema
    for name, subschema in schema.get("dependentSchemas", {}).items():
        if isinstance(instance, dict) and name in instance:
            yield validator, subschema
    if "if" in schema:
        is_met = _fits(validator, instance, schema["if"])
        if is_met:
            yield validator, schema["if"]
        yield validator, schema.get("then" if is_met else "else", True)


def _fits(validator: Any, instance: object, subschema: object) -> bool:
    check_time()
    return next(validator.descend(instance, subschema), None) is None
