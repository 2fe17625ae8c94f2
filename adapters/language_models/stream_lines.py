"""
From the bytes of a stream to the JSON texts in it: server-sent events, or one JSON on each line.

Bytes come cut anywhere, also inside a character or a line end. What was not ended by a line end is kept, and dropped if
the stream ends there; how much is kept is bounded by who reads the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from attrs import define, field

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class StreamLines(Protocol):
    """Takes a stream apart."""

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Yield the texts that are whole with this piece; to be read to the end, or no more at all."""

    def rest(self) -> Iterator[bytes]:
        """Yield what is whole although nothing came after it to say so; at the end of the stream."""


@define
class JsonLines:
    """One text a line, as Ollama sends them; empty lines mean nothing."""

    _begun: list[bytes] = field(factory=list, init=False)

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Yield the lines that end in this piece."""
        yield from (line for line in self.lines(piece) if line.strip())

    def rest(self) -> Iterator[bytes]:
        """Yield the last line: JSON says itself whether it is whole."""
        last = b"".join(self._begun)
        self._begun = []
        if last.strip():
            yield last

    def lines(self, piece: bytes) -> list[bytes]:
        """Return the lines that end in this piece, without their ends."""
        *whole, begun = piece.split(b"\n")
        if not whole:
            self._begun.append(begun)  # joined once, at its end: a line without one costs no more than its length
            return []
        whole[0] = b"".join((*self._begun, whole[0]))
        self._begun = [begun]
        return [line.removesuffix(b"\r") for line in whole]


@define
class EventLines:
    """
    The data of server-sent events (WHATWG HTML, 9.2); names, ids and comments are left out.

    Lines that end in a bare carriage return are not known here: no provider sends them.
    """

    _lines: JsonLines = field(factory=JsonLines, init=False)
    _data: list[bytes] = field(factory=list, init=False)

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Yield the data of the events that end in this piece, each with an empty line."""
        for line in self._lines.lines(piece):
            if not line:
                yield from self.rest()
                continue
            name, _, value = line.removeprefix(_BYTE_ORDER_MARK).partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))

    def rest(self) -> Iterator[bytes]:
        """Yield the data of an event whose empty line is missing."""
        data = b"\n".join(self._data)
        self._data = []
        if data:
            yield data
