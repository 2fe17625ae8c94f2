"""Questionnaires in .xlsx files: what they ask, the values that a buyer allows, and where nothing can be written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from adapters.questionnaires.columns import find_columns, is_cover, letters, questions_in
from adapters.questionnaires.sheet_places import Places, address_of
from adapters.questionnaires.strict_office import as_transitional
from adapters.questionnaires.workbook_answers import sheet_places
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerRules
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
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS = 20_000, 200


def read_workbook(content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
    """
    Return the questions of a workbook's visible sheets.

    Raises:
        InvalidInput: no workbook, no such sheet or column, or nothing in it asks anything.
    """
    places = sheet_places(content, name=name)
    book = _opened(content, name=name)
    sheets = _wanted_sheets(book, wanted.tables, name=name)
    tables = {sheet.title: _rows(sheet, places[sheet.title], name=name) for sheet in sheets}
    asking = _asking(tables, wanted)
    questions: list[Question] = []
    for sheet in (one for one in sheets if one.title in asking):
        rows, columns = tables[sheet.title], asking[sheet.title]
        questions += _questions(book, sheet, rows, columns, places=places[sheet.title], first=len(questions) + 1)
    if not questions:
        looked = ", ".join(repr(sheet.title) for sheet in sheets)
        raise InvalidInput(
            f"{name}: no question was found on {looked}; name the columns (--question-column B --answer-column D)"
        )
    return Questionnaire(
        name=name,
        form=Form.XLSX,
        file_hash=file_hash(content),
        questions=tuple(questions),
        columns=tuple(asking.values()),
    )


def _opened(content: bytes, *, name: str) -> Workbook:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():  # of what it would not write again: nothing is written by it
            warnings.simplefilter("ignore", UserWarning)
            return load_workbook(BytesIO(as_transitional(content)), data_only=True, keep_links=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError) as exc:
        raise InvalidInput(
            f"{name}: no .xlsx workbook that can be read ({type(exc).__name__}); save it anew as .xlsx, without a "
            "password"
        ) from exc


def _wanted_sheets(book: Workbook, names: tuple[str, ...], *, name: str) -> list[Worksheet]:
    visible: list[Worksheet] = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not names:
        return visible
    by_title = {sheet.title: sheet for sheet in book.worksheets}
    unknown = [title for title in names if title not in by_title]
    if unknown:
        known = ", ".join(map(repr, by_title))
        raise InvalidInput(f"{name}: there is no sheet {unknown[0]!r}; there are {known}")
    return [by_title[title] for title in names]


def _rows(sheet: Worksheet, places: Places, *, name: str) -> list[list[str]]:
    """Return the texts of the cells that are there; asking a sheet for all up to the last one would make millions."""
    rows: list[list[str]] = []
    for address in sorted(one for one in places.cells if one.column < MOST_COLUMNS):
        value = sheet.cell(address.row, address.column + 1).value
        if address.row > MOST_ROWS:
            if value is None:
                continue
            raise InvalidInput(
                f"{name}: sheet {sheet.title!r} has text below row {MOST_ROWS:,} ({address}); split it, or take it away"
            )
        rows += ([] for _ in range(address.row - len(rows)))
        row = rows[address.row - 1]
        row += [""] * (address.column + 1 - len(row))
        row[address.column] = "" if value is None else str(value)
    return rows


def _asking(tables: dict[str, list[list[str]]], wanted: WantedColumns) -> dict[str, Columns]:
    """Return the columns of the sheets that ask; covers are left out, unless they are named or nothing else asks."""
    each = {title: find_columns(rows, table=title, wanted=wanted) for title, rows in tables.items()}
    found = {title: columns for title, columns in each.items() if columns is not None}
    no_covers = {title: columns for title, columns in found.items() if not is_cover(tables[title], columns)}
    return found if wanted.tables else no_covers or found


def _questions(
    book: Workbook, sheet: Worksheet, rows: list[list[str]], columns: Columns, *, places: Places, first: int
) -> Iterator[Question]:
    validations = sheet.data_validations.dataValidation
    for number, found in enumerate(questions_in(rows, columns), start=first):
        address = f"{letters(columns.answer)}{found.row + 1}"
        obstacle = places.obstacle(address_of(address))
        here = [one for one in validations if address in one.sqref]
        rules = _rules(book, sheet, here, extended=places.list_of(address_of(address)))
        yield Question(
            no=QuestionNo(number),
            text=found.text,
            section=found.section,
            place=Place(table=sheet.title, question=f"{letters(columns.question)}{found.row + 1}", answer=address),
            rules=rules,
            given="" if obstacle or _is_hint(found.given, rules, here) else found.given,
            obstacle=f"{address}: {obstacle}" if obstacle else "",
        )


def _rules(book: Workbook, sheet: Worksheet, validations: list[DataValidation], *, extended: str) -> AnswerRules:
    allowed = tuple(_listed(book, sheet, extended)) if extended else ()
    most = None
    for one in validations:
        if one.type == "list" and one.formula1:
            allowed = tuple(_listed(book, sheet, str(one.formula1)))
        if one.type == "textLength":
            most = _longest(one)
    return AnswerRules(allowed_values=allowed, most_characters=most)


def _is_hint(given: str, rules: AnswerRules, validations: list[DataValidation]) -> bool:
    """Whether a cell says what nobody could have chosen or typed there: `Please choose` is no answer."""
    refuses = (one for one in validations if one.type == "list" and one.showErrorMessage)
    return any((one.errorStyle or "stop") == "stop" for one in refuses) and not rules.allow(given)


def _longest(rule: DataValidation) -> int | None:
    limit = {"between": rule.formula2, "lessThanOrEqual": rule.formula1, "equal": rule.formula1}.get(
        str(rule.operator or "between")
    )
    if rule.operator == "lessThan" and str(rule.formula1).isdigit():
        return int(str(rule.formula1)) - 1
    return int(str(limit)) if limit is not None and str(limit).isdigit() else None


def _listed(book: Workbook, sheet: Worksheet, formula: str) -> Iterator[str]:
    """Yield the values of a dropdown list: written out, a range of cells, or the name of one."""
    if formula.startswith('"'):
        yield from (word.strip() for word in formula.strip('"').split(",") if word.strip())
        return
    words = formula.removeprefix("=")
    defined = sheet.defined_names.get(words) or book.defined_names.get(words)
    if defined is not None:
        words = str(defined.attr_text)
    title, _, area = words.rpartition("!")
    source = next((one for one in book.worksheets if one.title == title.strip("'").replace("''", "'")), sheet)
    try:
        cells = source[area.replace("$", "")]
    except ValueError:  # a formula such as INDIRECT(...): what it allows is known to Excel alone
        return
    rows = cells if isinstance(cells, tuple) else ((cells,),)
    for row in rows:
        for cell in row if isinstance(row, tuple) else (row,):
            if cell.value is not None and str(cell.value).strip():
                yield str(cell.value).strip()
