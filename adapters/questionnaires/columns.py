"""
Finding the questions in a table: which row is the heading, which column asks, and which one waits for answers.

The rules are few, and a person can overrule them: headings are known by their words, or by being what a person names;
where there is none, the questions are in the column with the longest texts, and the answers in the first empty one to
its right. A short text above all questions that has another one beside it, and nothing below that, is a heading, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Columns, WantedColumns

Row = Sequence[str]
ROWS_LOOKED_AT = 40
"""A heading stands near the top; tables of contents and cover sheets are longer than that."""

_LONGEST_HEADING = 60

_ASKS = ("question", "requirement", "control", "request", "description", "criteria", "frage", "anforderung")
_ONLY_ASKS = re.compile(rf"(?:{'|'.join(_ASKS)})(?:s|n|en)?", re.IGNORECASE)
_ANSWERS = (
    "response", "answer", "reply", "supplier", "vendor", "bidder", "comment", "compliance", "antwort", "explanation",
)  # fmt: skip
_SECTIONS = ("section", "category", "domain", "topic", "area", "chapter", "abschnitt")


@frozen(kw_only=True)
class TableQuestion:
    """A row that asks something; *row* counts from 0."""

    row: int
    text: str
    section: str
    given: str


def find_columns(rows: Sequence[Row], *, table: str, wanted: WantedColumns) -> Columns | None:
    """
    Return where the questions of a table are; None where it asks nothing.

    Raises:
        InvalidInput: *wanted* names a column that the table does not have, or one column for both.
    """
    heading = _heading(rows, wanted)
    header = rows[heading] if heading is not None else ()
    question = _named(wanted.question, header, rows, table=table, option="question column")
    answer = _named(wanted.answer, header, rows, table=table, option="answer column")
    if question is not None and question == answer:
        raise InvalidInput(
            f"question column {wanted.question!r}, answer column {wanted.answer!r}: that is one column of the table "
            f"{table!r}, and answers would stand in place of their questions; name two"
        )
    if question is None:
        question = _first_like(header, _ASKS, taken=answer)
    if answer is None:
        answer = _first_like(header, _ANSWERS, taken=question)
    if question is None:
        question = _longest(rows if heading is None else rows[heading + 1 :], taken=answer)
    if question is None:
        return None
    if heading is None and (heading := _unknown_heading(rows, question, answer)) is not None:
        header = rows[heading]
    first_row = 0 if heading is None else heading + 1
    if answer is None:
        answer = _empty_behind(rows[first_row:], question)
    section = _first_like(header, _SECTIONS, taken=question)
    section = None if section == answer else section
    return Columns(
        table=table,
        first_row=first_row,
        question=question,
        answer=answer,
        section=section,
        question_heading=_words(header, question),
        answer_heading=_words(header, answer),
        section_heading=_words(header, section),
    )


def is_cover(rows: Sequence[Row], columns: Columns) -> bool:
    """Return whether a table looks like a cover or instructions: it has no heading, and hardly a text that asks."""
    texts = [text for row in rows if (text := _cell(row, columns.question))]
    return columns.first_row == 0 and sum(text.endswith("?") for text in texts) * 2 < len(texts)


def questions_in(rows: Sequence[Row], columns: Columns) -> Iterator[TableQuestion]:
    """Yield the rows that ask something; one with a text in a single other cell begins a section."""
    section = ""
    for number in range(columns.first_row, len(rows)):
        row = rows[number]
        text = _cell(row, columns.question)
        filled = [cell for cell in row if cell.strip()]
        if not text:
            section = filled[0].strip() if len(filled) == 1 else section
            continue
        own = _cell(row, columns.section) if columns.section is not None else ""
        yield TableQuestion(row=number, text=text, section=own or section, given=_cell(row, columns.answer))


def asks_and_answers(text: str) -> bool:
    """Return whether a line has a word for questions and another one for answers, as the heading of a table has."""
    row = text.split()
    asks = _first_like(row, _ASKS, taken=None)
    return asks is not None and _first_like(row, _ANSWERS, taken=asks) is not None


def letters(column: int) -> str:
    """Return the name of a column, counted from 0, as spreadsheets write it: A, B, ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_of(name: str) -> int | None:
    """Return the number of a column, from 0 on; None for what is no name of one."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", name):
        return None
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cell(row: Row, column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _words(header: Row, column: int | None) -> str:
    return "" if column is None else " ".join(_cell(header, column).split())


def _heading(rows: Sequence[Row], wanted: WantedColumns) -> int | None:
    """The row that is known as a heading, unless a person names words that stand in another one."""
    top = rows[:ROWS_LOOKED_AT]
    known = next((number for number, row in enumerate(top) if _is_known(row)), None)
    names = {name.strip().lower() for name in (wanted.question, wanted.answer) if name.strip()}
    words = {name for name in names if not _is_letter(name, rows)}
    naming = [number for number, row in enumerate(top) if words <= {cell.strip().lower() for cell in row}]
    return known if not words or known in naming else next(iter(naming), known)


def _is_known(row: Row) -> bool:
    """Whether it has a word for questions and one for answers, in short cells: questions hold such words, too."""
    asks, answers = _first_like(row, _ASKS, taken=None), _first_like(row, _ANSWERS, taken=None)
    return asks is not None and answers is not None and answers != asks


def _is_letter(name: str, rows: Sequence[Row]) -> bool:
    number = column_of(name)
    return number is not None and number <= max(map(len, rows), default=0)


def _unknown_heading(rows: Sequence[Row], question: int, answer: int | None) -> int | None:
    """
    The first row with a text, where that is short, asks nothing, and stands beside one that has nothing below; or where
    it is no more than a word for questions, as in a table that has no column for answers yet.
    """
    number = next((no for no, row in enumerate(rows[:ROWS_LOOKED_AT]) if any(map(str.strip, row))), None)
    if number is None:
        return None
    row, below = rows[number], rows[number + 1 :]
    text, others = _cell(row, question), range(question + 1, len(row)) if answer is None else (answer,)
    is_label = 0 < len(text) <= _LONGEST_HEADING and not text.endswith(("?", "."))
    waits = any(_cell(row, one) and not any(_cell(each, one) for each in below) for one in others)
    is_heading = is_label and (waits or _ONLY_ASKS.fullmatch(text) is not None)
    return number if is_heading and any(_cell(each, question) for each in below) else None


def _first_like(header: Row, words: Sequence[str], *, taken: int | None) -> int | None:
    for word in words:
        for column, cell in enumerate(header):
            if column != taken and len(cell) <= _LONGEST_HEADING and "?" not in cell and word in cell.lower():
                return column
    return None


def _named(name: str, header: Row, rows: Sequence[Row], *, table: str, option: str) -> int | None:
    if not name:
        return None
    for column, cell in enumerate(header):
        if cell.strip().lower() == name.strip().lower():
            return column
    if _is_letter(name.strip(), rows):
        return column_of(name.strip())
    width = max(map(len, rows), default=0)
    known = ", ".join(repr(cell.strip()) for cell in header if cell.strip()) or "none"
    last = letters(max(width - 1, 0))
    raise InvalidInput(
        f"{option} {name!r}: the table {table!r} has no such column; expected a letter from A to {last}, or one of its "
        f"headings ({known})"
    )


def _longest(rows: Sequence[Row], *, taken: int | None) -> int | None:
    """The column whose texts are longest, if they are sentences rather than words."""
    width = max(map(len, rows), default=0)
    best, length = None, 0.0
    for column in range(width):
        texts = [_cell(row, column) for row in rows if _cell(row, column)]
        average = sum(map(len, texts)) / len(texts) if texts else 0.0
        is_asking = any("?" in text for text in texts) or average >= 25
        if column != taken and is_asking and average > length:
            best, length = column, average
    return best


def _empty_behind(rows: Sequence[Row], question: int) -> int:
    asking = [row for row in rows if _cell(row, question)]
    width = max(map(len, rows), default=0)
    for column in range(question + 1, width):
        if not any(_cell(row, column) for row in asking):
            return column
    return width if width > question else question + 1
