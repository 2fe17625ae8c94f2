"""What parent and child send each other: a length, then JSON, then the bytes it speaks of. Nothing is unpickled."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

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


def receive_bytes(stream: IO[bytes], length: int, *, most_bytes: int | None = None) -> bytes:
    """
    Return so many bytes.

    Raises:
        EOFError: the stream ends before them.
        ValueError: that is no number of bytes, or beyond *most_bytes*.
    """
    if length < 0 or (most_bytes is not None and length > most_bytes):
        raise ValueError(f"{length} bytes; expected 0 to {most_bytes}")
    content = stream.read(length)
    if len(content) < length:
        raise EOFError(f"{len(content)} of {length} bytes came")
    return content
