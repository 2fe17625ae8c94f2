"""PDF: the text of its pages, and headings where its outline names them and the page says the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from adapters.child_processes.refusals import too_large, unreadable
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.text_builder import TextBuilder, clean, one_line
from domain.counting_words import counted
from domain.embedding.parsed import ParsedDocument

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_BOOKMARKS = 5000
_HYPHEN_AT_LINE_END = re.compile("[\ufffe\x02\u00ad](\r\n|\n)?")
_FILE_NAME = re.compile(r".*\.(?:docx?|pdf|indd|tex|odt|pptx?)|untitled.*|microsoft \w+ - .*", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


@frozen
class Bookmark:
    """An entry of the outline; *page* counts from 0."""

    level: int
    text: str
    page: int


@frozen
class Pages:
    """What a PDF says: the text of each page, the outline, and its title if it has one."""

    texts: tuple[str, ...]
    bookmarks: tuple[Bookmark, ...]
    title: str


def read_pdf(content: bytes, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """
    Return the document.

    Raises:
        PermanentFailure: encrypted, broken, without text, or with too many pages.
    """
    pages = read_pages(content, limits=limits)
    builder = TextBuilder(limits)
    for number, text in enumerate(pages.texts):
        bookmarks = [one for one in pages.bookmarks if one.page == number]
        _mark(builder, text, start=builder.length, bookmarks=bookmarks)
        builder.add(f"{text}\n\n" if text.strip() else "")
    return builder.finish(pages.title or stem)


def read_pages(content: bytes, *, limits: ParsingLimits) -> Pages:
    """
    Return what each page says, cleaned.

    Raises: as `read_pdf`.
    """
    document = _opened(content)
    try:
        return _read(document, limits=limits)
    finally:
        document.close()


def _opened(content: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(content)
    except PdfiumError as exc:
        if "password" in str(exc).lower():
            raise unreadable("it is encrypted; take the password away and hand it in again") from exc
        raise unreadable(f"it is a broken PDF ({str(exc)[:100]}); save it anew") from exc


def _read(document: PdfDocument, *, limits: ParsingLimits) -> Pages:
    count = len(document)
    if count > limits.pages:
        raise too_large(f"it has {count:,} pages; expected at most {limits.pages:,}; split it into several documents")
    bounded, texts = TextBuilder(limits), []
    for number in range(count):
        texts.append(clean(_text_of(document, number)))
        bounded.add(texts[-1])
    if not bounded.text.strip():
        pages = counted(count, "page")
        raise unreadable(f"there is no text on its {pages}: scanned? OCR is not built; hand in a PDF with text")
    return Pages(texts=tuple(texts), bookmarks=tuple(_bookmarks(document)), title=_title(document))


def _text_of(document: PdfDocument, number: int) -> str:
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
        try:
            return _HYPHEN_AT_LINE_END.sub("", page.get_textpage().get_text_bounded())
        finally:
            page.close()
    except PdfiumError as exc:
        raise unreadable(f"its page {number + 1} is broken ({str(exc)[:100]}); save it anew") from exc


def _bookmarks(document: PdfDocument) -> list[Bookmark]:
    return [one for one, _ in zip(_outline(document), range(MOST_BOOKMARKS), strict=False)]


def _outline(document: PdfDocument) -> Iterator[Bookmark]:
    for entry in document.get_toc(max_depth=9):
        place = entry.get_dest()
        page = place.get_index() if place else None
        if page is not None and (text := one_line(entry.get_title())):
            yield Bookmark(level=entry.level + 1, text=text, page=page)


def _mark(builder: TextBuilder, text: str, *, start: int, bookmarks: list[Bookmark]) -> None:
    """Mark what the outline says of a page, in the order of the page; what the page does not say is no heading."""
    behind = 0
    for bookmark in bookmarks:
        pattern = r"\s+".join(map(re.escape, _SPACE.split(bookmark.text)))
        found = re.compile(pattern, re.IGNORECASE).search(text, behind)
        if found:
            builder.mark(bookmark.level, bookmark.text, start=start + found.start(), end=start + found.end())
            behind = found.end()


def _title(document: PdfDocument) -> str:
    said = one_line(document.get_metadata_value("Title"))
    return "" if _FILE_NAME.fullmatch(said) else said
