"""
The providers' streams, played on loopback: how each begins one, gives words, ends it, and says an error in the middle.

Shapes are those of the providers' references (see providers.py); comments that keep a connection alive are
OpenRouter's, the chunk without choices is Azure's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from domain.jobs.errors import FailureKind
from domain.language_models.model import Provider
from tests.services.http_server import Received, Script, Wire
from tests.services.providers import PLAYS, Json, Play

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


@frozen(kw_only=True)
class StreamPlay:
    """How one provider streams; *prompt_tokens* are None where it does not tell them unasked."""

    play: Play
    path: str
    begin: bytes
    word: Callable[[str], bytes]
    end: bytes
    errors: Mapping[FailureKind, bytes]
    filtered: bytes = b""
    prompt_tokens: int | None = None

    def whole(self, *words: str) -> list[bytes]:
        """Return a stream of these words, event by event."""
        return [self.begin, *map(self.word, words), self.end]


def chunked(*events: bytes, is_ended: bool = True) -> bytes:
    """Return a 200 with a chunk for each event; not *is_ended*: without the last one, which says that it is."""
    chunks = b"".join(f"{len(event):x}\r\n".encode() + event + b"\r\n" for event in events if event)
    return f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + (b"0\r\n\r\n" if is_ended else b"")


def undelimited(*events: bytes) -> bytes:
    """Return a 200 whose body ends where the connection does."""
    return f"{HEAD}Connection: close\r\n\r\n".encode() + b"".join(events)


def beside(usual: Script, streams: Script) -> Script:
    """Return the script that does as *usual*, and as *streams* where a stream is asked for."""

    def script(request: Received, wire: Wire) -> None:
        (streams if is_for_a_stream(request) else usual)(request, wire)

    return script


def is_for_a_stream(request: Received) -> bool:
    """Whether an answer in pieces is asked for."""
    if request.method != "POST":
        return False
    return ":streamGenerateContent" in request.path or bool(json.loads(request.body).get("stream"))


def then_hanging_up(response: bytes) -> Script:
    """Return the script that sends it and closes the connection."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(response)
        wire.hang_up()

    return script


def then_silent(response: bytes) -> Script:
    """Return the script that sends it, and nothing more."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(response)
        wire.wait_for_hangup()

    return script


def _event(data: Json, *, name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + f"data: {json.dumps(data)}\n\n".encode()


def _openai_chunk(choices: Sequence[Json]) -> bytes:
    return _event({"id": "c-1", "object": "chat.completion.chunk", "model": "m-2026-01-01", "choices": list(choices)})


def _openai_delta(finish: str | None = None, **delta: str) -> bytes:
    return _openai_chunk([{"index": 0, "delta": delta, "finish_reason": finish}])


def _openai_error(code: str | int | None, kind: str) -> bytes:
    return _event({"error": {"message": "it says sk-1", "type": kind, "code": code}})


def _openai(play: Play) -> StreamPlay:
    return StreamPlay(
        play=play,
        path=play.chat_path,
        begin=b": PROCESSING\n\n" + _openai_chunk([]) + _openai_delta(role="assistant", content=""),
        word=lambda word: _openai_delta(content=word),
        end=_openai_delta("stop") + b"data: [DONE]\n\n",
        filtered=_openai_delta("content_filter") + b"data: [DONE]\n\n",
        errors={
            FailureKind.SERVER_ERROR: _openai_error(None, "server_error"),
            FailureKind.RATE_LIMITED: _openai_error("rate_limit_exceeded", "tokens"),
            FailureKind.QUOTA: _openai_error("insufficient_quota", "insufficient_quota"),
            FailureKind.BAD_ANSWER: _openai_error(None, "new_kind_of_error"),
        },
    )


def _of_type(kind: str, **more: object) -> bytes:
    return _event({"type": kind, **more}, name=kind)


def _anthropic_error(kind: str) -> bytes:
    return _of_type("error", error={"type": kind, "message": "it says sk-1"})


def _anthropic(play: Play) -> StreamPlay:
    def delta(reason: str) -> bytes:
        usage = {"output_tokens": 9}
        return _of_type("message_delta", delta={"stop_reason": reason}, usage=usage) + _of_type("message_stop")

    usage = {"input_tokens": 10, "cache_read_input_tokens": 2, "output_tokens": 1}
    return StreamPlay(
        play=play,
        path=play.chat_path,
        begin=_of_type("message_start", message={"model": "m-2026-01-01", "usage": usage})
        + _of_type("content_block_start", index=0, content_block={"type": "text", "text": ""})
        + _of_type("ping"),
        word=lambda word: _of_type("content_block_delta", index=0, delta={"type": "text_delta", "text": word}),
        end=_of_type("content_block_stop", index=0) + delta("end_turn"),
        filtered=delta("refusal"),
        errors={
            FailureKind.SERVER_ERROR: _anthropic_error("overloaded_error"),
            FailureKind.RATE_LIMITED: _anthropic_error("rate_limit_error"),
            FailureKind.AUTHENTICATION: _anthropic_error("authentication_error"),
        },
        prompt_tokens=12,
    )


def _google_event(finish: str | None = None, **part: str) -> bytes:
    candidate: Json = {"content": {"role": "model", "parts": [part] if part else []}}
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 9}
    finished = {"finishReason": finish} if finish else {}
    return _event({"candidates": [{**candidate, **finished}], "usageMetadata": usage, "modelVersion": "m-2026-01-01"})


def _google_error(code: int, status: str) -> bytes:
    return _event({"error": {"code": code, "message": "it says sk-1", "status": status}})


def _google(play: Play) -> StreamPlay:
    return StreamPlay(
        play=play,
        path="/v1beta/models/m:streamGenerateContent?alt=sse",
        begin=b"",
        word=lambda word: _google_event(text=word),
        end=_google_event("STOP"),
        filtered=_event({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
        errors={
            FailureKind.SERVER_ERROR: _google_error(503, "UNAVAILABLE"),
            FailureKind.RATE_LIMITED: _google_error(429, "RESOURCE_EXHAUSTED"),
            FailureKind.PERMISSION: _google_error(403, "PERMISSION_DENIED"),
        },
        prompt_tokens=12,
    )


def _line(**data: object) -> bytes:
    return json.dumps({"model": "m-2026-01-01", **data}).encode() + b"\n"


def _ollama(play: Play) -> StreamPlay:
    nothing = {"role": "assistant", "content": ""}
    return StreamPlay(
        play=play,
        path=play.chat_path,
        begin=b"",
        word=lambda word: _line(message={"role": "assistant", "content": word}, done=False),
        end=_line(message=nothing, done=True, done_reason="stop", prompt_eval_count=12, eval_count=9),
        errors={
            FailureKind.BAD_ANSWER: _line(error="it says sk-1: llama runner process has terminated"),
        },
        prompt_tokens=12,
    )


_MAKERS = {Provider.ANTHROPIC: _anthropic, Provider.GOOGLE: _google, Provider.OLLAMA: _ollama}
STREAMS = tuple(_MAKERS.get(play.provider, _openai)(play) for play in PLAYS)
