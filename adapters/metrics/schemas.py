"""JSON and JSON Schema (Draft 2020-12): a schema is compiled once and never fetches anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, best_match
from jsonschema.protocols import Validator
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from adapters.metrics.embedded_json import json_in
from adapters.metrics.schema_keywords import BoundedValidator, compiled_pattern
from adapters.metrics.time_budget import judgement_time
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.finding import Finding, shown
from domain.test_execution.text_metrics import read_json

if TYPE_CHECKING:
    from jsonschema.protocols import _JsonParameter as Json

# A schema that runs in circles does so on any answer; one that does not has coped with more levels than these.
_CERTAINLY_NOT_DEEP = 30


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
            PermanentFailure: evaluation_error: the schema refers to what it doesn't have, runs in circles or takes too
                long, or the answer is nested too deeply for it.
        """
        try:
            data = read_json(answer)
        except ValueError as error:
            return Finding.of(False, reason=f"the answer is not JSON ({error}): {shown(answer)}")
        if self._validator is None:
            return Finding.of(True, reason="the answer is JSON")
        problem = self.problem(data)
        if problem:
            return Finding.of(False, reason=f"the answer does not fit the schema {problem}")
        return Finding.of(True, reason="the answer is JSON and fits the schema")

    def judge_contained(self, answer: str) -> Finding:
        """
        Return whether an object or array somewhere in the answer is as it should be, and what is wrong with the last.

        Raises:
            PermanentFailure: as `judge`.
        """
        problems: list[str] = []
        with judgement_time():
            for data in json_in(answer):
                problem = self._mismatch(data)
                if not problem:
                    return Finding.of(True, reason="there is JSON in the answer")
                problems.append(problem)
        if not problems:
            return Finding.of(False, reason=f"there is no JSON in the answer {shown(answer)}")
        return Finding.of(False, reason=f"the JSON in the answer does not fit the schema {problems[-1]}")

    def problem(self, data: object) -> str:
        """
        Say where *data* doesn't fit the schema, and why; nothing when it does.

        Raises:
            PermanentFailure: as `judge`.
        """
        with judgement_time():
            return self._mismatch(data)

    def _mismatch(self, data: object) -> str:
        if self._validator is None:
            return ""
        try:
            mismatch = best_match(self._validator.iter_errors(cast("Json", data)))
        except RecursionError as error:
            raise _unusable(_too_deep(data)) from error
        except (Unresolvable, InvalidInput) as error:
            raise _unusable(str(error)[:200]) from error
        if mismatch is None:
            return ""
        problem = mismatch.message if len(mismatch.message) <= 160 else f"{mismatch.message[:160]}…"
        return f"at {mismatch.json_path}: {problem}"


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
    return cast(Validator, BoundedValidator(_without_dialect(schema), registry=EMPTY_REGISTRY))


def _without_dialect(schema: object) -> object:
    # At a `$schema` with a draft's address jsonschema goes on with its own validator, which has no bounds.
    if isinstance(schema, Mapping):
        return {key: _without_dialect(value) for key, value in schema.items() if not _is_dialect(key, value)}
    return [_without_dialect(element) for element in schema] if isinstance(schema, list | tuple) else schema


def _is_dialect(key: str, value: object) -> bool:
    return key == "$schema" and isinstance(value, str)


def _too_deep(data: object) -> str:
    depth = _depth(data)
    if depth <= _CERTAINLY_NOT_DEEP:
        return "it runs in circles"
    return f"the answer is nested {depth} levels deep, which is too deep for it; have the target answer flatter"


def _depth(data: object) -> int:
    """Count the levels, one at a time: what is too deep for the validator is so for a recursion here, too."""
    depth, level = 0, [data]
    while level:
        containers = [value for value in level if isinstance(value, dict | list)]
        level = [inner for each in containers for inner in (each.values() if isinstance(each, dict) else each)]
        depth += 1 if containers else 0
    return depth


def _unusable(problem: str) -> PermanentFailure:
    return PermanentFailure(f"the schema can't be applied: {problem}", kind=FailureKind.EVALUATION_ERROR)


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


def _is_pattern(value: object) -> bool:
    return not isinstance(value, str) or bool(compiled_pattern(value))


# Finds a pattern that is none when the schema is compiled, not at the first answer.
_PATTERNS = FormatChecker(formats=())
_PATTERNS.checks("regex", raises=InvalidInput)(_is_pattern)
