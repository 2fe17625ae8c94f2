"""What differs between the providers' streams: how one is asked for, and what each event of it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import frozen

from adapters.language_models.google import finish_of
from adapters.language_models.json_values import count, items, mapping, text, total
from adapters.language_models.stream_lines import EventLines, JsonLines, StreamLines
from domain.jobs.item import Document
from domain.language_models.conversation import FinishReason

LAST_WORD = b"[DONE]"
"""How OpenAI ends its streams, in place of JSON."""


@frozen(kw_only=True)
class StreamEvent:
    """
    What one event says; all of it may be nothing.

    *has_words*: a part of the answer is in it. *is_end*: the provider says that the answer is over, *is_last* that
    nothing comes after this event. *is_filtered*: a content filter ended it. *is_whole*: it is an answer that was not
    asked for in pieces, where that can be told.
    """

    has_words: bool = False
    is_end: bool = False
    is_last: bool = False
    is_filtered: bool = False
    is_whole: bool = False
    model: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class StreamDialect(Protocol):
    """One provider's way to stream a chat; no state, and no network."""

    def url(self, chat_url: str) -> str:
        """Return where streams are asked for, from where chats are."""

    def request(self, chat: Document) -> dict[str, object]:
        """Return the request for a stream, from that for a whole answer."""

    def lines(self) -> StreamLines:
        """Return what takes a new stream apart."""

    def event(self, data: Document) -> StreamEvent:
        """Read one event; what is not known in it is left out."""


class _SamePlace:
    """Where chats are asked for, with `stream` in the request."""

    def url(self, chat_url: str) -> str:
        """Return the same."""
        return chat_url

    def request(self, chat: Document) -> dict[str, object]:
        """Return it with `stream`."""
        return {**chat, "stream": True}


class OpenAiStream(_SamePlace):
    """
    Chunks with a `delta`, then `[DONE]` (platform.openai.com, chat completion chunks); Azure's are the same.

    Tokens are told only by those that tell them unasked: `stream_options` is refused by some compatible servers.
    """

    def lines(self) -> StreamLines:
        """Server-sent events."""
        return EventLines()

    def event(self, data: Document) -> StreamEvent:
        """Read the first choice; Azure's first chunk has none."""
        choice = next(iter(items(data.get("choices"))), {})
        finish, usage = text(choice.get("finish_reason")), mapping(data.get("usage"))
        return StreamEvent(
            has_words=_says(mapping(choice.get("delta")), *_OPENAI_WORDS),
            is_end=bool(finish),
            is_filtered=finish == "content_filter",
            model=text(data.get("model")) or "",
            prompt_tokens=count(usage.get("prompt_tokens")),
            completion_tokens=count(usage.get("completion_tokens")),
        )


class AnthropicStream(_SamePlace):
    """Events from `message_start` to `message_stop` (platform.claude.com, streaming messages)."""

    def lines(self) -> StreamLines:
        """Server-sent events."""
        return EventLines()

    def event(self, data: Document) -> StreamEvent:
        """Read an event by its `type`, which repeats the name."""
        message, delta = mapping(data.get("message")), mapping(data.get("delta"))
        usage = mapping(message.get("usage")) or mapping(data.get("usage"))
        is_last = data.get("type") == "message_stop"
        cached = (usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens"))
        return StreamEvent(
            has_words=data.get("type") == "content_block_delta" and _says(delta, *_ANTHROPIC_WORDS),
            is_end=is_last,
            is_last=is_last,
            is_filtered=delta.get("stop_reason") == "refusal",
            model=text(message.get("model")) or "",
            prompt_tokens=total(usage.get("input_tokens"), *cached) if "input_tokens" in usage else None,
            completion_tokens=count(usage.get("output_tokens")),
        )


class GoogleStream:
    """`streamGenerateContent?alt=sse`: a whole response an event, with the newest words (ai.google.dev)."""

    def url(self, chat_url: str) -> str:
        """Return the URL of the other method; without `alt=sse` it would stream the pieces of a JSON list."""
        base, mark, query = chat_url.partition("?")
        method = f"{base.removesuffix(':generateContent')}:streamGenerateContent"
        return f"{method}?{query}{'&' if mark and query else ''}alt=sse"

    def request(self, chat: Document) -> dict[str, object]:
        """Return the same."""
        return dict(chat)

    def lines(self) -> StreamLines:
        """Server-sent events."""
        return EventLines()

    def event(self, data: Document) -> StreamEvent:
        """Read the first candidate; the last event has a reason why it is the last."""
        candidate = next(iter(items(data.get("candidates"))), {})
        is_blocked = "blockReason" in mapping(data.get("promptFeedback"))
        finish = finish_of(None if is_blocked else candidate, has_calls=False)
        usage = mapping(data.get("usageMetadata"))
        return StreamEvent(
            has_words=any(_says(part, "text", "functionCall") for part in _parts(candidate)),
            is_end=is_blocked or bool(candidate.get("finishReason")),
            is_filtered=finish is FinishReason.CONTENT_FILTER,
            model=text(data.get("modelVersion")) or "",
            prompt_tokens=count(usage.get("promptTokenCount")),
            completion_tokens=total(usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")),
        )


class OllamaStream(_SamePlace):
    """A JSON on each line, the last one with `done` (docs/api.md of Ollama)."""

    def lines(self) -> StreamLines:
        """Lines."""
        return JsonLines()

    def event(self, data: Document) -> StreamEvent:
        """Read a line: the last one has no words of its own, unless it is the whole answer."""
        has_words = _says(mapping(data.get("message")), "content", "thinking", "tool_calls")
        is_last = data.get("done") is True
        return StreamEvent(
            has_words=has_words,
            is_end=is_last,
            is_last=is_last,
            is_whole=is_last and has_words,
            model=text(data.get("model")) or "",
            prompt_tokens=count(data.get("prompt_eval_count")),
            completion_tokens=count(data.get("eval_count")),
        )


_OPENAI_WORDS = ("content", "refusal", "tool_calls", "reasoning_content", "reasoning")
_ANTHROPIC_WORDS = ("text", "thinking", "partial_json")


def _says(part: Mapping[str, object], *names: str) -> bool:
    return any(part.get(name) for name in names)


def _parts(candidate: Mapping[str, object]) -> list[Mapping[str, object]]:
    return items(mapping(candidate.get("content")).get("parts"))
