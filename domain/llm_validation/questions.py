"""
What a model is asked on the rungs above the list: as little as shows that it works.

The words of the providers differ (what a tool or an image looks like), and stand here as parameters and parts of
messages, which their clients send as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import hypot, isfinite

import attrs

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Message
from domain.language_models.cut_off import AnswerCutOff
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.ports import LanguageModel, LanguageModels
from domain.llm_validation.answer_limit import with_answer_limit
from domain.llm_validation.probe_budget import ANSWER_TOKENS, TALKATIVE_TOKENS
from domain.llm_validation.rung import Passed, Rung

GREETING = "Say OK."
TEXTS = ("The sky is blue.", "Invoices are due within 30 days.")
SCHEMA: Document = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
_TOOL = "report_weather"
_PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASUVORK5CYII="
"""A red square of 8 by 8 pixels, as a PNG in base64: some models refuse a single pixel."""


def ask(models: LanguageModels, spec: ModelSpec, rung: Rung, *, deadline_s: float) -> Passed:
    """
    Ask the model what the rung asks, and return what was found.

    Raises:
        TransientFailure, PermanentFailure: it does not work; bad_answer where it answers something else.
        InvalidInput: it can't be opened here.
    """
    if rung is Rung.EMBEDDINGS:
        return _embedded(models, spec, deadline_s=deadline_s)
    if rung is Rung.TOOL_CALL:
        return _tool_called(models, spec, deadline_s=deadline_s)
    if rung is Rung.JSON_SCHEMA:
        return _in_schema(models, spec, deadline_s=deadline_s)
    message = _with_image(spec.provider) if rung is Rung.IMAGE else Message(role="user", content=GREETING)
    most = TALKATIVE_TOKENS if rung is Rung.IMAGE else ANSWER_TOKENS
    try:
        said = _said(models, spec, [message], most=most, deadline_s=deadline_s)
    except AnswerCutOff as error:  # it was thinking, which shows that it works
        said = error.completion
    return Passed(note="answers", usage=said.usage)


def _said(
    models: LanguageModels,
    spec: ModelSpec,
    messages: Sequence[Message],
    *,
    most: int,
    deadline_s: float,
    json_schema: Document | None = None,
) -> Completion:
    def asked(limited: ModelSpec) -> Completion:
        model = models.open(limited, connections=1)
        try:
            return model.complete(messages, deadline_s=deadline_s, json_schema=json_schema)
        finally:
            model.close()

    return with_answer_limit(spec, most, asked)


def _embedded(models: LanguageModels, spec: ModelSpec, *, deadline_s: float) -> Passed:
    model: LanguageModel = models.open(spec, connections=1)
    try:
        found = model.embed(TEXTS, deadline_s=deadline_s)
    finally:
        model.close()
    problem = vectors_problem(found.vectors)
    if problem:
        raise PermanentFailure(f"{spec.name}: {problem}", kind=FailureKind.BAD_ANSWER)
    return Passed(note=f"{len(found.vectors[0])} dimensions", usage=found.usage)


def vectors_problem(vectors: Sequence[Sequence[float]]) -> str:
    """Return what is wrong with the vectors of the two texts; empty where they can be searched with."""
    lengths = sorted({len(vector) for vector in vectors})
    if len(vectors) != len(TEXTS) or len(lengths) != 1 or not lengths[0]:
        return f"expected {len(TEXTS)} vectors of one length, found {len(vectors)} of the lengths {lengths}"
    if not all(isfinite(part) for vector in vectors for part in vector):
        return "a vector holds a number that is not finite"
    norms = [hypot(*vector) for vector in vectors]
    if not all(isfinite(norm) and norm > 0 for norm in norms):
        return "a vector has no length (all of it is 0), so that no distance can be measured"
    if list(vectors[0]) == list(vectors[1]):
        return "two different texts got the same vector"
    return ""


def _in_schema(models: LanguageModels, spec: ModelSpec, *, deadline_s: float) -> Passed:
    message = Message(role="user", content='Answer with the JSON object {"ok": true}.')
    said = _said(models, spec, [message], most=TALKATIVE_TOKENS, deadline_s=deadline_s, json_schema=SCHEMA)
    if not _fits(said.text):
        raise PermanentFailure(
            f"{spec.name}: asked for JSON by a schema, it answered with something else ({len(said.text)} characters)",
            kind=FailureKind.BAD_ANSWER,
        )
    return Passed(note="keeps to a JSON schema", usage=said.usage)


def _tool_called(models: LanguageModels, spec: ModelSpec, *, deadline_s: float) -> Passed:
    message = Message(role="user", content=f"Call the tool {_TOOL} for Oslo.")
    armed = attrs.evolve(spec, parameters={**spec.parameters, "tools": [_tool(spec.provider)]})
    said = _said(models, armed, [message], most=TALKATIVE_TOKENS, deadline_s=deadline_s)
    if _TOOL not in [call.name for call in said.tool_calls]:
        raise PermanentFailure(
            f"{spec.name}: asked to call a tool, it called {len(said.tool_calls) or 'none'}",
            kind=FailureKind.BAD_ANSWER,
        )
    return Passed(note="calls tools", usage=said.usage)


def _tool(provider: Provider) -> Document:
    about = {"name": _TOOL, "description": "Reports the weather of a city."}
    if provider is Provider.ANTHROPIC:
        return {**about, "input_schema": _PARAMETERS}
    function = {**about, "parameters": _PARAMETERS}
    if provider is Provider.GOOGLE:
        return {"functionDeclarations": [function]}
    return {"type": "function", "function": function}


def _with_image(provider: Provider) -> Message:
    words = "Which colour is this?"
    if provider is Provider.OLLAMA:
        return Message(role="user", content=words, more={"images": [_PIXEL]})
    if provider is Provider.GOOGLE:
        parts: list[Document] = [{"text": words}, {"inlineData": {"mimeType": "image/png", "data": _PIXEL}}]
    elif provider is Provider.ANTHROPIC:
        source = {"type": "base64", "media_type": "image/png", "data": _PIXEL}
        parts = [{"type": "text", "text": words}, {"type": "image", "source": source}]
    else:
        image = {"url": f"data:image/png;base64,{_PIXEL}"}
        parts = [{"type": "text", "text": words}, {"type": "image_url", "image_url": image}]
    return Message(role="user", content=parts)


def _fits(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("ok"), bool)
