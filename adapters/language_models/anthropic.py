"""Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.http.exchange import Reply
from adapters.http.reading import storable
from adapters.language_models.dialect import NoMessage, plain_messages, under, without_system
from adapters.language_models.json_values import count, items, mapping, text, total
from adapters.language_models.openai_compatible import unsupported_in_chat
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, FinishReason, Message, ToolCall
from domain.language_models.model import ModelSpec

VERSION = "2023-06-01"
DEFAULT_MAX_TOKENS = 4_096
"""The API wants `max_tokens` said; every model it serves can answer with as many."""

_FINISHES = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
}


class AnthropicDialect:
    """`POST {base_url}/messages` (platform.claude.com, API reference); there are no embeddings."""

    def chat_url(self, spec: ModelSpec) -> str:
        """Return the URL below the base URL."""
        return under(spec.address, "messages")

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key and the version of the API that is spoken here."""
        return {"anthropic-version": VERSION, **({"x-api-key": key} if key else {})}

    def unsupported(self, spec: ModelSpec) -> list[str]:
        """Return what is set here, and streaming."""
        return unsupported_in_chat(spec)

    def chat(self, spec: ModelSpec, messages: Sequence[Message], json_schema: Document | None) -> dict[str, object]:
        """Return the request; system messages have a field of their own, a schema goes into `output_config`."""
        system, others = without_system(messages)
        body = {"max_tokens": DEFAULT_MAX_TOKENS, **spec.parameters, "model": spec.model}
        body["messages"] = plain_messages(others)
        if system:
            body["system"] = system
        if json_schema is not None:
            wanted = {"format": {"type": "json_schema", "schema": json_schema}}
            body["output_config"] = {**mapping(spec.parameters.get("output_config")), **wanted}
        return body

    def completion(self, data: Document, *, reply: Reply) -> Completion:
        """
        Read the blocks of text, and the calls of tools.

        `input_tokens` leaves out what was read from the cache or written to it: here it is part of the prompt.
        """
        if not isinstance(data.get("content"), list):
            raise NoMessage(f"'content' is no list; the keys of the answer are: {', '.join(data) or 'none'}")
        blocks = items(data["content"])
        usage = mapping(data.get("usage"))
        read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
        return Completion(
            text=storable("".join(text(block.get("text")) or "" for block in blocks if block.get("type") == "text")),
            finish_reason=_FINISHES.get(text(data.get("stop_reason")) or "", FinishReason.OTHER),
            model=text(data.get("model")) or "",
            latency_s=reply.latency_s,
            tool_calls=tuple(_tool_call(block) for block in blocks if block.get("type") == "tool_use"),
            request_id=reply.headers.get("request-id") or text(data.get("id")),
            prompt_tokens=total(usage.get("input_tokens"), read, written),
            completion_tokens=count(usage.get("output_tokens")),
            cached_tokens=count(read),
            cache_write_tokens=count(written),
            status=reply.status,
            data=data,
        )


def _tool_call(block: Mapping[str, object]) -> ToolCall:
    return ToolCall(name=text(block.get("name")) or "", arguments=block.get("input"), id=text(block.get("id")) or "")
