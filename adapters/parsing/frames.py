"""What parent and child send each other: a length, then JSON; after a request, the file. Nothing is unpickled."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

from domain.embedding.parsed import Heading, ParsedDocument

_LENGTH = struct.Struct(">Q")


def send(stream: IO[bytes], document: object, *, content: bytes = b"") -> None:
    """Write a frame, and bytes that its receiver knows the length of."""
    body = json.dumps(document).encode()
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes], *, most_bytes: int) -> dict[str, Any]:
    """
    Return the next frame.

    Raises:
        EOFError: the stream ends before it.
        ValueError: it is longer than *most_bytes*, or no JSON object.
    """
    (length,) = _LENGTH.unpack(receive_bytes(stream, _LENGTH.size))
    if length > most_bytes:
        raise ValueError(f"a frame of {length} bytes; expected at most {most_bytes}")
    document = json.loads(receive_bytes(stream, length))
    if not isinstance(document, dict):
        raise ValueError("a frame that is no JSON object")
    return document


def receive_bytes(stream: IO[bytes], length: int) -> bytes:
    """
    Return so many bytes.

    Raises:
        EOFError: the stream ends before them.
    """
    content = stream.read(length)
    if len(content) < length:
        raise EOFError(f"{len(content)} of {length} bytes came")
    return content


def to_json(document: ParsedDocument) -> dict[str, object]:
    """Return a parsed document as JSON."""
    headings = [[one.level, one.text, one.start, one.end] for one in document.headings]
    return {"title": document.title, "text": document.text, "headings": headings}


def from_json(answer: dict[str, Any]) -> ParsedDocument:
    """
    Return the parsed document that a child sent.

    Raises:
        ValueError: it is none: the child was taken over by what it read.
    """
    try:
        headings = tuple(
            Heading(level=int(level), text=str(text), start=int(start), end=int(end))
            for level, text, start, end in answer["headings"]
        )
        return ParsedDocument(title=str(answer["title"]), text=str(answer["text"]), headings=headings)
    except (KeyError, TypeError) as exc:
        raise ValueError(f"no parsed document: {exc}") from exc
