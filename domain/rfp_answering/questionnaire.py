"""
A questionnaire: what a buyer asks, and where in the buyer's own file each answer belongs.

A file is bytes that nobody changes; its SHA-256 says whether a place still means what it meant when it was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import NewType

from attrs import field, frozen
from attrs.validators import ge

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerRules

LONGEST_NAME = 300
MOST_IN_CELL = 32_767
"""What a cell of a workbook can hold, by Excel's specification, as `length_in_cell` counts."""
MOST_QUESTIONS = 20_000
LONGEST_QUESTION = MOST_IN_CELL
"""In characters, whatever the form: more is no question."""
QuestionNo = NewType("QuestionNo", int)
"""The place of a question in its questionnaire, from 1 on."""


class Form(StrEnum):
    """The formats that questionnaires come in."""

    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"
    MARKDOWN = "md"
    JSON = "json"
    PDF = "pdf"

    @property
    def takes_answers(self) -> bool:
        """Whether answers are written into files of this form; into those of others, a new file is made."""
        return self is not Form.PDF

    def has_room_for(self, answer: str) -> bool:
        """Return whether an answer fits into one place of such a file: a workbook's cells are small."""
        return self is not Form.XLSX or length_in_cell(answer) <= MOST_IN_CELL


@frozen(kw_only=True)
class Columns:
    """
    Which columns of a table hold what, counted from 0; *first_row* is the first one behind the heading.

    *table* is the name of the sheet, or the number of the table in a document (from 1 on). The headings are
    the words above each column, by which people know it again; empty: there are none.
    """

    table: str
    first_row: int = field(validator=ge(0))
    question: int = field(validator=ge(0))
    answer: int = field(validator=ge(0))
    section: int | None = None
    question_heading: str = ""
    answer_heading: str = ""
    section_heading: str = ""


@frozen(kw_only=True)
class Place:
    """
    Where a question stands and its answer belongs: a table or sheet and two addresses (`B7`, `paragraph 12`).

    *answer* is empty where the file takes none.
    """

    table: str
    question: str
    answer: str


@frozen(kw_only=True)
class Question:
    """
    One question. *given* is the answer that stands in the file already.

    *obstacle* says why no answer can be written at its place; empty: one can.
    """

    no: QuestionNo
    text: str
    place: Place
    section: str = ""
    rules: AnswerRules = field(factory=AnswerRules)
    given: str = ""
    obstacle: str = ""


@frozen(kw_only=True)
class Questionnaire:
    """The questions of one file, in its order, and the columns they were found in (none where there are no tables)."""

    name: str
    form: Form
    file_hash: str
    questions: tuple[Question, ...]
    columns: tuple[Columns, ...] = ()


@frozen(kw_only=True)
class WantedColumns:
    """What a person says of the columns, as letters (`C`) or headings (`Response`); what is empty is found."""

    question: str = ""
    answer: str = ""
    tables: tuple[str, ...] = ()


def checked_name(name: str) -> str:
    """
    Return the name of a file.

    Raises:
        InvalidInput: it is empty, too long, or holds what can't be shown.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"name {name[:60]!r}: expected the file's name, of 1 to {LONGEST_NAME} characters that can be shown"
        )
    return name


def length_in_cell(text: str) -> int:
    """Return how long Excel finds a text: in units of UTF-16, of which an emoji has two."""
    lines = text.replace("\r\n", "\n")
    return len(lines) + sum(sign > "\uffff" for sign in lines)


def check_size(texts: Sequence[str], *, name: str) -> None:
    """
    Refuse what is data, and no questionnaire.

    Raises:
        InvalidInput: there are too many questions in the file called *name*, or one of them is too long.
    """
    if len(texts) > MOST_QUESTIONS:
        raise InvalidInput(f"{name}: it asks {len(texts):,} questions; expected at most {MOST_QUESTIONS:,}; split it")
    for number, text in enumerate(texts, start=1):
        if len(text) > LONGEST_QUESTION:
            raise InvalidInput(
                f"{name}: question {number} ({text[:60]!r}...) has {len(text):,} characters; expected at most "
                f"{LONGEST_QUESTION:,}"
            )


def file_hash(content: bytes) -> str:
    """Return what a file is known by: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
