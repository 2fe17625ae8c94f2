"""
The providers' APIs, played on loopback: how each says an answer, vectors, or an error, in its own words.

Shapes are those of the providers' references (platform.openai.com, learn.microsoft.com, platform.claude.com,
ai.google.dev, Ollama's docs/api.md), as of November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from domain.language_models.model import ModelSpec, Provider
from tests.services import provider_errors
from tests.services.http_server import reply

Json = dict[str, Any]


@frozen(kw_only=True)
class Play:
    """How one provider speaks."""

    provider: Provider
    answer: Callable[[str], Json]
    tool_call: Json
    cut_off: Json
    filtered: Json
    nothing: Json
    errors: Mapping[str, bytes]
    vectors: Json | None
    chat_path: str
    key_header: str
    key: str
    model: str = "m"
    path: str = ""
    query: str = ""
    request_id: str = ""
    headers: str = field(default="")

    @property
    def name(self) -> str:
        """The provider, and the form of its address where it has two."""
        return f"{self.provider.value}{self.query.partition('=')[0]}"

    def spec(self, url: str, **more: Any) -> ModelSpec:
        """Return the specification of a model at *url*."""
        base_url = f"{url}{self.path}{self.query}"
        return ModelSpec(provider=self.provider, model=self.model, base_url=base_url, api_key="${KEY}", **more)

    def reply(self, body: Json) -> bytes:
        """Return a 200 with *body*."""
        return reply(json.dumps(body), headers=self.headers)


def _openai_answer(text: str) -> Json:
    return {
        "id": "chatcmpl-1",
        "model": "m-2026-01-01",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 12,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 1},
        },
    }


def _openai_message(finish: str, **message: object) -> Json:
    return {"model": "m", "choices": [{"message": {"role": "assistant", **message}, "finish_reason": finish}]}


_OPENAI_VECTORS = {
    "model": "m-2026-01-01",
    "data": [{"index": 1, "embedding": [0.0, 2.0]}, {"index": 0, "embedding": [1.0, 0.5]}],
    "usage": {"prompt_tokens": 5, "total_tokens": 5},
}


def _openai(provider: Provider, *, chat_path: str, **more: Any) -> Play:
    arguments = {"name": "lookup", "arguments": '{"city": "Oslo"}'}
    call = {"id": "call_1", "type": "function", "function": arguments}
    defaults: Json = {"key_header": "authorization", "key": "Bearer sk-1", "errors": provider_errors.OPENAI, **more}
    return Play(
        provider=provider,
        answer=_openai_answer,
        tool_call=_openai_message("tool_calls", content=None, tool_calls=[call]),
        cut_off=_openai_message("length", content=""),
        filtered=_openai_message("content_filter", content=None),
        nothing={"id": "x", "choices": []},
        vectors=_OPENAI_VECTORS,
        chat_path=chat_path,
        headers="x-request-id: req-7\r\n",
        request_id="req-7",
        **defaults,
    )


def _anthropic_answer(text: str) -> Json:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m-2026-01-01",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 6,
            "cache_read_input_tokens": 4,
            "cache_creation_input_tokens": 2,
            "output_tokens": 3,
        },
    }


def _google_answer(text: str) -> Json:
    parts = [{"text": "hm", "thought": True}, {"text": text}]
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": 12,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 1,
            "cachedContentTokenCount": 4,
        },
        "modelVersion": "m-2026-01-01",
        "responseId": "resp-1",
    }


def _ollama_answer(text: str) -> Json:
    return {
        "model": "m-2026-01-01",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": text, "thinking": "hm"},
        "done_reason": "stop",
        "done": True,
        "prompt_eval_count": 12,
        "eval_count": 3,
    }


_OLLAMA_CALL = {"function": {"name": "lookup", "arguments": {"city": "Oslo"}}}

PLAYS = (
    _openai(Provider.OPENAI, chat_path="/v1/chat/completions", path="/v1"),
    _openai(Provider.OPENAI_COMPATIBLE, chat_path="/api/v1/chat/completions", path="/api/v1/"),
    _openai(
        Provider.AZURE,
        chat_path="/openai/v1/chat/completions",
        errors=provider_errors.AZURE,
        key_header="api-key",
        key="sk-1",
    ),
    _openai(
        Provider.AZURE,
        chat_path="/openai/deployments/m/chat/completions?api-version=2024-10-21",
        errors=provider_errors.AZURE,
        key_header="api-key",
        key="sk-1",
        query="?api-version=2024-10-21",
    ),
    Play(
        provider=Provider.ANTHROPIC,
        path="/v1",
        chat_path="/v1/messages",
        key_header="x-api-key",
        key="sk-1",
        headers="request-id: req-7\r\n",
        request_id="req-7",
        answer=_anthropic_answer,
        tool_call={
            "content": [{"type": "tool_use", "id": "call_1", "name": "lookup", "input": {"city": "Oslo"}}],
            "stop_reason": "tool_use",
        },
        cut_off={"content": [], "stop_reason": "max_tokens"},
        filtered={"content": [], "stop_reason": "refusal"},
        nothing={"type": "message"},
        errors=provider_errors.ANTHROPIC,
        vectors=None,
    ),
    Play(
        provider=Provider.GOOGLE,
        path="/v1beta",
        chat_path="/v1beta/models/m:generateContent",
        key_header="x-goog-api-key",
        key="sk-1",
        request_id="resp-1",
        answer=_google_answer,
        tool_call={
            "candidates": [
                {
                    "content": {
                        "parts": [{"functionCall": {"name": "lookup", "args": {"city": "Oslo"}, "id": "call_1"}}]
                    },
                    "finishReason": "STOP",
                }
            ]
        },
        cut_off={"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]},
        filtered={"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
        nothing={"usageMetadata": {}},
        errors=provider_errors.GOOGLE,
        vectors={"embeddings": [{"values": [1.0, 0.5]}, {"values": [0, 2]}]},
    ),
    Play(
        provider=Provider.OLLAMA,
        chat_path="/api/chat",
        key_header="authorization",
        key="Bearer sk-1",
        answer=_ollama_answer,
        tool_call={"message": {"role": "assistant", "content": "", "tool_calls": [{**_OLLAMA_CALL, "id": "call_1"}]}},
        cut_off={"message": {"role": "assistant", "content": ""}, "done_reason": "length", "eval_count": 9},
        filtered={},
        nothing={"done": True},
        errors=provider_errors.OLLAMA,
        vectors={"model": "m-2026-01-01", "embeddings": [[1.0, 0.5], [0.0, 2.0]], "prompt_eval_count": 5},
    ),
)
