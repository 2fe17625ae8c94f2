"""
Workbooks of the strict kind of Office Open XML (ISO 29500), whose names for everything are others.

The libraries that read workbooks know the transitional names alone, so they get a copy with those. What is sent back
is never made from the copy.
"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

_STRICT = b"http://purl.oclc.org/ooxml/"
_USUAL = b"http://schemas.openxmlformats.org/"
_NAMES = (
    (_STRICT + b"spreadsheetml/main", _USUAL + b"spreadsheetml/2006/main"),
    *((_STRICT + kind, _USUAL + kind + b"2006/") for kind in (b"officeDocument/", b"drawingml/")),
)


def as_transitional(content: bytes) -> bytes:
    """Return the workbook with the names that libraries know; the same where it has them already."""
    with ZipFile(BytesIO(content)) as book:
        parts = {
            part.filename: book.read(part) for part in book.infolist() if part.filename.endswith((".xml", ".rels"))
        }
        if not any(_STRICT + b"spreadsheetml" in text for text in parts.values()):
            return content
        made = BytesIO()
        with ZipFile(made, "w", ZIP_STORED) as copy:
            for part in book.infolist():
                text = parts[part.filename] if part.filename in parts else book.read(part)
                for strict, usual in _NAMES if part.filename in parts else ():
                    text = text.replace(strict, usual)
                copy.writestr(part.filename, text)
    return made.getvalue()
