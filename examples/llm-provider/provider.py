"""
A provider of language models, on this machine: it speaks OpenAI's API to whoever shows its key.

Standard library only, and no model: what it answers is always the same.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "demo-key-of-nobody"
LIST = {"data": [{"id": "demo-chat-mini"}, {"id": "demo-embed"}]}
CHAT = {
    "model": "demo-chat-mini",
    "choices": [{"message": {"role": "assistant", "content": "OK"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1},
}
VECTORS = {
    "model": "demo-embed",
    "data": [{"index": 0, "embedding": [0.6, 0.8]}, {"index": 1, "embedding": [0.8, -0.6]}],
    "usage": {"prompt_tokens": 12},
}
REFUSAL = {"error": {"code": "invalid_api_key", "message": "Incorrect API key provided"}}


class Provider:
    """The provider, on a free port between `start` and `stop`."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)

    def start(self) -> str:
        """Begin to answer; return the base URL."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the standard library's name
        self._answer(LIST)

    def do_POST(self) -> None:  # likewise
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(VECTORS if self.path.endswith("/embeddings") else CHAT)

    def log_message(self, *_: object) -> None:
        """Stay silent: the demo says what is worth saying."""

    def _answer(self, document: object) -> None:
        is_known = self.headers.get("Authorization") == f"Bearer {KEY}"
        body = json.dumps(document if is_known else REFUSAL).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
