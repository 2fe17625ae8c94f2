"""
Test-execution values as JSON and back: what rows, job specifications and messages hold.

Readers ignore keys they do not know, so that rows of a newer version can still be read; missing keys get the value's
own default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

import attrs

from domain.jobs.item import Document
from domain.jobs.job import JobOptions
from domain.jobs.usage import Usage
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.conversation import FinishReason, ToolCall
from domain.limits.limit import CallLimits
from domain.test_execution.dialogue import Dialogue, SimulatedUser, Turn
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.named_target import NamedTarget, only
from domain.test_execution.target import Answer, HttpTarget, ModelTarget, PythonTarget, TargetSpec
from domain.test_execution.test_set import Gates, TestCase, TestItem

T = TypeVar("T", bound=attrs.AttrsInstance)

_PLAIN_TARGETS: dict[str, type[HttpTarget | PythonTarget]] = {"http": HttpTarget, "python": PythonTarget}


def to_json(value: attrs.AttrsInstance) -> dict[str, object]:
    """Return an attrs value as a JSON object; fields at their default are left out, so rows stay small."""
    written = ((name, _plain(getattr(value, name)), default) for name, default in _defaults(type(value)))
    return {name: content for name, content, default in written if content != default}


def case_from_json(data: Document) -> TestCase:
    """Read a test back from what `to_json` wrote."""
    metrics = _metrics_from_json(data)
    listed = {name: tuple(cast(list[str], data.get(name, ()))) for name in ("tags", "targets")}
    dialogue = dialogue_from_json(cast(Document | None, data.get("dialogue")))
    return build(TestCase, {**data, "metrics": metrics, "dialogue": dialogue, **listed})


def case_to_json(case: TestCase) -> dict[str, object]:
    """Return a test as JSON, its metrics without the fields that stand at their default."""
    return {
        **to_json(case),
        **({"metrics": [metric_to_json(metric) for metric in case.metrics]} if case.metrics else {}),
        **({"dialogue": dialogue_to_json(case.dialogue)} if case.dialogue else {}),
    }


def dialogue_to_json(dialogue: Dialogue) -> dict[str, object]:
    """Return the turns of a test as JSON."""
    turns = [
        {"user": turn.user, "metrics": [metric_to_json(metric) for metric in turn.metrics]} for turn in dialogue.turns
    ]
    user = dialogue.user and {**to_json(dialogue.user), "model": model_to_json(dialogue.user.model)}
    return {
        "turns": turns,
        "turn_metrics": [metric_to_json(metric) for metric in dialogue.turn_metrics],
        **({"user": user} if user else {}),
    }


def dialogue_from_json(data: Document | None) -> Dialogue | None:
    """Read the turns of a test back from what `dialogue_to_json` wrote."""
    if not data:
        return None
    user = cast(Document | None, data.get("user"))
    return Dialogue(
        turns=tuple(
            Turn(user=str(turn["user"]), metrics=_metrics_from_json(turn))
            for turn in cast(list[Document], data.get("turns", ()))
        ),
        user=build(SimulatedUser, {**user, "model": model_from_json(cast(Document, user["model"]))}) if user else None,
        turn_metrics=_metrics_from_json({"metrics": data.get("turn_metrics", ())}),
    )


def _metrics_from_json(data: Document) -> tuple[Metric, ...]:
    return tuple(metric_from_json(metric) for metric in cast(list[Document], data.get("metrics", ())))


def metric_to_json(metric: Metric) -> dict[str, object]:
    """Return a metric as JSON, and those of a set with it."""
    parts = {"metrics": [metric_to_json(part) for part in metric.metrics]} if metric.metrics else {}
    return {**to_json(metric), **parts}


def metric_from_json(data: Document) -> Metric:
    """Read a metric back from what `metric_to_json` wrote."""
    return build(Metric, {**data, "metrics": _metrics_from_json(data)})


def item_to_json(item: TestItem) -> dict[str, object]:
    """Return what an item row of a test run holds as its input."""
    target = {"target": item.target} if item.target else {}
    stored = {} if item.stored is None else {"stored": item.stored}
    contest = {"contest": list(item.contest)} if item.contest else {}
    return {"case": case_to_json(item.case), "repeat": item.repeat, **target, **stored, **contest}


def item_from_json(data: Document) -> TestItem:
    """Read back the input of a test run's item row."""
    return TestItem(
        case=case_from_json(cast(Document, data["case"])),
        repeat=int(cast(int, data["repeat"])),
        target=str(data.get("target", "")),
        stored=cast(Document | None, data.get("stored")),
        contest=tuple(cast(list[int], data.get("contest", ()))),
    )


def target_to_json(target: TargetSpec) -> dict[str, object]:
    """Return a target as JSON; `kind` says which of the three it is."""
    if isinstance(target, ModelTarget):
        return {"kind": "model", "model": model_to_json(target.model), "system": target.system}
    kind = next(kind for kind, cls in _PLAIN_TARGETS.items() if type(target) is cls)
    return {"kind": kind, **to_json(target)}


