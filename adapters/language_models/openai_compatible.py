"""OpenAI's chat completions and embeddings, as OpenAI and all the servers that copy it speak them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from adapters.http.exchange import Reply
from adapters.http.reading import storable
from adapters.language_models.dialect import NoMessage, plain_messages, under
from adapters.language_models.json_values import count, items, mapping, text, vector
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, FinishReason, Message, ToolCall
from domain.language_models.model import ModelSpec

_FINISHES = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
}
_SCHEMA_NAME = "answer"


class OpenAiDialect:
    """`POST {base_url}/chat/completions` and `/embeddings` (platform.openai.com, API reference)."""

    def chat_url(self, spec: ModelSpec) -> str:
        """Return the URL below the base URL."""
        return under(spec.address, "chat/completions")

    def embedding_url(self, spec: ModelSpec) -> str:
        """Return the URL below the base URL."""
        return under(spec.address, "embeddings")

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the bearer token."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def unsupported(self, spec: ModelSpec) -> list[str]:
        """Return what is set here, and streaming."""
        return unsupported_in_chat(spec)

    def chat(self, spec: ModelSpec, messages: Sequence[Message], json_schema: Document | None) -> dict[str, object]:
        """Return the request; a schema goes into `response_format`, strictly."""
        body = {**spec.parameters, "model": spec.model, "messages": plain_messages(messages)}
        if json_schema is not None:
            schema = {"name": _SCHEMA_NAME, "strict": True, "schema": json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def completion(self, data: Document, *, reply: Reply) -> Completion:
        """Read the first choice; a model's refusal is its answer."""
        choice = next(iter(items(data.get("choices"))), None)
        if choice is None or not isinstance(choice.get("message"), dict):
            raise NoMessage(f"'choices' holds no message; the keys of the answer are: {', '.join(data) or 'none'}")
        message = mapping(choice["message"])
        finish = _FINISHES.get(text(choice.get("finish_reason")) or "", FinishReason.OTHER)
        calls = tuple(tool_call(call) for call in items(message.get("tool_calls")))
        said = _said(message)
        if said is None and not calls and finish not in (FinishReason.LENGTH, FinishReason.CONTENT_FILTER):
            raise NoMessage("the message has no text: 'content' is null, and no tool is called")
        usage = mapping(data.get("usage"))
        return Completion(
            text=storable(said or ""),
            finish_reason=finish,
            model=text(data.get("model")) or "",
            latency_s=reply.latency_s,
            tool_calls=calls,
            request_id=reply.headers.get("x-request-id") or text(data.get("id")),
            prompt_tokens=count(usage.get("prompt_tokens")),
            completion_tokens=count(usage.get("completion_tokens")),
            cached_tokens=count(mapping(usage.get("prompt_tokens_details")).get("cached_tokens")),
            status=reply.status,
            data=data,
        )

    def embedding(self, spec: ModelSpec, texts: Sequence[str]) -> dict[str, object]:
        """Return the request, all texts at once."""
        return {**spec.parameters, "model": spec.model, "input": list(texts), "encoding_format": "float"}

    def embeddings(self, data: Document, *, reply: Reply) -> Embeddings:
        """Read the vectors, by their index."""
        rows = sorted(items(data.get("data")), key=lambda row: count(row.get("index")) or 0)
        return Embeddings(
            vectors=tuple(vector(row.get("embedding")) for row in rows),
            model=text(data.get("model")) or "",
            latency_s=reply.latency_s,
            prompt_tokens=count(mapping(data.get("usage")).get("prompt_tokens")),
        )


def unsupported_in_chat(spec: ModelSpec) -> list[str]:
    """Return the parameters of a chat that can't be set: the model, the messages, and streaming."""
    return [
        name for name, value in spec.parameters.items() if name in ("model", "messages") or (name == "stream" and value)
    ]


def tool_call(call: Mapping[str, object]) -> ToolCall:
    """Return a call of a tool; arguments come as JSON in a text here, and as JSON from Ollama."""
    function = mapping(call.get("function"))
    return ToolCall(
        name=text(function.get("name")) or "", arguments=_arguments(function), id=text(call.get("id")) or ""
    )


def _arguments(function: Mapping[str, object]) -> object:
    arguments = function.get("arguments")
    try:
        return json.loads(arguments) if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError):
        return arguments


def _said(message: Mapping[str, object]) -> str | None:
    content = message.get("content")
    if isinstance(content, list):  # some servers give a message as parts: [{"type": "text", "text": "..."}]
        return "".join(text(part.get("text")) or "" for part in items(content))
    return text(content) if content is not None else text(message.get("refusal"))
