"""
HTTP/1.1 connections that keep to a deadline, whole: name, connect, TLS, sending, headers, body.

A socket's own timeout begins anew with every piece that arrives, so a server that drips one byte a second holds a call
for ever. Here sockets never block: what can't go on is waited for, for as long as is left until the deadline. That is
also four system calls a kept-alive exchange, where a timeout set for each read and write makes twelve; with hundreds of
threads, each one is a change of threads. One thing can't be bounded from Python: the operating system's look-up of a
name.

The standard library's client is used, not urllib3's pool or an SDK: this needs its hooks only (`connect`, `send`,
`response_class`), costs less processor time a call, takes no proxy from the environment, and logs nothing, where
urllib3 logs paths, in which a secret may stand.
"""

from __future__ import annotations

import http.client
import io
import selectors
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from adapters.http.deadline import Deadline
from adapters.http.guard import AddressGuard, AddressInfo

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NO_DEADLINE = Deadline.after(0)
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# epoll would cost three calls of the system a wait, and select knows no file descriptors beyond 1023
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

B = TypeVar("B")


class TimedConnection(http.client.HTTPConnection):
    """A connection whose *deadline* bounds everything that is done on it until the next one is set."""

    deadline = _NO_DEADLINE
    _reader: _TimedReader | None = None
    _body = b""

    def __init__(self, host: str, port: int, *, guard: AddressGuard) -> None:
        super().__init__(host, port)
        self._guard = guard

    def connect(self) -> None:
        """Look the host up, and connect."""
        self.reach(self.look_up())

    def look_up(self) -> Sequence[AddressInfo]:
        """Return the host's judged addresses; no deadline bounds this (see above)."""
        return self._guard.addresses(self.host, self.port)

    def reach(self, addresses: Sequence[AddressInfo]) -> None:
        """Connect to the first of the *addresses* that answers; each gets its share of the time left."""
        self.sock = self._first_that_answers(addresses)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(0)

    def endheaders(self, message_body: object = None, *, encode_chunked: bool = False) -> None:
        """Send the request, head and body in one piece."""
        assert isinstance(message_body, bytes | None), "all bodies here are written out"
        self._body = message_body or b""
        super().endheaders(encode_chunked=encode_chunked)

    def send(self, data: object) -> None:
        """Send the head, which is *data*, and the body before the deadline."""
        assert isinstance(data, bytes)
        if self.sock is None:
            self.connect()
        left = memoryview(data + self._body)
        while left:
            left = left[_patiently(self.sock.send, left, event=_WRITE, sock=self.sock, deadline=self.deadline) :]

    def response_class(  # type: ignore[override]  # http.client calls it like a class; it only needs the object
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> http.client.HTTPResponse:
        """Return a response that is read under the deadline."""
        response = http.client.HTTPResponse(sock, debuglevel, method, url)
        self._reader = _TimedReader(response.fp.detach(), sock=sock, deadline=self.deadline)
        response.fp = io.BufferedReader(self._reader)
        return response

    def getresponse(self) -> http.client.HTTPResponse:
        """
        Read status and headers.

        Raises:
            http.client.IncompleteRead: they break off; http.client alone takes that for an empty answer.
        """
        try:
            response = super().getresponse()
        except http.client.HTTPException as error:
            if self._has_broken_off() and not isinstance(error, ConnectionError):
                raise http.client.IncompleteRead(b"") from error
            raise
        if self._has_broken_off():
            raise http.client.IncompleteRead(b"")
        return response

    def has_ended(self) -> bool:
        """Whether the other side has closed the idle connection, or sent what nobody asked for."""
        try:
            self.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def _has_broken_off(self) -> bool:
        return self._reader is not None and self._reader.is_at_end

    def _first_that_answers(self, addresses: Sequence[AddressInfo]) -> socket.socket:
        for left in range(len(addresses), 0, -1):
            family, kind, protocol, _name, address = addresses[-left]
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.deadline.remaining_s() / left)
                sock.connect(address)
            except OSError:
                sock.close()
                if left == 1:
                    raise
            else:
                return sock
        raise OSError(f"the name {self.host} has no address")


class TimedTlsConnection(TimedConnection):
    """The same over TLS; the certificate must fit the host."""

    default_port = 443

    def __init__(self, host: str, port: int, *, guard: AddressGuard, context: ssl.SSLContext) -> None:
        super().__init__(host, port, guard=guard)
        self._context = context

    def connect(self) -> None:
        """Connect, and shake hands under the same deadline."""
        super().connect()
        self.shake_hands()

    def shake_hands(self) -> None:
        """Begin TLS on the connection that is there."""
        self.sock.settimeout(self.deadline.remaining_s())
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
        self.sock.settimeout(0)


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, *, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._deadline = deadline
        self.is_at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not _is_pending(self._sock):  # an answer takes its time: asking first would be in vain
            _wait_for(_READ, sock=self._sock, deadline=self._deadline)
        size = _patiently(self._sock.recv_into, buffer, event=_READ, sock=self._sock, deadline=self._deadline)
        self.is_at_end = size == 0
        return size

    def close(self) -> None:
        # The raw reader holds the socket open after http.client has let go of it (`Connection: close`).
        self._raw.close()
        super().close()


def _patiently(step: Callable[[B], int], buffer: B, *, event: int, sock: socket.socket, deadline: Deadline) -> int:
    """Make the step as soon as the socket lets it, for which it is waited until the deadline."""
    while True:
        try:
            return step(buffer)
        except ssl.SSLWantReadError:  # TLS reads where it writes, and the other way round
            needed = _READ
        except ssl.SSLWantWriteError:
            needed = _WRITE
        except BlockingIOError:
            needed = event
        _wait_for(needed, sock=sock, deadline=deadline)


def _wait_for(event: int, *, sock: socket.socket, deadline: Deadline) -> None:
    with _Selector() as selector:
        selector.register(sock, event)
        if not selector.select(deadline.remaining_s()):
            raise TimeoutError("the deadline has passed")


def _is_pending(sock: socket.socket) -> bool:
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
