"""What a parser makes of a file: its text, its title, and where its headings stand."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Heading:
    """A heading: *level* 1 is the highest; *start* and *end* are character offsets of its line in the text."""

    level: int
    text: str
    start: int
    end: int


@frozen(kw_only=True)
class ParsedDocument:
    """
    The text of a document, with the headings in their order.

    The text holds nothing that a database would change (no NUL, no lone surrogates), and its lines end with a newline:
    offsets into it quote the same characters wherever it is kept.
    """

    title: str
    text: str
    headings: tuple[Heading, ...] = ()


class Parsers(Protocol):
    """Reads files of every format there is."""

    def parse(self, content: bytes, *, name: str, media_type: str = "") -> ParsedDocument:
        """
        Return what the file says; *name* and *media_type* are what its sender calls it, and may be wrong.

        Raises:
            PermanentFailure: the file can't be read, or reading it broke a limit (kind bad_input or too_large).
            TransientFailure: there was no process to read it in; nothing is wrong with the file.
            Deferred: others are read first, and take long.
        """
