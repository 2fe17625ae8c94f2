"""The text of a document as it grows: cleaned piece by piece, so that offsets into it stay true wherever it is kept."""

from __future__ import annotations

import re

from adapters.child_processes.refusals import too_large, unreadable
from adapters.parsing.limits import ParsingLimits
from domain.embedding.parsed import Heading, ParsedDocument

LONGEST_TITLE = 300
LOWEST_LEVEL = 9

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters, lone surrogates, what is no character, and marks that turn the direction of what stands around.
_UNSTORABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufeff\u202a-\u202e\u2066-\u2069]"
)
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return the text with newlines as its only line ends, and without what can't be stored or shown."""
    return _UNSTORABLE.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """Return the text as a title or heading: cleaned, on one line, and not endless."""
    return _SPACE.sub(" ", clean(text[: 4 * LONGEST_TITLE])).strip()[:LONGEST_TITLE].strip()


class TextBuilder:
    """Takes the pieces of a document in their order."""

    def __init__(self, limits: ParsingLimits) -> None:
        self._limits = limits
        self._pieces: list[str] = []
        self._headings: list[Heading] = []
        self._tail = ""
        self.length = 0

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Those there are so far."""
        return tuple(self._headings)

    @property
    def text(self) -> str:
        """What was added so far."""
        return "".join(self._pieces)

    def add(self, text: str) -> None:
        """
        Add text as it is, but cleaned.

        Raises:
            PermanentFailure: the document gets longer than its limit.
        """
        cleaned = clean(text)
        self.length += len(cleaned)
        if self.length > self._limits.characters:
            raise too_large(
                f"its text has more than {self._limits.characters:,} characters; split it into several documents"
            )
        self._pieces.append(cleaned)
        self._tail = (self._tail + cleaned[-2:])[-2:]

    def line(self, text: str) -> None:
        """Add text as a line of its own; nothing where it is only space."""
        if text.strip():
            self.add(f"{text.strip()}\n")

    def gap(self) -> None:
        """Have a blank line above what comes next."""
        if self.length and self._tail != "\n\n":
            self.add("\n" if self._tail.endswith("\n") else "\n\n")

    def block(self, text: str) -> None:
        """Add text as a paragraph of its own; nothing where it is only space."""
        if text.strip():
            self.gap()
            self.add(f"{text.strip()}\n\n")

    def heading(self, level: int, text: str) -> None:
        """Add a heading as a paragraph of its own; nothing where it says nothing."""
        if said := one_line(text):
            self.gap()
            self.mark(level, said, start=self.length, end=self.length + len(said))
            self.add(f"{said}\n\n")

    def mark(self, level: int, text: str, *, start: int, end: int) -> None:
        """Note that what stands there in the text is a heading; in the order of the text."""
        if said := one_line(text):
            self._headings.append(Heading(level=min(max(level, 1), LOWEST_LEVEL), text=said, start=start, end=end))

    def finish(self, title: str) -> ParsedDocument:
        """
        Return the document.

        Raises:
            PermanentFailure: it says nothing.
        """
        text = self.text
        if not text.strip():
            raise unreadable("there is no text in it")
        return ParsedDocument(title=one_line(title), text=text, headings=self.headings)
