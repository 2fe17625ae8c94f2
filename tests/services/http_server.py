"""
An HTTP server on loopback that does what a test's script says, byte by byte: also what no real server framework would.

A script gets each request and a `Wire` to answer on. When it returns, the next request of the same connection is read.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from attrs import field, frozen

_PACE_S = 0.02


@frozen(kw_only=True)
class Received:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@frozen(kw_only=True)
class Wire:
    """The server's end of a connection."""

    _socket: socket.socket
    _reader: IO[bytes]
    _stopping: threading.Event
    is_over: threading.Event = field(factory=threading.Event)

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self._socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send byte by byte, some fifty a second, until all is sent or the client or the test has had enough."""
        for at in range(len(data)):
            if self._stopping.wait(_PACE_S):
                return
            self._socket.sendall(data[at : at + 1])

    def wait_for_hangup(self) -> None:
        """Say nothing until the client closes the connection, or the test ends."""
        self._reader.read()

    def hang_up(self) -> None:
        """Close the connection after what was sent so far."""
        self.is_over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


Script = Callable[[Received, Wire], None]


def reply(
    body: bytes | str = b"", *, status: str = "200 OK", kind: str = "application/json", headers: str = ""
) -> bytes:
    """Return a whole HTTP response; *headers* are further lines, each with its line end."""
    content = body.encode() if isinstance(body, str) else body
    lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return lines.encode("latin-1") + content


def always(response: bytes) -> Script:
    """Return the script that sends the same bytes to every request."""
    return lambda _request, wire: wire.send(response)


class ScriptedServer:
    """The server, running between `with` and the end of its block; *received* are the requests so far."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.received: list[Received] = []
        self.connections = 0
        self._stopping = threading.Event()
        self._open: list[socket.socket] = []
        self._tls = tls
        self._server = _Listener(("127.0.0.1", 0), self._serve)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self.drop_connections()
        self._server.server_close()  # waits for the threads of the connections

    def drop_connections(self) -> None:
        """Close every open connection, as a server does with idle ones."""
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def _serve(self, connection: socket.socket) -> None:
        self.connections += 1
        with suppress(OSError), connection:
            self._open.append(connection)
            sock = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with sock, sock.makefile("rb") as reader:
                wire = Wire(socket=sock, reader=reader, stopping=self._stopping)
                while not wire.is_over.is_set() and (request := _read(reader)):
                    self.received.append(request)
                    self.script(request, wire)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], serve: Callable[[socket.socket], None]) -> None:
        super().__init__(address, socketserver.BaseRequestHandler)
        self._serve = serve

    def finish_request(self, request: object, client_address: object) -> None:  # noqa: ARG002  # socketserver's signature
        assert isinstance(request, socket.socket)
        self._serve(request)


def _read(reader: IO[bytes]) -> Received | None:
    start = reader.readline().decode("latin-1").split()
    if len(start) != 3:
        return None
    headers: dict[str, str] = {}
    while line := reader.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", "0")))
    return Received(method=start[0], path=start[1], headers=headers, body=body)
