"""Ollama's own API, which says more than its copy of OpenAI's: `/api/chat` and `/api/embed`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.http.exchange import Reply
from adapters.http.reading import storable
from adapters.language_models.dialect import NoMessage, plain_messages, under
from adapters.language_models.json_values import count, items, mapping, text, vector
from adapters.language_models.openai_compatible import tool_call, unsupported_in_chat
from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, FinishReason, Message
from domain.language_models.model import ModelSpec

_OF_THE_REQUEST = frozenset({"tools", "think", "keep_alive", "format", "options", "truncate", "dimensions"})
"""Parameters that have their place beside the model's options; all others (`temperature` ...) belong into them."""

_FINISHES = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


class OllamaDialect:
    """`POST {base_url}/api/chat` (docs/api.md of Ollama), without streaming."""

    def chat_url(self, spec: ModelSpec) -> str:
        """Return the URL below the server's address."""
        return under(spec.address, "api/chat")

    def embedding_url(self, spec: ModelSpec) -> str:
        """Return the URL below the server's address."""
        return under(spec.address, "api/embed")

    def headers(self, key: str) -> Mapping[str, str]:
        """Return a bearer token, as Ollama's cloud and proxies before a server want it."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def unsupported(self, spec: ModelSpec) -> list[str]:
        """Return what is set here, and streaming."""
        return unsupported_in_chat(spec)

    def chat(self, spec: ModelSpec, messages: Sequence[Message], json_schema: Document | None) -> dict[str, object]:
        """Return the request; the schema is the `format`."""
        body = {**_parameters(spec), "messages": plain_messages(messages)}
        return body if json_schema is None else {**body, "format": json_schema}

    def completion(self, data: Document, *, reply: Reply) -> Completion:
        """Read the message; what the model was thinking is left out."""
        message = mapping(data.get("message"))
        if not isinstance(message.get("content"), str):
            raise NoMessage(f"there is no message; the keys of the answer are: {', '.join(data) or 'none'}")
        calls = tuple(tool_call(call) for call in items(message.get("tool_calls")))
        finish = _FINISHES.get(text(data.get("done_reason")) or "stop", FinishReason.OTHER)
        return Completion(
            text=storable(text(message["content"]) or ""),
            finish_reason=FinishReason.TOOL_CALLS if calls else finish,
            model=text(data.get("model")) or "",
            latency_s=reply.latency_s,
            tool_calls=calls,
            prompt_tokens=count(data.get("prompt_eval_count")),
            completion_tokens=count(data.get("eval_count")),
            status=reply.status,
            data=data,
        )

    def embedding(self, spec: ModelSpec, texts: Sequence[str]) -> dict[str, object]:
        """Return the request, all texts at once."""
        return {**_parameters(spec), "input": list(texts)}

    def embeddings(self, data: Document, *, reply: Reply) -> Embeddings:
        """Read the vectors, which come in the order of the texts."""
        rows = data.get("embeddings")
        return Embeddings(
            vectors=tuple(vector(row) for row in rows) if isinstance(rows, list) else (),
            model=text(data.get("model")) or "",
            latency_s=reply.latency_s,
            prompt_tokens=count(data.get("prompt_eval_count")),
        )


def _parameters(spec: ModelSpec) -> dict[str, object]:
    request = {name: value for name, value in spec.parameters.items() if name in _OF_THE_REQUEST}
    options = {name: value for name, value in spec.parameters.items() if name not in _OF_THE_REQUEST}
    options.pop("stream", None)
    body = {**request, "model": spec.model, "stream": False}
    return {**body, "options": {**mapping(request.get("options")), **options}} if options else body
