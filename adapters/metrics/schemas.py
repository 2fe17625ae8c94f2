"""JSON and JSON Schema (Draft 2020-12): a schema is compiled once and never fetches anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from adapters.metrics.patterns import Pattern
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.text_metrics import Finding, read_json, shown

if TYPE_CHECKING:
    from jsonschema.protocols import _JsonParameter as Json


class JsonJudge:
    """Judges whether an answer is JSON and, with a schema, as the schema wants it."""

    def __init__(self, schema: Mapping[str, object] | None) -> None:
        """
        Compile *schema*.

        Raises:
            InvalidInput: it is not a schema, or refers to another document.
        """
        self._validator = None if schema is None else _compiled(schema)

    def judge(self, answer: str) -> Finding:
        """
        Return what is wrong with the answer first, if anything.

        Raises:
            PermanentFailure: evaluation_error: the schema refers to what it doesn't have, or runs in circles.
        """
        try:
            data = read_json(answer)
        except ValueError as error:
            return Finding.of(False, reason=f"the answer is not JSON ({error}): {shown(answer)}")
        if self._validator is None:
            return Finding.of(True, reason="the answer is JSON")
        try:
            mismatch = best_match(self._validator.iter_errors(cast("Json", data)))
        except (Unresolvable, RecursionError) as error:
            problem = "it runs in circles" if isinstance(error, RecursionError) else str(error)[:200]
            raise PermanentFailure(
                f"the schema can't be applied: {problem}", kind=FailureKind.EVALUATION_ERROR
            ) from error
        if mismatch is None:
            return Finding.of(True, reason="the answer is JSON and fits the schema")
        problem = mismatch.message if len(mismatch.message) <= 160 else f"{mismatch.message[:160]}…"
        return Finding.of(False, reason=f"the answer does not fit the schema at {mismatch.json_path}: {problem}")


def _compiled(schema: Mapping[str, object]) -> Validator:
    try:
        Draft202012Validator.check_schema(schema, format_checker=_PATTERNS)
    except SchemaError as error:
        raise InvalidInput(f"value: not a JSON schema (Draft 2020-12) at {error.json_path}: {error.message}") from error
    for reference in _references(schema):
        if not reference.startswith("#"):
            raise InvalidInput(
                f"value: the schema refers to {reference!r}; only references inside it (#/$defs/...) are followed"
            )
    return cast(Validator, _LimitedValidator(schema, registry=EMPTY_REGISTRY))


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(schema, list | tuple):
        for element in schema:
            yield from _references(element)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> Pattern:
    return Pattern(pattern)


def _is_pattern(value: object) -> bool:
    return not isinstance(value, str) or bool(_pattern(value))


def _matches_pattern(
    validator: Validator, pattern: str, instance: Json, _schema: Mapping[str, object]
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not _pattern(pattern).is_in(str(instance)):
        yield ValidationError(f"{shown(str(instance))} does not match {shown(pattern)}")


# Finds a pattern that is none when the schema is compiled, not at the first answer.
_PATTERNS = FormatChecker(formats=())
_PATTERNS.checks("regex", raises=InvalidInput)(_is_pattern)

# jsonschema's own `pattern` runs on `re`, which an answer could keep busy for hours.
_LimitedValidator = extend(Draft202012Validator, {"pattern": _matches_pattern})  # type: ignore[no-untyped-call]  # untyped in the stubs
