"""An uploaded HTML file: its words in their order, block by block. What a browser would not show is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.parsing.limits import ParsingLimits
from adapters.parsing.text_builder import TextBuilder
from domain.embedding.parsed import ParsedDocument

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_UNSHOWN = {
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio",
    "video", "head", "nav", "select", "datalist", "dialog", "button", "textarea",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "main",
    "menu", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "ul",
}  # fmt: skip
_LINES = {"li", "tr", "br"}
_CELLS = {"td", "th"}
_HEADING = re.compile(r"h([1-6])")
_SPACE = re.compile(r"\s+")


def read_html(text: str, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """Return the document; its title is the page's, or its first heading."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(text)
    builder = TextBuilder(limits)
    if page.body is not None:
        _Walk(builder).through(page.body)
    titled = page.css_first("head > title")
    said = titled.text(deep=True) if titled else ""
    heading = builder.headings[0].text if builder.headings else ""
    return builder.finish(said.strip() or heading or stem)


class _Walk:
    """Goes through a tree without recursion: pages are nested as deep as their makers like."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._words: list[str] = []
        self._preformatted = 0
        self._headings = 0

    def through(self, body: LexborNode) -> None:
        todo: list[tuple[LexborNode | None, str]] = [(body, "")]
        while todo:
            node, left = todo.pop()
            if node is None:
                self._leave(left)
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._words.append(node.text_content or "")
            elif tag not in _UNSHOWN and not tag.startswith(("-", "_")) and "hidden" not in node.attributes:
                self._enter(tag)
                todo.append((None, tag))
                todo.extend((child, "") for child in _children(node))
        self._flush()

    def _enter(self, tag: str) -> None:
        if self._headings and (tag in _BLOCKS or tag in _LINES):
            self._words.append(" ")
        elif tag in _BLOCKS or (_HEADING.fullmatch(tag) and not self._headings):
            self._flush()
            self._builder.gap()
        elif tag in _LINES:
            self._flush()
            self._words.append("- " if tag == "li" else "")
        self._preformatted += tag == "pre"
        self._headings += _HEADING.fullmatch(tag) is not None

    def _leave(self, tag: str) -> None:
        heading = _HEADING.fullmatch(tag)
        self._headings -= heading is not None
        if self._headings:
            self._words.append(" ")
        elif heading:
            self._builder.heading(int(heading[1]), "".join(self._words))
            self._words.clear()
        elif tag in _BLOCKS or tag in _LINES:
            self._flush()
            if tag in _BLOCKS:
                self._builder.gap()
        elif tag in _CELLS:
            self._words.append(" | ")
        self._preformatted -= tag == "pre"

    def _flush(self) -> None:
        words = "".join(self._words)
        self._words.clear()
        if self._preformatted:
            self._builder.line(words)
        else:
            said = _SPACE.sub(" ", words).strip().removesuffix("|").strip()
            self._builder.line(said if said != "-" else "")


def _children(node: LexborNode) -> list[LexborNode]:
    """Return the children, the last first."""
    found, child = [], node.last_child
    while child is not None:
        found.append(child)
        child = child.prev
    return found
