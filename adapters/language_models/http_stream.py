"""
A chat that is answered in pieces, over HTTP: what came is counted, timed and thrown away.

The exchange is the guarded one that whole answers come by: one deadline for all pieces together, so many bytes at the
most, nothing sent twice. Of the pieces nothing is kept, so nothing in them can be told.
"""

from __future__ import annotations

import http.client
import json

import attrs
from attrs import define, field

from adapters.http.call import HttpCall
from adapters.http.exchange import Reply
from adapters.http.failures import network_failure
from adapters.http.reading import NotJson, ReplyReader, json_text
from adapters.language_models.failures import refusal
from adapters.language_models.json_values import mapping
from adapters.language_models.stream_dialects import LAST_WORD, StreamDialect, StreamEvent
from adapters.language_models.stream_lines import StreamLines
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure
from domain.jobs.item import Document
from domain.language_models.streamed import Streamed

_DELIMITED = ("Content-Length", "Transfer-Encoding")
"""Headers by which HTTP itself tells an end from a connection that broke."""


def streamed(call: HttpCall, dialect: StreamDialect, chat: Document, *, deadline_s: float) -> Streamed:
    """Send the *chat*, asking for pieces, and return how they came; failures as the port says."""
    listener = _Listener(dialect)
    body = json_text(dialect.request(chat)).encode("ascii")
    reply = call.send(body, variables={}, deadline_s=deadline_s, hear=listener.hear)
    if not reply.is_success:
        raise refusal(reply, call=call)
    listener.end(reply.latency_s)
    if listener.error:
        raise refusal(attrs.evolve(reply, body=listener.error), call=call)
    reader = ReplyReader(call)
    if listener.is_whole or not listener.events or not reply.is_complete:
        raise _no_stream(reader, reader.text(reply), reply=reply, call=call)
    if listener.strange:
        raise reader.bad(f"a piece of the stream is not JSON; it starts with: {reader.excerpt(listener.strange)}")
    found = listener.found(reply.latency_s)
    if listener.is_filtered and not found.pieces:
        raise PermanentFailure(
            f"{call.shown}: the provider's content filter kept the whole answer back", kind=FailureKind.CONTENT_FILTERED
        )
    if not found.is_ended and not any(reply.headers.get(name) for name in _DELIMITED):
        raise network_failure(http.client.IncompleteRead(b""), call=call.shown, values=call.values)
    return attrs.evolve(found, model=call.values.without_credentials(found.model))


def _no_stream(reader: ReplyReader, said: str, *, reply: Reply, call: HttpCall) -> ItemFailure:
    try:
        data = reader.json(said, reply=reply)
    except NotJson as error:
        return reader.bad(f"asked for a stream, the server sent {error}; it starts with: {reader.excerpt(said)}")
    if mapping(data).get("error"):  # gateways say so with status 200
        return refusal(reply, call=call)
    return reader.bad("asked to answer in pieces (stream), the server gave one whole answer, at once")


@define
class _Listener:
    """Hears one stream, and sums its events up."""

    _dialect: StreamDialect
    events: int = field(default=0, init=False)
    error: bytes = field(default=b"", init=False)
    strange: str = field(default="", init=False)
    is_whole: bool = field(default=False, init=False)
    is_filtered: bool = field(default=False, init=False)
    _lines: StreamLines = field(init=False)
    _pieces: int = field(default=0, init=False)
    _first_s: float | None = field(default=None, init=False)
    _is_ended: bool = field(default=False, init=False)
    _told: StreamEvent = field(factory=StreamEvent, init=False)

    @_lines.default
    def _of_the_dialect(self) -> StreamLines:
        return self._dialect.lines()

    def hear(self, piece: bytes, seconds: float) -> bool:
        """Take in some bytes; more are wanted until the stream has ended, or can't be understood."""
        return all(self._wants_more_after(event, seconds) for event in self._lines.take(piece))

    def end(self, seconds: float) -> None:
        """Take in what came last."""
        if not self.error and not self.strange:
            for event in self._lines.rest():
                self._wants_more_after(event, seconds)

    def found(self, latency_s: float) -> Streamed:
        """Return how the answer came."""
        return Streamed(
            pieces=self._pieces,
            first_s=self._first_s,
            latency_s=latency_s,
            is_ended=self._is_ended,
            model=self._told.model,
            prompt_tokens=self._told.prompt_tokens,
            completion_tokens=self._told.completion_tokens,
        )

    def _wants_more_after(self, event: bytes, seconds: float) -> bool:
        if event.strip() == LAST_WORD:
            self.events += 1
            self._is_ended = True
            return False
        data = _parsed(event)
        if data is None:
            self.strange = self.strange or event.decode("utf-8", "replace")
            return not self.events  # of what is no stream at all, all is read, to say what it is
        self.events += 1
        if data.get("error"):
            self.error = event
            return False
        return self._counts(self._dialect.event(data), seconds)

    def _counts(self, event: StreamEvent, seconds: float) -> bool:
        self.is_whole = event.is_whole and not self._pieces
        self._pieces += event.has_words
        if event.has_words and self._first_s is None:
            self._first_s = seconds
        self._is_ended = self._is_ended or event.is_end
        self.is_filtered = self.is_filtered or event.is_filtered
        known = attrs.asdict(event, filter=lambda _, value: value not in (None, "", False))
        self._told = attrs.evolve(self._told, **known)
        return not event.is_last


def _parsed(event: bytes) -> Document | None:
    try:
        data = json.loads(event)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
