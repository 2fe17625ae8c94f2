"""A gate before a server: open, it passes bytes on; closed, the server is away, as far as its clients can tell."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define, field


@define(eq=False)
class Gate:
    """
    Listens on *port* while it is open; closing it also cuts the connections that pass through it.

    While *answers* is not set, what the server says waits in the gate.
    """

    host: str
    target_port: int
    port: int
    answers: threading.Event = field(factory=threading.Event, init=False)
    _listener: socket.socket | None = field(default=None, init=False)
    _passing: list[socket.socket] = field(factory=list, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def open(self) -> None:
        """Let clients in."""
        self.answers.set()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, args=(self._listener,), name="gate", daemon=True).start()

    def close(self) -> None:
        """Refuse new clients, and cut off those that are in; closing a closed gate does nothing."""
        with self._lock:
            listener, self._listener = self._listener, None
            cut, self._passing = self._passing, []
        for each in ([listener] if listener else []) + cut:
            _end(each)

    @contextmanager
    def opened(self) -> Iterator[Gate]:
        """Be open for the length of the block, unless it is closed inside."""
        self.open()
        try:
            yield self
        finally:
            self.close()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((self.host, self.target_port))
                with self._lock:
                    self._passing += [client, server]
                if self._listener is not listener:  # it was closed meanwhile
                    _end(client)
                    _end(server)
                at_once = threading.Event()
                at_once.set()
                for way in ((client, server, at_once), (server, client, self.answers)):
                    threading.Thread(target=_pass_on, args=way, name="gate", daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, may_pass: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            may_pass.wait()
            sink.sendall(data)
    _end(source)
    _end(sink)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
