"""
What every answer carries (security headers, how the key stands) and every body must keep to: bytes and seconds.

A body that is too large is refused before it is read: by the length that it says it has, else by what has come of it.
"""

from __future__ import annotations

import asyncio

from attrs import define, field, frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.api.problems import problem
from entrypoints.api.rates import Standing

BODY_S = 60.0
"""How long a body may take to come; a client that sends a byte now and then holds a place that others wait for."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Where a route says otherwise, it knows why."""


@frozen(eq=False, kw_only=True)
class Guarding:
    """ASGI middleware around the application; a body may have *most_bytes*, and take *body_s* seconds to come."""

    app: ASGIApp = field(kw_only=False)
    most_bytes: int
    body_s: float = BODY_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request; what is no HTTP passes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers, standing = MutableHeaders(scope=message), state.get("standing")
                said = standing.headers() if isinstance(standing, Standing) else {}
                for name, value in (_HEADERS | said).items():
                    headers.setdefault(name, value)
            await send(message)

        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self.most_bytes:
            await problem(413, self._too_large, headers={"Connection": "close"})(scope, receive, told)
        else:
            await self.app(scope, self._guarded(receive), told)

    def _guarded(self, receive: Receive) -> Receive:
        """Return *receive* within its bounds; FastAPI lets these exceptions pass, and no others."""
        body = _Body()

        async def received() -> Message:
            if body.is_complete:  # what comes now is only whether the client is still there
                return await receive()
            now = asyncio.get_running_loop().time()
            body.ends_at = body.ends_at or now + self.body_s
            try:
                message = await asyncio.wait_for(receive(), body.ends_at - now)
            except TimeoutError:
                raise HTTPException(408, f"the body did not come within {self.body_s:g} s; send it again") from None
            body.is_complete = not message.get("more_body", False)
            body.size += len(message.get("body", b""))
            if body.size > self.most_bytes:
                raise HTTPException(413, self._too_large)
            return message

        return received

    @property
    def _too_large(self) -> str:
        return (
            f"the body has more than {self.most_bytes} bytes, which is what ANTIPHON_API_BODY_BYTES allows; send less"
        )


@define
class _Body:
    size: int = 0
    ends_at: float = 0.0
    is_complete: bool = False
