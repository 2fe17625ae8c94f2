"""Questionnaires in .pdf files: what their lines ask. A PDF takes no answers; they go into a new file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from adapters.parsing.limits import ParsingLimits
from adapters.parsing.pdf import Bookmark, Pages, read_pages
from adapters.questionnaires.asked_lines import Line, asked_in
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Form, Place, Question, Questionnaire, QuestionNo, file_hash

_AT_EDGE = 2
"""How many lines at the top and at the foot of a page may be the same on others."""
_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,7}$", re.IGNORECASE)
"""Of a page, in Arabic or, at the end of a line, in Roman."""
_SPACE = re.compile(r"\s+")
_PAGE_NUMBER = re.compile(r"(?:page|seite)?\s*[-–]?\s*\d+(?:\s*(?:of|von|/)\s*\d+)?\s*[-–]?", re.IGNORECASE)


def read_pdf(content: bytes, *, name: str, limits: ParsingLimits) -> Questionnaire:
    """
    Return the questions of a PDF.

    Raises:
        PermanentFailure: encrypted, broken, scanned (without text), or with too many pages.
        InvalidInput: nothing in it asks anything.
    """
    found = list(asked_in(list(_lines(read_pages(content, limits=limits)))))
    if not found:
        raise InvalidInput(
            f"{name}: no question was found: no numbered or bulleted line asks anything, and no line ends with `?`; "
            "send it as .docx or .xlsx"
        )
    questions = tuple(
        Question(
            no=QuestionNo(number),
            text=one.text,
            section=one.section,
            place=Place(table=f"page {one.begins.page}", question=f"line {one.begins.number}", answer=""),
        )
        for number, one in enumerate(found, start=1)
    )
    return Questionnaire(name=name, form=Form.PDF, file_hash=file_hash(content), questions=questions)


def _lines(pages: Pages) -> Iterator[Line]:
    """Yield the lines of all pages but those that stand on many of them: a question may go on over a page's end."""
    texts = [[_SPACE.sub(" ", line).strip() for line in page.strip().split("\n")] for page in pages.texts]
    repeated = _repeated(texts)
    for page, lines in enumerate(texts, start=1):
        headings = {_folded(one.text) for one in _of_page(pages.bookmarks, page)}
        for number, text in enumerate(lines, start=1):
            is_edge = number <= _AT_EDGE or number > len(lines) - _AT_EDGE
            if is_edge and (_folded(text) in repeated or _PAGE_NUMBER.fullmatch(text)):
                continue
            yield Line(page=page, number=number, text=text, is_heading=_folded(text) in headings)


def _of_page(bookmarks: Sequence[Bookmark], page: int) -> Iterator[Bookmark]:
    return (one for one in bookmarks if one.page == page - 1)


def _repeated(pages: Sequence[Sequence[str]]) -> set[str]:
    """Return, folded, what stands at the edge of at least half of the pages, whatever number is in it."""
    edges = [{_folded(text) for text in (*lines[:_AT_EDGE], *lines[-_AT_EDGE:])} for lines in pages]
    counted = Counter(text for edge in edges for text in edge if text and not text.endswith("?"))
    return {text for text, count in counted.items() if count > 1 and 2 * count >= len(pages)}


def _folded(text: str) -> str:
    return _NUMBER.sub("#", text).casefold()