def target_from_json(data: Document) -> TargetSpec:
    """Read a target back from what `target_to_json` wrote, in this version or an earlier one."""
    system = str(data.get("system", ""))
    match data["kind"]:
        case "model":
            return ModelTarget(model=model_from_json(cast(Document, data["model"])), system=system)
        case "openai":  # until 0.1 a model was always behind an API like OpenAI's, and its keys stood in the target
            return ModelTarget(model=model_from_json({**data, "provider": "openai"}), system=system)
        case kind:
            return build(_PLAIN_TARGETS[cast(str, kind)], data)


def targets_to_json(targets: Sequence[NamedTarget]) -> list[dict[str, object]]:
    """Return a run's targets as JSON, in their order."""
    return [_target_to_json(target) for target in targets]


def _target_to_json(target: NamedTarget) -> dict[str, object]:
    limits = {"limits": to_json(target.limits)} if target.limits.are_set else {}
    transform = {"transform": target.transform} if target.transform is not None else {}
    return {"name": target.name, "target": target_to_json(target.spec), **limits, **transform}


def targets_from_json(data: Document) -> tuple[NamedTarget, ...]:
    """Read the targets of a document back; one written before runs had several holds a single `target`."""
    if "targets" not in data:
        return only(target_from_json(cast(Document, data["target"])))
    return tuple(
        NamedTarget(
            name=str(found["name"]),
            spec=target_from_json(cast(Document, found["target"])),
            limits=build(CallLimits, cast(Document, found.get("limits", {}))),
            transform=found.get("transform"),
        )
        for found in cast(list[Document], data["targets"])
    )


def gates_from_json(data: Document) -> Gates:
    """Read gates back from what `to_json` wrote."""
    return build(Gates, data)


def cache_to_json(max_age_s: float | None) -> dict[str, object]:
    """Return how old a cached answer may be, as a part of a document; nothing where answers are not cached."""
    return {} if max_age_s is None else {"cache": {"max_age_s": max_age_s}}


def cache_from_json(data: Document) -> float | None:
    """Read back what `cache_to_json` wrote into a document."""
    cache = cast(Mapping[str, float] | None, data.get("cache"))
    return None if cache is None else float(cache["max_age_s"])


def options_from_json(data: Document) -> JobOptions:
    """Read a job's options back from what `to_json` wrote."""
    return build(JobOptions, data)


def result_to_json(prompt: str, answer: Answer, scores: list[Score], value: float | None) -> dict[str, object]:
    """
    Return what a test run keeps of an item: the prompt, the answer and every score.

    Keys: prompt, answer (text), latency_s, status, prompt_tokens, completion_tokens, cost_nanousd, model (the one
    that says it answered), request_id, tool_calls and finish_reason of a model, cached (true where it was had before),
    is_json (true where the target gave an object), scores (list), score (0 to 1).
    """
    kept = {
        "prompt": prompt,
        "answer": answer.text,
        "latency_s": round(answer.latency_s, 6),
        "status": answer.status,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "cost_nanousd": answer.cost_nanousd,
        "model": answer.model,
        "request_id": answer.request_id,
        "tool_calls": [to_json(call) for call in answer.tool_calls] or None,
        "finish_reason": answer.finish_reason,
        "cached": answer.cached or None,
        "is_json": answer.is_json or None,
        "scores": [to_json(score) for score in scores],
        "score": value,
    }
    return {name: content for name, content in kept.items() if content is not None}


def answer_from_json(data: Document) -> Answer:
    """Read an answer back from what `to_json` wrote."""
    calls = tuple(build(ToolCall, call) for call in cast(list[Document], data.get("tool_calls", ())))
    reason = data.get("finish_reason")
    known = {"tool_calls": calls, "finish_reason": None if reason is None else FinishReason(cast(str, reason))}
    return build(Answer, {**data, **known})


def scores_from_json(result: Document) -> list[Score]:
    """Read the scores back from an item's result; none where the item was not judged."""
    return [score_from_json(score) for score in cast(list[Document], result.get("scores", ()))]


def score_from_json(score: Document) -> Score:
    """Read a score back."""
    usage = score.get("usage")
    return build(
        Score,
        {
            **score,
            "verdict": Verdict(cast(str, score["verdict"])),
            "usage": None if usage is None else build(Usage, cast(Document, usage)),
        },
    )


def build(cls: type[T], data: Mapping[str, object]) -> T:
    """Return the value whose fields *data* holds; keys of a newer version are ignored."""
    known = _names(cls)
    return cls(**{name: content for name, content in data.items() if name in known})


@cache
def _names(cls: type[attrs.AttrsInstance]) -> frozenset[str]:
    return frozenset(field.name for field in attrs.fields(cls))


def _plain(value: Any) -> Any:
    # Most fields are one of these; the library's own way costs ten times as much, and every test is written twice.
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: _plain(content) for name, content in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_plain(element) for element in value]
    if attrs.has(type(value)):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    return value


@cache
def _defaults(cls: type[attrs.AttrsInstance]) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, _default(field.default)) for field in attrs.fields(cls))


def _default(default: Any) -> object:
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # attrs declares its Factory as a function
        default = default.factory()
    return default if default is attrs.NOTHING else _plain(default)
