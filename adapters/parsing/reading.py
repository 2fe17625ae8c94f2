"""From bytes to a document, in this process: only for the child process, whose death is nobody's loss."""

from __future__ import annotations

from pathlib import PurePosixPath

from adapters.child_processes.limits import MEGABYTE
from adapters.child_processes.refusals import too_large, unreadable
from adapters.parsing.charsets import decoded
from adapters.parsing.kinds import Kind, kind_of
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.text_builder import one_line
from domain.embedding.parsed import ParsedDocument

UNTITLED = "untitled"


def read(content: bytes, *, name: str, media_type: str, limits: ParsingLimits) -> ParsedDocument:
    """
    Return what the file says.

    Raises:
        PermanentFailure: it can't be read, or has too much of something.
    """
    check_size(content, limits=limits)
    kind, stem = kind_of(content, name=name, media_type=media_type), stem_of(name)
    if kind is Kind.PDF:
        from adapters.parsing.pdf import read_pdf

        return read_pdf(content, stem=stem, limits=limits)
    if kind is Kind.WORD:
        from adapters.parsing.word import read_word

        return read_word(content, stem=stem, limits=limits)
    if kind is Kind.EXCEL:
        from adapters.parsing.spreadsheets import read_excel

        return read_excel(content, stem=stem, limits=limits)
    return _read_text(decoded(content, media_type=media_type), kind=kind, stem=stem, limits=limits)


def check_size(content: bytes, *, limits: ParsingLimits) -> None:
    """
    Refuse what no process need be troubled with.

    Raises:
        PermanentFailure: the file is empty, or too large.
    """
    if not content.strip():
        raise unreadable("it is empty")
    if len(content) > limits.size_bytes:
        raise too_large(
            f"it has {len(content) / MEGABYTE:.1f} MB; expected at most {limits.size_bytes / MEGABYTE:g} MB; split it"
        )


def stem_of(name: str) -> str:
    """Return what a document without a title is called: its name without folders and ending."""
    return one_line(PurePosixPath(name.replace("\\", "/").rstrip("/")).stem) or UNTITLED


def _read_text(text: str, *, kind: Kind, stem: str, limits: ParsingLimits) -> ParsedDocument:
    if kind is Kind.HTML:
        from adapters.parsing.html import read_html

        return read_html(text, stem=stem, limits=limits)
    if kind is Kind.CSV:
        from adapters.parsing.spreadsheets import read_csv

        return read_csv(text, stem=stem, limits=limits)
    from adapters.parsing.plain_text import read_markdown, read_text

    reader = read_markdown if kind is Kind.MARKDOWN else read_text
    return reader(text, stem=stem, limits=limits)
