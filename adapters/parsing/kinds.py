"""What a file is: by its first bytes, and only where these leave it open by its name or media type."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath

from adapters.child_processes.refusals import unreadable


class Kind(StrEnum):
    """A format that is read, by its usual ending."""

    MARKDOWN = "md"
    TEXT = "txt"
    HTML = "html"
    PDF = "pdf"
    WORD = "docx"
    EXCEL = "xlsx"
    CSV = "csv"


READ = "Markdown, text, HTML, PDF, Word (.docx), CSV or Excel (.xlsx)"
MEDIA_TYPES = {
    Kind.MARKDOWN: "text/markdown",
    Kind.TEXT: "text/plain",
    Kind.HTML: "text/html",
    Kind.PDF: "application/pdf",
    Kind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv",
}
_BY_ENDING = {
    ".md": Kind.MARKDOWN, ".markdown": Kind.MARKDOWN, ".mdx": Kind.MARKDOWN, ".html": Kind.HTML, ".htm": Kind.HTML,
    ".xhtml": Kind.HTML, ".csv": Kind.CSV, ".tsv": Kind.CSV, ".pdf": Kind.PDF, ".docx": Kind.WORD, ".docm": Kind.WORD,
    ".xlsx": Kind.EXCEL, ".xlsm": Kind.EXCEL,
}  # fmt: skip
_BY_MEDIA_TYPE = {name: kind for kind, name in MEDIA_TYPES.items()} | {
    "application/xhtml+xml": Kind.HTML,
    "text/tab-separated-values": Kind.CSV,
}
_BINARY = frozenset({Kind.PDF, Kind.WORD, Kind.EXCEL})
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is encrypted, or of Office before 2007 (.doc, .xls); take the password "
     "away, or save it as .docx, .xlsx or PDF"),
    (b"{\\rtf", "it is RTF; save it as .docx or PDF"),
    (b"\x89PNG", "it is an image; there is no OCR here"),
    (b"\xff\xd8\xff", "it is an image; there is no OCR here"),
    (b"GIF8", "it is an image; there is no OCR here"),
    (b"II*\x00", "it is an image; there is no OCR here"),
    (b"MM\x00*", "it is an image; there is no OCR here"),
    (b"\x1f\x8b", "it is compressed (gzip); hand in what is inside"),
    (b"7z\xbc\xaf\x27\x1c", "it is an archive (7z); hand in what is inside"),
    (b"Rar!", "it is an archive (RAR); hand in what is inside"),
    (b"%!PS", "it is PostScript; save it as PDF"),
)  # fmt: skip
_PDF_MARK_WITHIN = 1024
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_PARTS = {re.compile(r"word/document\d*\.xml"): Kind.WORD, re.compile(r"xl/workbook\d*\.xml"): Kind.EXCEL}
"""Word on the web numbers its parts: `word/document2.xml`."""


def kind_of(content: bytes, *, name: str, media_type: str, expected: str = READ) -> Kind:
    """
    Return what the file is; *expected* names to its sender what is read.

    Raises:
        PermanentFailure: nothing that is read.
    """
    for mark, reason in _FOREIGN:
        if content.startswith(mark):
            raise unreadable(f"{reason}; expected {expected}")
    if b"%PDF-" in content[:_PDF_MARK_WITHIN]:
        return Kind.PDF
    if content.startswith(_ARCHIVE):
        return _in_archive(content, expected=expected)
    said = _said(name, media_type)
    if _is_page(content):
        return Kind.HTML
    if said in _BINARY:
        article = "an" if said is Kind.EXCEL else "a"  # an XLSX, a PDF, a DOCX
        raise unreadable(
            f"it is called {article} {said.upper()} file and is none: its first bytes are not those of one"
        )
    return said


def is_read_by_python_alone(content: bytes, *, name: str, media_type: str) -> bool:
    """Return whether no parser written in C gets to see the file; by its first bytes, which cost and risk nothing."""
    is_foreign = content.startswith(_ARCHIVE) or b"%PDF-" in content[:_PDF_MARK_WITHIN]
    return not is_foreign and not _is_page(content) and _said(name, media_type) is not Kind.HTML


def media_type_of(name: str) -> str:
    """Return the media type that a file's name speaks for; empty where it does for none."""
    kind = _BY_ENDING.get(_ending(name))
    return MEDIA_TYPES[kind] if kind else "text/plain" if _ending(name) == ".txt" else ""


def _said(name: str, media_type: str) -> Kind:
    by_ending = _BY_ENDING.get(_ending(name))
    return by_ending or _BY_MEDIA_TYPE.get(media_type.partition(";")[0].strip().lower(), Kind.TEXT)


def _ending(name: str) -> str:
    return PurePosixPath(name.partition("?")[0]).suffix.lower()


def _is_page(content: bytes) -> bool:
    beginning = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return beginning.startswith((b"<!doctype html", b"<html"))


def _in_archive(content: bytes, *, expected: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise unreadable("it is a broken archive (perhaps a Word or Excel file that was cut off)") from exc
    for part, kind in _PARTS.items():
        if any(part.fullmatch(name) for name in names):
            return kind
    raise unreadable(f"it is a zip archive and no Word or Excel file; hand in what is inside; expected {expected}")
