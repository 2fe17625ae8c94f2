"""Kinds that look at the tools (functions) a model calls: the right ones, and with arguments that fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

from attrs import evolve

from adapters.metrics import values
from adapters.metrics.judge import Judge, Kind, of_sample
from adapters.metrics.schemas import JsonJudge
from adapters.metrics.tool_calls import Call, calls_of
from domain.test_execution.finding import Finding, Negation, shown
from domain.test_execution.metric import Metric
from domain.test_execution.sample import Sample
from domain.test_execution.text_metrics import read_json

_TOOLS = "the tools that may be called: a list of objects with name and parameters, or with function"


def tool_call_f1(metric: Metric) -> Judge:
    """
    Whether the tools called are those expected, by F1: the harmonic mean of precision and recall over their names.

    Neither their order nor how often each is called matters (van Rijsbergen 1979, "Information Retrieval", chapter 7).
    """
    names = values.needles(metric.value.split(",") if isinstance(metric.value, str) else metric.value)
    expected = {name.strip() for name in names}
    threshold = values.number_or(1.0, metric.threshold, expected="a share from 0 to 1", high=1.0)

    def look(sample: Sample) -> Finding:
        called = {call.name for call in calls_of(sample)}
        value = 2 * len(called & expected) / (len(called) + len(expected))
        reason = f"the tools called are {_listed(called)}, for {_listed(expected)}: F1 is {value:.3f}"
        found = Finding.measured(value, threshold=threshold, reason=reason)
        return evolve(found, negation=Negation.KEEPS_VALUE)

    return of_sample(look)


def valid_calls(metric: Metric, *, look_for: Callable[[object], str]) -> Judge:
    """
    Every call names a tool there is, with arguments that fit its parameters.

    *look_for* says what form they need.
    """
    values.nothing(metric.threshold, field="threshold")
    tools = _tools(metric.value)

    def look(sample: Sample) -> Finding:
        outside = _outside_result(sample.answer.text)
        if outside:
            return outside
        calls = calls_of(sample)
        if not calls:
            return Finding.of(False, reason=f"there is no call of a tool in the answer {shown(sample.answer.text)}")
        for call in calls:
            problem = look_for(call.arguments) or _mismatch(call, tools)
            if problem:
                return Finding.of(False, reason=f"the call of {shown(call.name)} {problem}")
        return Finding.of(True, reason=f"the calls of {_listed({call.name for call in calls})} are valid")

    return of_sample(look)


def _outside_result(text: str) -> Finding | None:
    # Tools that the provider calls itself (MCP) leave a line in the answer, by promptfoo's convention.
    if "MCP Tool Error" in text:
        return Finding.of(False, reason=f"a tool that the provider called failed: {shown(text)}")
    if "MCP Tool Result" in text:
        return Finding.of(True, reason="a tool that the provider called gave a result")
    return None


def _mismatch(call: Call, tools: Mapping[str, JsonJudge]) -> str:
    schema = tools.get(call.name)
    if schema is None:
        return f"names a tool that is not there; there are: {_listed(tools)}"
    try:
        arguments = read_json(call.arguments) if isinstance(call.arguments, str) else call.arguments or {}
    except ValueError as error:
        return f"has arguments that are not JSON ({error}): {shown(str(call.arguments))}"
    problem = schema.problem(arguments)
    return f"has arguments that don't fit {problem}" if problem else ""


def _tools(value: object) -> dict[str, JsonJudge]:
    if not isinstance(value, list | tuple) or not value:
        raise values.wrong("value", found=value, expected=_TOOLS)
    return dict(map(_tool, value))


def _tool(value: object) -> tuple[str, JsonJudge]:
    inner = value.get("function", value) if isinstance(value, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
        raise values.wrong("value", found=value, expected=_TOOLS)
    schema = inner.get("parameters", inner.get("input_schema", {"type": "object"}))
    return str(inner["name"]), JsonJudge(cast(Mapping[str, object], values.schema(schema) or {}))


def _any_form(_arguments: object) -> str:
    return ""


def _as_text(arguments: object) -> str:
    return "" if isinstance(arguments, str) else "has arguments that are no text, as OpenAI's API gives them"


def _listed(names: Sequence[str] | set[str] | Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "none"


TOOL_KINDS: Mapping[str, Kind] = {
    "tool-call-f1": tool_call_f1,
    "is-valid-openai-tools-call": partial(valid_calls, look_for=_as_text),
    "is-valid-openai-function-call": partial(valid_calls, look_for=_as_text),
    "is-valid-function-call": partial(valid_calls, look_for=_any_form),
}
