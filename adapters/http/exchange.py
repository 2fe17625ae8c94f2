"""One request and its response over kept-alive connections, bounded in time and size."""

from __future__ import annotations

import http.client
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from time import perf_counter

from attrs import field, frozen

from adapters.http.connection import TimedConnection, TimedTlsConnection
from adapters.http.deadline import Deadline
from adapters.http.guard import AddressGuard
from adapters.http.url import Url

# Enough for every error page that says something; only its start is shown.
_ERROR_BODY_BYTES = 65_536
_PIECE_BYTES = 65_536

Hear = Callable[[bytes, float], bool]
"""
Hears the body of a 2xx as it comes: some bytes of it, and how many seconds after the request began to be sent.

It returns whether it wants more.
"""


@frozen(kw_only=True)
class Request:
    """What is sent."""

    method: str
    path: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


@frozen(kw_only=True)
class Reply:
    """What came back; *is_complete* is false when a 2xx has a longer body than may be read."""

    status: int
    headers: http.client.HTTPMessage = field(repr=False)
    body: bytes = field(repr=False)
    is_complete: bool
    latency_s: float

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class HttpConnections:
    """
    The connections to one host; at most *size* are kept open while they are idle. Used by many threads at once.

    *guard* judges the host's addresses whenever one is made. Redirects are never followed.

    Raises:
        InvalidInput: the host is an address that may not be called.
    """

    def __init__(self, url: Url, *, size: int, guard: AddressGuard) -> None:
        guard.check(url.host)
        self._url = url
        self._guard = guard
        self._size = size
        # The last one given back is taken first: it is the least likely to have been closed by the other side.
        self._idle: deque[TimedConnection] = deque()
        self._is_closed = False

    def exchange(self, request: Request, *, deadline: Deadline, max_bytes: int, hear: Hear | None = None) -> Reply:
        """
        Send *request* and return what comes back, whatever its status; never sends twice.

        With *hear* the body is told as it comes, and read as far as it is wanted.

        Raises:
            OSError, http.client.HTTPException: what the connection raised; `TimeoutError` at the deadline.
        """
        connection = self._take()
        connection.deadline = deadline
        is_reusable = False
        try:
            if connection.sock is None:
                connection.connect()
            started = perf_counter()
            response = _send(connection, request)
            body, is_complete = _read(response, max_bytes=max_bytes, hear=hear, started=started)
            latency_s = perf_counter() - started
            is_reusable = response.isclosed() and connection.sock is not None
        finally:
            self._give_back(connection, is_reusable=is_reusable)
        return Reply(
            status=response.status,
            headers=response.headers,
            body=body,
            is_complete=is_complete,
            latency_s=latency_s,
        )

    def close(self) -> None:
        """Close what is idle; a connection in use is closed when its call ends."""
        self._is_closed = True
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()

    def _take(self) -> TimedConnection:
        while self._idle:
            # Another thread may have taken the last one since.
            with suppress(IndexError):
                connection = self._idle.pop()
                if not connection.has_ended():
                    return connection
                connection.close()
        return connection_to(self._url, guard=self._guard)

    def _give_back(self, connection: TimedConnection, *, is_reusable: bool) -> None:
        if is_reusable and not self._is_closed and len(self._idle) < self._size:
            self._idle.append(connection)
        else:
            connection.close()


def connection_to(url: Url, *, guard: AddressGuard) -> TimedConnection:
    """Return a connection to the host of *url*; nothing is looked up or sent yet."""
    if url.scheme == "https":
        return TimedTlsConnection(url.host, url.port, guard=guard, context=_tls_context())
    return TimedConnection(url.host, url.port, guard=guard)


def _send(connection: TimedConnection, request: Request) -> http.client.HTTPResponse:
    # A server may refuse a large body before it has read it: its answer says why, and the broken connection doesn't.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request(request.method, request.path, body=request.body, headers=request.headers)
    return connection.getresponse()


def _read(
    response: http.client.HTTPResponse, *, max_bytes: int, hear: Hear | None, started: float
) -> tuple[bytes, bool]:
    if not 200 <= response.status < 300:
        # The status says what happened; a body that doesn't come must not hide it.
        with suppress(OSError, http.client.HTTPException, ValueError):
            return response.read(_ERROR_BODY_BYTES), True
        return b"", True
    if (response.length or 0) > max_bytes:
        return b"", False
    if hear:
        return _in_pieces(response, max_bytes=max_bytes, hear=hear, started=started)
    body = response.read(max_bytes + 1)
    # http.client does not notice a body that ends before its Content-Length when it is read in pieces.
    if response.length and len(body) <= max_bytes:
        raise http.client.IncompleteRead(body, response.length)
    return body, len(body) <= max_bytes


def _in_pieces(response: http.client.HTTPResponse, *, max_bytes: int, hear: Hear, started: float) -> tuple[bytes, bool]:
    # Counted here: Python 3.11.7's read1 would wait for more than Content-Length says.
    length, body = response.length, bytearray()
    while length is None or len(body) < length:
        piece = response.read1(_PIECE_BYTES if length is None else min(_PIECE_BYTES, length - len(body)))
        body += piece
        if len(body) > max_bytes:
            return b"", False
        if not piece and length is not None:
            raise http.client.IncompleteRead(bytes(body), length - len(body))
        if not piece or not hear(piece, perf_counter() - started):
            break
    return bytes(body), True


def _tls_context() -> ssl.SSLContext:
    """Return the context that all connections share: reading the machine's authorities costs up to 50 ms of CPU."""
    return _trusting(ssl.get_default_verify_paths())


@lru_cache(maxsize=4)
def _trusting(_authorities: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
