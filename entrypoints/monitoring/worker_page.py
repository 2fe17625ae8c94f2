"""A worker's own pages: /metrics, and /healthz, which says that it lives (`--metrics-port` of a worker)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry

from domain.jobs.errors import InvalidInput
from entrypoints.monitoring.page import CONTENT_TYPE, may_read, page

ASK_WITHIN_S = 10.0


@contextmanager
def served(registry: CollectorRegistry, *, host: str, port: int, token: str) -> Iterator[str]:
    """
    Serve both for the length of the block, on threads of their own; yields the address of the figures.

    Raises:
        InvalidInput: the address can't be listened on.
    """
    try:
        server = ThreadingHTTPServer((host, port), partial(_Page, registry, token))
    except OSError as exc:
        raise InvalidInput(
            f"--metrics-host {host} --metrics-port {port}: can't be listened on ({exc.strerror}); choose another"
        ) from exc
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="antiphon-metrics", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5.0)


class _Page(BaseHTTPRequestHandler):
    timeout = ASK_WITHIN_S  # who connects and says nothing keeps a thread no longer than this

    def __init__(self, registry: CollectorRegistry, token: str, *connection: object) -> None:
        self._registry, self._token = registry, token
        super().__init__(*connection)  # type: ignore[arg-type]  # what the server gives: socket, address, server

    def do_GET(self) -> None:
        """Answer a probe or a scrape."""
        asked = self.path.partition("?")[0]
        if asked == "/healthz":
            self._answer(200, b"alive\n", kind="text/plain")
        elif asked != "/metrics":
            self._answer(404, b"there are /metrics and /healthz here\n", kind="text/plain")
        elif not may_read(self.headers.get("Authorization"), token=self._token):
            self._answer(401, b"this needs ANTIPHON_METRICS_TOKEN as a bearer token\n", kind="text/plain")
        else:
            self._answer(200, page(self._registry), kind=CONTENT_TYPE)

    def _answer(self, status: int, body: bytes, *, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Tell nobody which version serves."""
        return "antiphon"

    def log_message(self, *_: object) -> None:
        """A scrape every few seconds is nothing to write about."""
