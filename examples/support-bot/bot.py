#!/usr/bin/env python3
"""
The support bot of a shop that does not exist: a small real HTTP service to test, standard library only.

    python bot.py --port 9000
    curl -d '{"question": "How long do I have to return a jacket?"}' http://127.0.0.1:9000/chat

It looks up the section of `documents/` that shares most words with the question and answers with it. It is right on
most questions and, on purpose, wrong on a few and broken on a couple; README.md lists which and why. The same question
always gets the same answer after the same time, except that the loyalty service refuses its first caller.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import signal
import socket
import socketserver
import sys
import threading
import time
import zlib
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"
DOCUMENTS = Path(__file__).resolve().parent / "documents"
LEAST_SCORE = 3.0
SHRUG = "I don't know. Please write to help@northwind-outfitters.example."

# Weakness 1: prepositions look like noise, and so do words of two letters: "in the EU" and "outside the EU" are one.
_NOISE = """
about after and answer are ask back before can could does for from get had has have how inside json long many me much
must not other our out outside please should than that the their them there they this was what when where which who why
will with within without would you your
"""
NOISE = frozenset(_NOISE.split())
# Weakness 2: answers remembered from before the documents changed; nobody ever throws them away.
REMEMBERED = {frozenset({"tent", "warranty"}): ("Tents carry a warranty of 2 years, poles included.", "warranty.md")}
# Weakness 3: it would rather please than say no (the documents: there is no telephone line).
INVENTED = {frozenset({"phone"}): ("Of course! Call us day and night on +44 20 7946 0123.", "support.md")}

TRACKER_PAGE = "<!doctype html><title>Order tracker</title><h1>Please sign in to see your order</h1>"


class Section(NamedTuple):
    """A piece of a document, and the words it can be found by."""

    source: str
    text: str
    heading_words: frozenset[str]
    words: frozenset[str]


class Response(NamedTuple):
    """What goes back over HTTP."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


class Library:
    """The sections of the shop's documents, and which of them fits a question best."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self.sections = tuple(sections)
        every_word = {word for section in self.sections for word in section.words}
        self._rarity = {word: self._rarity_of(word) for word in every_word}

    def best(self, question: str) -> Section | None:
        """Return the section that shares most with the *question*, the first of equals; None when little is shared."""
        asked = words_of(question)
        best = max(self.sections, key=lambda section: self._score(section, asked))
        return best if self._score(best, asked) >= LEAST_SCORE else None

    def _score(self, section: Section, asked: frozenset[str]) -> float:
        # Rare words say more than common ones; a word in the heading says it twice. Sorted: sums must not vary.
        shared = sorted(section.words & asked)
        return sum(self._rarity[word] * (2 if word in section.heading_words else 1) for word in shared)

    def _rarity_of(self, word: str) -> float:
        return math.log(1 + len(self.sections) / sum(word in section.words for section in self.sections))


class Clerk:
    """Answers questions from the library, with the weaknesses a test set is there to find."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._loyalty_is_awake = False

    def respond(self, question: str) -> Response:
        """Return the response to a *question*, after the time that this question always takes."""
        time.sleep(latency_s(question))
        asked = words_of(question)
        if {"gift", "card"} <= asked:
            return failure(500, "the gift card service is not configured")
        if {"track", "order"} <= asked:
            return Response(200, TRACKER_PAGE, content_type="text/html; charset=utf-8")
        answer, source = self._answer(question, asked)
        if source == "loyalty.md" and self._wakes_loyalty():
            return failure(503, "the loyalty service is waking up", headers={"Retry-After": "1"})
        return Response(200, json.dumps({"answer": answer, "source": source}, ensure_ascii=False))

    def _answer(self, question: str, asked: frozenset[str]) -> tuple[str, str | None]:
        for words, reply in {**REMEMBERED, **INVENTED}.items():
            if words <= asked:
                return reply
        section = self._library.best(question)
        if section is None:  # weakness 4: it knows words, not meanings; "give it back" is not "return" to it
            return SHRUG, None
        if "json" in question.lower():  # weakness 5: JSON by hand breaks on a text with quotes in it
            return f'{{"text": "{section.text}", "source": "{section.source}"}}', section.source
        return section.text, section.source

    def _wakes_loyalty(self) -> bool:
        """Whether this is the call that wakes the loyalty service: true once in the life of the process."""
        with self._lock:
            was_awake, self._loyalty_is_awake = self._loyalty_is_awake, True
            return not was_awake


