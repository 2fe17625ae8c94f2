"""A small website with a sitemap and a robots.txt, served over a socket; what is asked for is written down."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attrs import define, field

_PAGE = """<!doctype html><html><head><title>{title}</title></head><body>
<nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>{title}</h1><p>{text}</p></article>
<footer>All rights reserved. Request {request}.</footer></body></html>"""


@define(eq=False)
class Website:
    """
    What is served: *pages* by path as text, in *folders* of sitemaps.

    *answers* replaces what a path answers by a status and headers. *dates* are what the sitemap says of pages.
    """

    pages: dict[str, str] = field(factory=dict)
    dates: dict[str, str] = field(factory=dict)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(factory=dict)
    robots: str = ""
    host: str = ""
    seen: list[tuple[str, dict[str, str]]] = field(factory=list)
    has_tags: bool = True

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{self.host}{path}"

    def asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(one == path for one, _ in self.seen)

    def sitemap(self) -> bytes:
        """Return the sitemap of all pages."""
        entries = "".join(
            f"<url><loc>{self.url(path)}</loc>"
            + (f"<lastmod>{self.dates[path]}</lastmod>" if path in self.dates else "")
            + "</url>"
            for path in sorted(self.pages)
        )
        return (
            f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        ).encode()

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Return what a path answers: status, headers, body."""
        self.seen.append((path, headers))
        if path in self.answers:
            return self.answers[path]
        if path == "/robots.txt":
            return (200, {"Content-Type": "text/plain"}, self.robots.encode()) if self.robots else (404, {}, b"")
        if path == "/sitemap.xml":
            return 200, {"Content-Type": "application/xml"}, self.sitemap()
        if path == "/sitemap.xml.gz":
            return 200, {"Content-Type": "application/gzip"}, gzip.compress(self.sitemap())
        if path in self.pages:
            return self._page(path, headers)
        return 404, {}, b"nothing here"

    def _page(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        text = self.pages[path]
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        tags = {"ETag": tag} if self.has_tags else {}
        if self.has_tags and headers.get("if-none-match") == tag:
            return 304, tags, b""
        body = _PAGE.format(title="Handbook", text=text, request=len(self.seen))
        return 200, {"Content-Type": "text/html; charset=utf-8", **tags}, body.encode()


@contextmanager
def website() -> Iterator[Website]:
    """Yield a website that is served until the end of the block."""
    site = Website()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = site.answer(
                self.path, {name.lower(): value for name, value in self.headers.items()}
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site.host = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
