"""
Questionnaires in .docx files: tables with a column for answers, and paragraphs that ask.

A paragraph asks when it ends with a question mark; its answer is the paragraph behind it, when that is empty, and one
that is put in there otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from adapters.questionnaires.columns import find_columns, letters, questions_in
from adapters.questionnaires.sheet_places import address_of
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import (
    Columns,
    Form,
    Place,
    Question,
    Questionnaire,
    QuestionNo,
    WantedColumns,
    file_hash,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

TEXT = "text"
"""The table of what stands in none."""


def read_word(content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
    """
    Return the questions of a document: those of its tables, then those of its text.

    Raises:
        InvalidInput: no document, no such column, or nothing in it asks anything.
    """
    document = _opened(content, name=name)
    questions: list[Question] = []
    found: list[Columns] = []
    for number, table in enumerate(document.tables, start=1):
        title = f"table {number}"
        if wanted.tables and title not in wanted.tables:
            continue
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        columns = find_columns(rows, table=title, wanted=wanted) if len(table.columns) > 1 else None
        if columns is not None and columns.answer < len(table.columns):
            found.append(columns)
            questions += _of_table(table, rows, columns, first=len(questions) + 1)
    if not wanted.tables:
        questions += _of_text(document, first=len(questions) + 1)
    if not questions:
        raise InvalidInput(
            f"{name}: no question was found, neither a table with an empty column nor a paragraph that ends with `?`"
        )
    return Questionnaire(
        name=name, form=Form.DOCX, file_hash=file_hash(content), questions=tuple(questions), columns=tuple(found)
    )


def with_word_answers(content: bytes, answers: Mapping[str, Mapping[str, str]]) -> bytes:
    """Return the document with *answers* by table (or `text`) and place."""
    document = _opened(content, name="the file")
    for number, table in enumerate(document.tables, start=1):
        for place, text in answers.get(f"table {number}", {}).items():
            address = address_of(place)
            table.cell(address.row - 1, address.column).text = text
    paragraphs = document.paragraphs
    for place, text in answers.get(TEXT, {}).items():
        _answer(paragraphs, int(place.removeprefix("paragraph ")) - 1, text)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _opened(content: bytes, *, name: str) -> Document:
    from docx import Document as open_document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return open_document(BytesIO(content))
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError) as exc:
        raise InvalidInput(
            f"{name}: no .docx document that can be read ({type(exc).__name__}); save it anew, without a password"
        ) from exc


def _of_table(table: Table, rows: list[list[str]], columns: Columns, *, first: int) -> Iterator[Question]:
    for number, found in enumerate(questions_in(rows, columns), start=first):
        address = f"{letters(columns.answer)}{found.row + 1}"
        is_merged = _is_merged(table, found.row, columns.answer)
        yield Question(
            no=QuestionNo(number),
            text=found.text,
            section=found.section,
            place=Place(table=columns.table, question=f"{letters(columns.question)}{found.row + 1}", answer=address),
            given="" if is_merged else found.given,
            obstacle=f"{address} is a merged cell" if is_merged else "",
        )


def _is_merged(table: Table, row: int, column: int) -> bool:
    own = table.cell(row, column)._tc
    beside = [(row + down, column + right) for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))]
    there = [(y, x) for y, x in beside if 0 <= y < len(table.rows) and 0 <= x < len(table.columns)]
    return any(table.cell(y, x)._tc is own for y, x in there)


def _of_text(document: Document, *, first: int) -> Iterator[Question]:
    section, number = "", first
    paragraphs = document.paragraphs
    for position, paragraph in enumerate(paragraphs):
        text = paragraph.text.strip()
        if text.endswith("?"):
            place = Place(table=TEXT, question=f"paragraph {position + 1}", answer=f"paragraph {position + 1}")
            given = _given(paragraphs[position + 1 : position + 2])
            yield Question(no=QuestionNo(number), text=text, section=section, place=place, given=given)
            number += 1
        elif _is_heading(paragraph) and text:
            section = text


def _given(behind: list[Paragraph]) -> str:
    """Return the answer that stands behind a question already, if that is what stands there."""
    texts = [one.text.strip() for one in behind if not _is_heading(one)]
    return next((text for text in texts if not text.endswith("?")), "")


def _is_heading(paragraph: Paragraph) -> bool:
    name = paragraph.style.name if paragraph.style else ""
    return (name or "").startswith(("Heading", "Title"))


def _answer(paragraphs: list[Paragraph], asks: int, text: str) -> None:
    """Write behind the paragraph that asks: into an empty one, or into a new one."""
    from copy import deepcopy

    from docx.text.paragraph import Paragraph as Made

    behind = paragraphs[asks + 1] if asks + 1 < len(paragraphs) else None
    if behind is not None and not behind.text.strip():
        behind.text = text
        return
    question = paragraphs[asks]
    element = deepcopy(question._p)
    question._p.addnext(element)
    made = Made(element, question._parent)
    made.style = None
    made.text = text
