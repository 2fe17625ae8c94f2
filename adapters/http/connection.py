"""
HTTP/1.1 connections that keep to a deadline, whole: name, connect, TLS, sending, headers, body.

A socket's own timeout begins anew with every piece that arrives, so a server that drips one byte a second holds a call
for ever. Here every single read and write gets only what is left until the deadline. Two things can't be bounded from
Python: the operating system's look-up of a name, and so much of a write as it takes in one go.

The standard library's client is used, not urllib3's pool or an SDK: this needs its hooks only (`connect`, `send`,
`response_class`), costs less processor time a call, takes no proxy from the environment, and logs nothing, where
urllib3 logs paths, in which a secret may stand.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from typing import TYPE_CHECKING

from adapters.http.deadline import Deadline

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NO_DEADLINE = Deadline.after(0)


class TimedConnection(http.client.HTTPConnection):
    """A connection whose *deadline* bounds everything that is done on it until the next one is set."""

    deadline = _NO_DEADLINE
    _reader: _TimedReader | None = None

    def connect(self) -> None:
        """Connect to the first of the host's addresses that answers; each gets its share of the time left."""
        self.sock = self._first_that_answers()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: object) -> None:
        """Send all of *data* before the deadline."""
        if self.sock is None:
            self.connect()
        self.sock.settimeout(self.deadline.remaining_s())
        super().send(data)  # type: ignore[arg-type]  # whatever http.client hands over

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
        self.sock.settimeout(0)
        try:
            self.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def _has_broken_off(self) -> bool:
        return self._reader is not None and self._reader.is_at_end

    def _first_that_answers(self) -> socket.socket:
        addresses = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
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

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext) -> None:
        super().__init__(host, port)
        self._context = context

    def connect(self) -> None:
        """Connect, and shake hands under the same deadline."""
        super().connect()
        self.sock.settimeout(self.deadline.remaining_s())
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, *, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._deadline = deadline
        self.is_at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._sock.settimeout(self._deadline.remaining_s())
        size = self._raw.readinto(buffer)
        self.is_at_end = size == 0
        return size

    def close(self) -> None:
        # The raw reader holds the socket open after http.client has let go of it (`Connection: close`).
        self._raw.close()
        super().close()
