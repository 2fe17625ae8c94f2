"""Questionnaires in .csv files; what is written back keeps their delimiter, and no cell of it is run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

from adapters.delimiters import DELIMITERS, delimiter_of
from adapters.questionnaires.columns import ROWS_LOOKED_AT, find_columns, letters, questions_in
from adapters.questionnaires.plain_text import decoded
from adapters.questionnaires.sheet_places import address_of
from adapters.spreadsheet_text import inert
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import (
    Form,
    Place,
    Question,
    Questionnaire,
    QuestionNo,
    WantedColumns,
    file_hash,
)

TABLE = "csv"


def read_delimited(content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
    """
    Return the questions of a CSV file.

    Raises:
        InvalidInput: no CSV, no such column, or nothing in it asks anything.
    """
    rows, _delimiter = _rows(content, name=name)
    columns = find_columns(rows, table=TABLE, wanted=wanted)
    found = [] if columns is None else list(questions_in(rows, columns))
    if columns is None or not found:
        raise InvalidInput(f"{name}: no question was found; name the columns (--question-column B --answer-column D)")
    questions = tuple(
        Question(
            no=QuestionNo(number),
            text=one.text,
            section=one.section,
            place=Place(
                table=TABLE,
                question=f"{letters(columns.question)}{one.row + 1}",
                answer=f"{letters(columns.answer)}{one.row + 1}",
            ),
            given=one.given,
        )
        for number, one in enumerate(found, start=1)
    )
    return Questionnaire(
        name=name, form=Form.CSV, file_hash=file_hash(content), questions=questions, columns=(columns,)
    )


def with_delimited_answers(content: bytes, answers: Mapping[str, str]) -> bytes:
    """Return the file with *answers* by address (`D7`); the cells of others stay as they were read."""
    rows, delimiter = _rows(content, name="the file")
    for place, text in answers.items():
        address = address_of(place)
        row = rows[address.row - 1]
        row += [""] * (address.column + 1 - len(row))
        row[address.column] = inert(text)
    written = StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    mark = "\ufeff" if content.startswith(b"\xef\xbb\xbf") else ""
    return (mark + written.getvalue()).encode()


def _rows(content: bytes, *, name: str) -> tuple[list[list[str]], str]:
    text = decoded(content, name=name)
    delimiter = delimiter_of(_first_row(text))
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)), delimiter
    except csv.Error as exc:
        raise InvalidInput(f"{name}: no valid CSV ({exc}); mend its quotation marks") from exc


def _first_row(text: str) -> str:
    """Return the first row that a delimiter cuts, over all lines of its quotes; above it may stand a title."""
    row = ""
    for line in text.splitlines(keepends=True)[:ROWS_LOOKED_AT]:
        row += line
        if row.count('"') % 2 == 0:
            if any(mark in row for mark in DELIMITERS):
                return row
            row = ""
    return row
