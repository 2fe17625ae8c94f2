"""
A Memcached for tests, inside the test's process: as much of the text protocol as our adapter speaks.

No wheel holds the real one. It keeps to protocol.txt of memcached 1.6 in what it answers and when entries expire.
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase

from attrs import define, field

_MONTH_S = 30 * 24 * 3600


@define(eq=False)
class Memcached:
    """What the server holds, by key: the moment an entry expires (0: never), its flags, and its bytes."""

    entries: dict[bytes, tuple[float, bytes, bytes]] = field(factory=dict)
    lock: threading.Lock = field(factory=threading.Lock)
    port: int = 0

    @contextmanager
    def running(self) -> Iterator[Memcached]:
        """Serve for the length of the block."""
        with _Server(("127.0.0.1", 0), self) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def serve(self, reader: BufferedIOBase, writer: BufferedIOBase) -> None:
        """Answer the commands of one connection, until it closes."""
        while line := reader.readline():
            command, *words = line.split()
            match command:
                case b"get":
                    writer.write(self._get(words))
                case b"set" | b"add":
                    writer.write(self._store(command, words, reader.read(int(words[3]) + 2)[:-2]))
                case _:
                    writer.write(b"ERROR\r\n")

    def _get(self, keys: list[bytes]) -> bytes:
        found = b"".join(
            b"VALUE %b %b %d\r\n%b\r\n" % (key, flags, len(data), data)
            for key in keys
            for flags, data in [self._found(key)]
            if data is not None
        )
        return found + b"END\r\n"

    def _store(self, command: bytes, words: list[bytes], data: bytes) -> bytes:
        key, flags, expiry = words[0], words[1], int(words[2])
        if len(key) > 250:
            return b"CLIENT_ERROR bad command line format\r\n"
        with self.lock:
            if command == b"add" and self._is_live(key):
                return b"NOT_STORED\r\n"
            until = 0.0 if not expiry else float(expiry) if expiry > _MONTH_S else time.time() + expiry
            self.entries[key] = (until, flags, data)
        return b"STORED\r\n"

    def _found(self, key: bytes) -> tuple[bytes, bytes | None]:
        with self.lock:
            if not self._is_live(key):
                return b"", None
            _, flags, data = self.entries[key]
            return flags, data

    def _is_live(self, key: bytes) -> bool:
        until = self.entries.get(key, (-1.0, b"", b""))[0]
        return until == 0 or until > time.time()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], memcached: Memcached) -> None:
        self.memcached = memcached
        super().__init__(address, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Serve until the far side closes."""
        with suppress(ConnectionError):
            self.server.memcached.serve(self.rfile, self.wfile)
