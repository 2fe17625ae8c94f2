"""
HEAD: what GET would answer, without its body (RFC 9110, 9.3.2), for every path that has GET.

The answer is made as that of GET is, so that its headers can't be others. Of a stream, which has no end that could be
waited for, nobody listens to more than its beginning.
"""

from __future__ import annotations

import asyncio

from attrs import Factory, define, frozen
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LISTENS = "2.3"
"""The version of ASGI by which a stream ends when `http.disconnect` comes; by later ones when it can't be sent."""


@frozen(eq=False)
class Heading:
    """ASGI middleware around the application; other methods pass as they are."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        # a copy: whoever serves finds in its own that no body follows
        asked = {**scope, "method": "GET", "asgi": {**scope["asgi"], "spec_version": _LISTENS}}
        answer = _Answer(receive, send)
        try:
            await self.app(asked, answer.received, answer.sent)
        finally:
            if "route" in asked:
                scope["route"] = asked["route"]  # what is counted and logged


@define(eq=False)
class _Answer:
    """One answer on its way out: its head is sent, and with that the client is gone."""

    receive: Receive
    send: Send
    has_asked: bool = False
    is_told: asyncio.Event = Factory(asyncio.Event)

    async def received(self) -> Message:
        if not self.has_asked:
            self.has_asked = True
            return await self.receive()
        await self.is_told.wait()
        return {"type": "http.disconnect"}

    async def sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self.send(message)
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
            self.is_told.set()
