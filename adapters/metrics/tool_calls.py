"""
Calls of tools (functions) that a model asks for, in the forms of the APIs there are.

OpenAI's chat (`tool_calls`, `function_call`) and responses (`function_call` items), Anthropic's `tool_use` blocks,
Google's `functionCall`; in the output itself, as JSON or with text around it, else in the provider's response.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from adapters.metrics.embedded_json import json_in
from adapters.metrics.time_budget import judgement_time
from domain.test_execution.sample import Sample
from domain.test_execution.text_metrics import read_json

_MOST_DEPTH = 12


@frozen(kw_only=True)
class Call:
    """A tool's name and what it is called with: JSON, or the text that should be JSON."""

    name: str
    arguments: object


def calls_of(sample: Sample) -> list[Call]:
    """
    Return the calls in the output, or where it has none those in the response, in their order.

    Raises:
        PermanentFailure: evaluation_error: finding them in the text takes too long.
    """
    return list(_calls(_parsed(sample.seen_output))) or list(_calls(sample.answer.data))


def _parsed(output: object) -> object:
    if not isinstance(output, str):
        return output
    try:
        return read_json(output)
    except ValueError:
        with judgement_time():
            return list(json_in(output))


def _calls(value: object, *, depth: int = 0) -> Iterator[Call]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for element in value:
            yield from _calls(element, depth=depth + 1)
    elif isinstance(value, Mapping):
        call = _call(value)
        if call:
            yield call
        else:
            for content in value.values():
                yield from _calls(content, depth=depth + 1)


def _call(value: Mapping[str, object]) -> Call | None:
    """Return the call that an object is, by the form of one API or another."""
    for key in ("function", "functionCall", "function_call"):
        inner = value.get(key)
        if isinstance(inner, Mapping) and isinstance(inner.get("name"), str):
            return Call(name=str(inner["name"]), arguments=inner.get("arguments", inner.get("args")))
    name = value.get("name")
    if not isinstance(name, str):
        return None
    if value.get("type") in ("tool_use", "function_call"):
        return Call(name=name, arguments=value.get("input", value.get("arguments")))
    for key in ("arguments", "args", "input"):
        if key in value:
            return Call(name=name, arguments=value[key])
    return Call(name=name, arguments=None) if set(value) == {"name"} else None
