"""Writing answers into the buyer's own workbook: all other parts of the file stay as they are, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from zipfile import ZipFile

from adapters.questionnaires.cells import with_answers
from adapters.questionnaires.packages import copied, main_part, opened_package, related
from adapters.questionnaires.sheet_places import Places, TooManyCells, places_in
from domain.jobs.errors import InvalidInput

MOST_CELLS = 500_000
"""Of all sheets of a workbook together; what has more is data, and no questionnaire."""

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def with_workbook_answers(content: bytes, answers: Mapping[str, Mapping[str, str]]) -> bytes:
    """
    Return a workbook with *answers* by sheet and address.

    Raises:
        InvalidInput: there is no such sheet, or a cell can't take its answer.
    """
    with opened_package(content, name="the file") as old:
        parts = _sheet_parts(old)
        changed = {
            _part(parts, sheet): with_answers(old.read(_part(parts, sheet)), cells, sheet=sheet)
            for sheet, cells in answers.items()
        }
        return copied(old, changed)


def sheet_places(content: bytes, *, name: str) -> dict[str, Places]:
    """
    Return what each sheet of a workbook has, by the sheet's title; sheets without cells (charts) are left out.

    Raises:
        InvalidInput: it is no workbook, one of its sheets can't be read, or they have too many cells.
    """
    found: dict[str, Places] = {}
    left = MOST_CELLS
    try:
        with opened_package(content, name=name) as book:
            for title, part in _sheet_parts(book).items():
                found[title] = places_in(book.read(part), where=f"{name}: sheet {title!r}", most_cells=left)
                left -= len(found[title].cells)
    except TooManyCells as exc:
        raise InvalidInput(f"{name}: its sheets have more than {MOST_CELLS:,} cells; split it") from exc
    return found


def _part(parts: Mapping[str, str], sheet: str) -> str:
    if sheet not in parts:
        known = ", ".join(map(repr, parts))
        raise InvalidInput(f"there is no sheet {sheet!r} in the workbook; there are {known}")
    return parts[sheet]


def _sheet_parts(book: ZipFile) -> dict[str, str]:
    """Return the name of each sheet's part by the sheet's title; sheets of charts and dialogues are left out."""
    from defusedxml.ElementTree import fromstring

    main = main_part(book)
    sheets = related(book, main, kind="worksheet")
    parts = {}
    for element in fromstring(book.read(main)).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            part = sheets.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "")
            if part is not None:
                parts[element.get("name", "")] = part
    return parts