def latency_s(question: str) -> float:
    """Return 20 to 60 ms, always the same for one *question*."""
    return (20 + zlib.crc32(question.encode()) % 41) / 1000


def words_of(text: str) -> frozenset[str]:
    """Return the words that a text is found by: lower case, no noise, no plural s."""
    words = re.findall(r"[a-z0-9]{3,}", text.lower().replace("'s", ""))
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words if word not in NOISE)


def read_sections(folder: Path) -> list[Section]:
    """Read every `## heading` and its text from the documents in *folder*, in the order of their names."""
    return [section for file in sorted(folder.glob("*.md")) for section in _sections_of(file)]


def _sections_of(file: Path) -> list[Section]:
    parts = re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    split = [part.split("\n", 1) for part in parts]
    return [
        Section(file.name, " ".join(text.split()), words_of(heading), words_of(f"{heading} {text}"))
        for heading, text in split
    ]


def failure(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as the service words it."""
    return Response(status, json.dumps({"error": message}), headers=headers or {})


class SupportBot:
    """The bot as a server on loopback; port 0 takes a free one."""

    def __init__(self, documents: Path = DOCUMENTS, *, port: int = 0) -> None:
        sections = read_sections(documents)
        if not sections:
            raise FileNotFoundError(
                f"no *.md file with a '## ' heading in {documents}; the bot has nothing to answer from"
            )
        self._clerk = Clerk(Library(sections))
        self._sections = len(sections)
        self._port = port
        self._server: _Server | None = None

    def start(self) -> str:
        """Begin to serve on a thread; return the address, such as http://127.0.0.1:9000 (ask at /chat)."""
        self._server = server = _Server((HOST, self._port), _Handler)
        server.clerk, server.sections = self._clerk, self._sections
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return f"http://{HOST}:{server.server_port}"

    def stop(self) -> None:
        """Stop serving and hang up on every client; nothing happens when it was not started."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.hang_up()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True
    clerk: Clerk
    sections: int

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]  # TCP only
        """Serve a connection, and know that it is open."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # TCP only
        """Close a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep alive; their threads see the end and finish."""
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # its client was quicker

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hung up; anything else is a mistake of the bot and shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections alive
    disable_nagle_algorithm = True  # headers and body are two writes; with Nagle each answer would wait some 40 ms
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        """Answer /health."""
        if self.path != "/health":
            return self._send(failure(404, "GET /health or POST /chat"))
        return self._send(Response(200, json.dumps({"status": "ok", "sections": self.server.sections})))

    def do_POST(self) -> None:
        """Answer /chat: {"question": ...} (or {"prompt": ...}) -> {"answer": ..., "source": ...}."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/chat":
            return self._send(failure(404, "GET /health or POST /chat"))
        question = question_in(body)
        if question is None:
            return self._send(failure(400, 'expected JSON such as {"question": "Do you ship to Norway?"}'))
        return self._send(self.server.clerk.respond(question))

    def _send(self, response: Response) -> None:
        content = response.body.encode()
        self.send_response(response.status)
        for name, value in {"Content-Type": response.content_type, **response.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the demo shares its terminal."""


def question_in(body: bytes) -> str | None:
    """Return the question of a request's *body*, None when there is none."""
    try:
        data = json.loads(body)
    except ValueError:
        return None
    question = (data.get("question") or data.get("prompt")) if isinstance(data, dict) else None
    return question if isinstance(question, str) and question.strip() else None


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="The support bot of Northwind Outfitters, to be tested.")
    parser.add_argument("--port", type=int, default=9000, help="loopback port, 0 for a free one (default: 9000)")
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="folder of *.md files to answer from")
    options = parser.parse_args()
    bot = SupportBot(options.documents, port=options.port)
    try:
        url = bot.start()
    except OSError as problem:
        sys.exit(f"support bot: port {options.port} can't be used ({problem.strerror}); choose another with --port")
    print(f"support bot: ask at {url}/chat, stop with Ctrl+C", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        bot.stop()


if __name__ == "__main__":
    main()
