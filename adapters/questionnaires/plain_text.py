"""Texts as files hold them: in one of the encodings that office programs write, of characters that can be stored."""

from __future__ import annotations

import codecs
import re

from domain.jobs.errors import InvalidInput

_NOT_STORABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def storable(text: str) -> str:
    """Return the text with newlines as its line ends, and without what neither XML nor UTF-8 can hold."""
    return _NOT_STORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def decoded(content: bytes, *, name: str) -> str:
    """
    Return the text of a file: UTF-8, UTF-16 with its mark, or else what Windows writes in the West (cp1252).

    Raises:
        InvalidInput: it is none of them, so it is probably no text.
    """
    marked = content.startswith(tuple(_UTF16))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidInput(f"{name}: its text can't be read; expected UTF-8, UTF-16 with a mark, or Windows-1252")


def encoded(text: str, *, like: bytes) -> bytes:
    """Return the text in the encoding that *like* is in; in UTF-8 with a mark where that one can't hold it."""
    for mark, encoding in _UTF16.items():
        if like.startswith(mark):
            return mark + text.encode(encoding)
    if like.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8 + text.encode()
    try:
        return text.encode("utf-8" if _is_utf_8(like) else "cp1252")
    except UnicodeEncodeError:
        return codecs.BOM_UTF8 + text.encode()


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
