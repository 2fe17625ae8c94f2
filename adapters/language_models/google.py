"""Google's Gemini API: `generateContent` and `batchEmbedContents`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from adapters.http.exchange import Reply
from adapters.http.reading import storable
from adapters.language_models.dialect import NoMessage, under, without_system
from adapters.language_models.json_values import count, items, mapping, text, total, vector
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, FinishReason, Message, ToolCall
from domain.language_models.model import ModelSpec

_OF_THE_REQUEST = frozenset({"tools", "toolConfig", "safetySettings", "cachedContent", "generationConfig", "labels"})
"""Parameters that have their place beside the generation's configuration; all others belong into it."""

_FINISHES = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    **dict.fromkeys(
        ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"), FinishReason.CONTENT_FILTER
    ),
}


class GoogleDialect:
    """`POST {base_url}/models/{model}:generateContent` (ai.google.dev, API reference)."""

    def chat_url(self, spec: ModelSpec) -> str:
        """Return the model's URL."""
        return under(spec.address, f"{_resource(spec, quoted=True)}:generateContent")

    def embedding_url(self, spec: ModelSpec) -> str:
        """Return the model's URL for several texts."""
        return under(spec.address, f"{_resource(spec, quoted=True)}:batchEmbedContents")

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key, in Google's own header: not in the URL, where logs would keep it."""
        return {"x-goog-api-key": key} if key else {}

    def unsupported(self, spec: ModelSpec) -> list[str]:
        """Return what is set here."""
        return [name for name in spec.parameters if name in ("model", "contents", "systemInstruction", "stream")]

    def chat(self, spec: ModelSpec, messages: Sequence[Message], json_schema: Document | None) -> dict[str, object]:
        """Return the request; the assistant is called `model` here, and system messages have a field of their own."""
        system, others = without_system(messages)
        body = {name: value for name, value in spec.parameters.items() if name in _OF_THE_REQUEST}
        body["contents"] = [_content(message) for message in others]
        if system:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        if configuration := _configuration(spec, json_schema):
            body["generationConfig"] = configuration
        return body

    def completion(self, data: Document, *, reply: Reply) -> Completion:
        """
        Read the first candidate; a prompt that was blocked has none.

        Tokens of thinking are billed as output, and counted so.
        """
        candidate = next(iter(items(data.get("candidates"))), None)
        block = text(mapping(data.get("promptFeedback")).get("blockReason"))
        if candidate is None and block is None:
            raise NoMessage(f"there is no candidate; the keys of the answer are: {', '.join(data) or 'none'}")
        parts = items(mapping((candidate or {}).get("content")).get("parts"))
        calls = tuple(_tool_call(mapping(part["functionCall"])) for part in parts if "functionCall" in part)
        usage = mapping(data.get("usageMetadata"))
        return Completion(
            text=storable("".join(text(part.get("text")) or "" for part in parts if not part.get("thought"))),
            finish_reason=finish_of(candidate, has_calls=bool(calls)),
            model=text(data.get("modelVersion")) or "",
            latency_s=reply.latency_s,
            tool_calls=calls,
            request_id=text(data.get("responseId")),
            prompt_tokens=total(usage.get("promptTokenCount"), usage.get("toolUsePromptTokenCount")),
            completion_tokens=total(usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")),
            cached_tokens=count(usage.get("cachedContentTokenCount")),
            status=reply.status,
            data=data,
        )

    def embedding(self, spec: ModelSpec, texts: Sequence[str]) -> dict[str, object]:
        """Return the request, one entry a text."""
        more = {**spec.parameters, "model": _resource(spec, quoted=False)}
        return {"requests": [{**more, "content": {"parts": [{"text": each}]}} for each in texts]}

    def embeddings(self, data: Document, *, reply: Reply) -> Embeddings:
        """Read the vectors, which come in the order of the texts; tokens are not told."""
        vectors = tuple(vector(row.get("values")) for row in items(data.get("embeddings")))
        return Embeddings(vectors=vectors, model="", latency_s=reply.latency_s)


def _resource(spec: ModelSpec, *, quoted: bool) -> str:
    name = spec.model.removeprefix("models/")
    return f"models/{quote(name, safe='') if quoted else name}"


def _content(message: Message) -> dict[str, object]:
    parts = [{"text": message.content}] if isinstance(message.content, str) else list(message.content or ())
    return {**message.more, "role": "model" if message.role == "assistant" else message.role, "parts": parts}


def _configuration(spec: ModelSpec, json_schema: Document | None) -> dict[str, object]:
    rest = {name: value for name, value in spec.parameters.items() if name not in _OF_THE_REQUEST}
    schema = {"responseMimeType": "application/json", "responseJsonSchema": json_schema} if json_schema else {}
    return {**mapping(spec.parameters.get("generationConfig")), **rest, **schema}


def finish_of(candidate: Mapping[str, object] | None, *, has_calls: bool) -> FinishReason:
    """Return why the candidate ends; where there is none, the prompt was blocked."""
    if candidate is None:
        return FinishReason.CONTENT_FILTER
    if has_calls:
        return FinishReason.TOOL_CALLS
    return _FINISHES.get(text(candidate.get("finishReason")) or "", FinishReason.OTHER)


def _tool_call(call: Mapping[str, object]) -> ToolCall:
    return ToolCall(name=text(call.get("name")) or "", arguments=call.get("args"), id=text(call.get("id")) or "")
