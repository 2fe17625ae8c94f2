"""A page as a browser takes it apart, and what models could say to break it."""

from __future__ import annotations

import base64
import gzip
import json
from html.parser import HTMLParser
from typing import cast

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]></style><b>",
    '"\'` onload=alert(1) x="',
    "{{ 7 * 7 }}{% raw %}",
    "\u2028\u2029",
    "\x00\x1b[31m",
    "\ud800\udc00 \ud83d",
    "&lt;b&gt;&#60;",
)


class Page(HTMLParser):
    """A page as a browser takes it apart: its elements, the text of its scripts and style, and the rest of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.html = html
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data
        else:
            self.texts.setdefault("text", []).append(data)

    @property
    def chunks(self) -> list[str]:
        """The packed rows, as they stand in the page."""
        kinds = [found.get("class") for tag, found in self.elements if tag == "script"]
        return [text for kind, text in zip(kinds, self.texts["script"], strict=True) if kind == "chunk"]

    @property
    def rows(self) -> list[dict[str, object]]:
        """The list of tests that the script draws."""
        packed = [gzip.decompress(base64.b64decode(chunk)) for chunk in self.chunks]
        return [row for chunk in packed for row in cast(list[dict[str, object]], json.loads(chunk))]

    @property
    def index(self) -> dict[str, object]:
        """The sizes of the chunks, and the marks of each row."""
        return cast(dict[str, object], json.loads(self.texts["script"][-2]))

    @property
    def text(self) -> str:
        """What is read where scripts don't run."""
        return " ".join(" ".join(self.texts["text"]).split())
