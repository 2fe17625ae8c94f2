"""
The rows of a page, packed: a script element for every few hundred of them, and one index of all.

A page of 100,000 tests must open: the browser keeps the packed text, and unpacks a chunk when its rows are to be drawn
or searched. Packed, answers take a fifth of their room, and no answer can break out of its element: base64 has no `<`.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator

from attrs import define, field
from markupsafe import Markup

from adapters.reports.wording import visible
from domain.test_execution.test_result import shortened

CHUNK_ROWS = 250
CHUNK_LENGTH = 1_000_000
TEXT_LENGTH = 6_000
REASON_LENGTH = 1_000
_LEVEL = 5

Row = dict[str, object]


@define(kw_only=True)
class PackedRows:
    """
    Packs rows as they come; afterwards the index says how many rows each chunk has, and the marks of each row.

    A mark is one character a row, by which the page filters without unpacking anything.
    """

    marks: dict[str, bytearray] = field(factory=dict)
    _sizes: list[int] = field(factory=list)
    _texts: list[str] = field(factory=list)
    _length: int = 0

    def elements(self, rows: Iterable[Row]) -> Iterator[Markup]:
        """Yield the script elements that hold *rows*, none of which a browser runs."""
        for row in rows:
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            self._texts.append(text)
            self._length += len(text)
            if len(self._texts) >= CHUNK_ROWS or self._length >= CHUNK_LENGTH:
                yield self._element()
        if self._texts:
            yield self._element()

    def mark(self, name: str, character: str) -> None:
        """Append the next row's mark of this name."""
        self.marks.setdefault(name, bytearray()).extend(character.encode("ascii"))

    def index(self) -> Markup:
        """Return the index as JSON for a script element; complete once every element was taken."""
        marks = {name: found.decode("ascii") for name, found in self.marks.items()}
        return Markup(json.dumps({"chunks": self._sizes, "marks": marks}))  # safe: numbers and our own letters

    @property
    def count(self) -> int:
        """How many rows were packed."""
        return sum(self._sizes)

    def _element(self) -> Markup:
        packed = gzip.compress(f"[{','.join(self._texts)}]".encode(), compresslevel=_LEVEL, mtime=0)
        self._sizes.append(len(self._texts))
        self._texts.clear()
        self._length = 0
        # safe: base64 has letters, digits, + / =
        return Markup(f'<script type="text/plain" class="chunk">{b64encode(packed).decode()}</script>\n')


def page_text(text: str) -> str:
    """Return foreign *text* as a page shows it: with stand-ins for what it can't show, and shortened."""
    return visible(shortened(text, most=TEXT_LENGTH))


def page_reason(text: str) -> str:
    """Return a reason or message as a page shows it."""
    return visible(shortened(text, most=REASON_LENGTH))


def without_empty(row: Row) -> Row:
    """Return the row without the fields that hold nothing, so that a hundred thousand rows stay small."""
    return {name: content for name, content in row.items() if content not in (None, "", [], [None, None])}
