"""Bytes as text: by byte order mark, as UTF-8, by what the sender or the page says, and at last as Windows-1252."""

from __future__ import annotations

import codecs
import re

from adapters.child_processes.refusals import unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_OF_MEDIA_TYPE = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 4096
_MOST_CONTROL_SHARE = 0.01


def decoded(content: bytes, *, media_type: str = "") -> str:
    """
    Return the text.

    Raises:
        PermanentFailure: it is none in any encoding that is tried.
    """
    text = _by_mark(content) or _by_guess(content, _declared(content, media_type))
    if len(_CONTROL.findall(text)) > _MOST_CONTROL_SHARE * len(text):
        raise unreadable(
            "it is binary, and of no format that is read; expected Markdown, text, HTML, PDF, Word (.docx), CSV or "
            "Excel (.xlsx)"
        )
    return text


def _by_mark(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    return ""


def _by_guess(content: bytes, declared: str) -> str:
    for encoding in (_utf16_without_mark(content), "utf-8", declared):
        try:
            if encoding:
                return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


def _declared(content: bytes, media_type: str) -> str:
    said = _OF_MEDIA_TYPE.search(media_type)
    found = _DECLARED.search(content[:_SAMPLE])
    name = said[1] if said else found[1].decode("ascii") if found else ""
    try:
        known = codecs.lookup(name) if name else None
    except LookupError:
        return ""
    # Only encodings of text: codecs also has zip and base64. A page that says UTF-16 in ASCII is not UTF-16.
    is_text = known is not None and getattr(known, "_is_text_encoding", True)
    return (
        known.name if known and is_text and not known.name.startswith(("utf-16", "utf-32", "idna", "punycode")) else ""
    )


def _utf16_without_mark(content: bytes) -> str:
    """Return the byte order where every other byte of a sample is zero: Latin text in UTF-16 is."""
    sample = content[:_SAMPLE]
    half = len(sample) // 2
    for zeros, others, encoding in ((sample[1::2], sample[::2], "utf-16-le"), (sample[::2], sample[1::2], "utf-16-be")):
        if half > 8 and zeros.count(0) > 0.8 * half and others.count(0) < 0.1 * half:
            return encoding
    return ""
