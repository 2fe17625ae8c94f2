"""
Following a request: its id in every line and in its answer, its span, its share in the figures, and one line about it.

The id is the caller's `X-Request-Id` where that is one, else a new one. Jobs that the request starts keep it.
"""

from __future__ import annotations

import re
import time
import uuid

import structlog
from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from domain.origin import Origin
from domain.tracing import SpanKind, Spans
from entrypoints.api.problems import REQUEST_ID
from entrypoints.monitoring.counts import RequestCounts

log = structlog.get_logger(__name__)

NO_ROUTE = "(none)"
_AN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@frozen(eq=False)
class Following:
    """ASGI middleware around the whole application."""

    app: ASGIApp
    spans: Spans
    counts: RequestCounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Follow one request; what is no HTTP passes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Request.of(scope)
        with (
            bound_contextvars(request=request.id),
            self.spans.span(f"{request.method} request", kind=SpanKind.SERVER, trace=request.trace) as rename,
        ):
            scope.setdefault("state", {})["origin"] = Origin(request_id=request.id, trace=self.spans.trace())
            route = await self._answer(request, scope, receive, send)
            rename(f"{request.method} {route}")

    async def _answer(self, request: _Request, scope: Scope, receive: Receive, send: Send) -> str:
        begun = time.perf_counter()
        status, seconds = 500, 0.0

        async def told(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - begun
                MutableHeaders(scope=message)[REQUEST_ID] = request.id
            await send(message)

        try:
            await self.app(scope, receive, told)
        finally:
            seconds = seconds or time.perf_counter() - begun
            # a pattern, so that there are few of them; the router has left it here
            route = str(getattr(scope.get("route"), "path", NO_ROUTE))
            self.counts.add(method=request.method, route=route, status=status, seconds=seconds)
            log.info(
                "a request was answered",
                method=request.method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                **scope["state"].get("whose", {}),
            )
        return route


@frozen(kw_only=True)
class _Request:
    """What is known of a request before it is answered."""

    id: str
    method: str
    trace: str

    @classmethod
    def of(cls, scope: Scope) -> _Request:
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        return cls(
            id=given if _AN_ID.fullmatch(given) else uuid.uuid4().hex,
            method=scope["method"] if scope["method"] in _METHODS else "OTHER",
            trace=headers.get("traceparent", ""),
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
