"""The text of a file in one of the encodings that office programs write."""

from __future__ import annotations

from domain.jobs.errors import InvalidInput


def decoded(content: bytes, *, name: str) -> str:
    """
    Return the text of a file: UTF-8, UTF-16 with its mark, or else what Windows writes in the West (cp1252).

    Raises:
        InvalidInput: it is none of them, so it is probably no text.
    """
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidInput(f"{name}: its text can't be read; expected UTF-8, UTF-16 with a mark, or Windows-1252")
