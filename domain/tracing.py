"""
Spans: the stretches of work that a trace is drawn from. A port: neither rules nor pipeline know a library.

Attributes are names and ids. Prompts, answers and secrets are never given to a span: traces go to other systems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Protocol

from attrs import frozen

NO_ATTRIBUTES: Mapping[str, str | int] = {}

Rename = Callable[[str], None]
"""Gives a span a better name, once it is known what it is of."""


class SpanKind(StrEnum):
    """How a stretch of work stands to others: it answers a request, takes a message, asks somebody, or is our own."""

    SERVER = "server"
    CONSUMER = "consumer"
    CLIENT = "client"
    INTERNAL = "internal"


class Spans(Protocol):
    """Records spans."""

    def span(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        trace: str = "",
        attributes: Mapping[str, str | int] = NO_ATTRIBUTES,
    ) -> AbstractContextManager[Rename]:
        """
        Record what runs inside the block, as part of the span that this thread is in, or of the one that *trace* names;
        yields what renames it.

        *trace* is a W3C `traceparent`; empty or not readable: none. An exception that leaves the block marks the span
        as failed by its type; its text is not kept, since it may quote an answer.
        """

    def trace(self) -> str:
        """Return the `traceparent` of the span that this thread is in; empty when there is none."""


@frozen
class NoSpans:
    """`Spans` where nobody traces."""

    def span(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        trace: str = "",
        attributes: Mapping[str, str | int] = NO_ATTRIBUTES,
    ) -> AbstractContextManager[Rename]:
        """Record nothing."""
        _ = name, kind, trace, attributes
        return nullcontext(_keep_name)

    def trace(self) -> str:
        """There is none."""
        return ""


def _keep_name(_name: str) -> None:
    pass


NO_SPANS = NoSpans()
