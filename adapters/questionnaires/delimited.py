"""Questionnaires in .csv files; what is written back keeps their delimiter, and no cell of it is run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice

from attrs import evolve, frozen

from adapters.delimiters import DELIMITERS, delimiter_of
from adapters.questionnaires.columns import ROWS_LOOKED_AT, find_columns, letters, questions_in
from adapters.questionnaires.plain_text import decoded, encoded
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
    check_size,
    file_hash,
)

TABLE = "csv"


def read_delimited(content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
    """
    Return the questions of a CSV file.

    Raises:
        InvalidInput: no CSV, no such column, a sheet was named, or nothing in it asks anything.
    """
    if wanted.tables:
        raise InvalidInput(f"{name}: a .csv file has no sheets, so none can be named; leave it out")
    rows = [row.cells for row in _rows(content, name=name)]
    columns = find_columns(rows, table=TABLE, wanted=wanted)
    found = [] if columns is None else list(questions_in(rows, columns))
    if columns is None or not found:
        raise InvalidInput(f"{name}: no question was found; name the columns (--question-column B --answer-column D)")
    check_size([one.text for one in found], name=name)
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
    """Return the file with *answers* by address (`D7`); rows without any stay as they are, to the byte."""
    rows = list(_rows(content, name="the file"))
    for place, text in answers.items():
        address = address_of(place)
        row = rows[address.row - 1]
        cells = [*row.cells, *[""] * (address.column + 1 - len(row.cells))]
        cells[address.column] = inert(text)
        rows[address.row - 1] = evolve(row, cells=cells, is_answered=True)
    return encoded("".join(map(_written, rows)), like=content)


@frozen(kw_only=True)
class _Row:
    """A row as it stands in the file, its line end included, and its cells."""

    text: str
    cells: list[str]
    delimiter: str
    is_answered: bool = False


def _written(row: _Row) -> str:
    if not row.is_answered:
        return row.text
    ending = row.text[len(row.text.rstrip("\r\n")) :]
    made = StringIO()
    csv.writer(made, delimiter=row.delimiter, lineterminator=ending).writerow(row.cells)
    return made.getvalue()


def _rows(content: bytes, *, name: str) -> Iterator[_Row]:
    text = decoded(content, name=name)
    lines = list(StringIO(text, newline=""))
    delimiter = _delimiter_of_all(lines) or delimiter_of(_first_row(text))
    reader, begins = csv.reader(lines, delimiter=delimiter, strict=True), 0
    try:
        for cells in reader:
            yield _Row(text="".join(lines[begins : reader.line_num]), cells=cells, delimiter=delimiter)
            begins = reader.line_num
    except csv.Error as exc:
        raise InvalidInput(f"{name}: no valid CSV ({exc}); mend its quotation marks") from exc


def _delimiter_of_all(lines: list[str]) -> str:
    """Return the one delimiter that cuts all rows alike, as programs write them; empty: none, or several do."""
    alike = [mark for mark in DELIMITERS if len(widths := _widths(lines, mark)) == 1 and widths != {1}]
    return alike[0] if len(alike) == 1 else ""


def _widths(lines: list[str], delimiter: str) -> set[int]:
    try:
        return {len(row) for row in islice(csv.reader(lines, delimiter=delimiter), ROWS_LOOKED_AT) if row}
    except csv.Error:  # what is cut by another one may well be no CSV
        return set()


def _first_row(text: str) -> str:
    """Return the first row that a delimiter cuts, over all lines of its quotes; above it may stand a title."""
    row = ""
    for line in text.splitlines(keepends=True)[:ROWS_LOOKED_AT]:
        row += line
        if row.count('"') % 2 == 0:
            lines = row.splitlines(keepends=True)
            if len(next(csv.reader(lines, delimiter=delimiter_of(row)), [])) > 1:
                return row
            row = ""
    return row
