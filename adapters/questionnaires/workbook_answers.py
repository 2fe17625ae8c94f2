"""Writing answers into the buyer's own workbook: all other parts of the file stay as they are, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from posixpath import join, normpath
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from adapters.questionnaires.cells import with_answers
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
    with _opened(content, name="the file") as old:
        parts = _sheet_parts(old)
        changed = {
            _part(parts, sheet): with_answers(old.read(_part(parts, sheet)), cells, sheet=sheet)
            for sheet, cells in answers.items()
        }
        return _copied(old, changed)


def sheet_places(content: bytes, *, name: str) -> dict[str, Places]:
    """
    Return what each sheet of a workbook has, by the sheet's title; sheets without cells (charts) are left out.

    Raises:
        InvalidInput: it is no workbook, one of its sheets can't be read, or they have too many cells.
    """
    found: dict[str, Places] = {}
    left = MOST_CELLS
    with _opened(content, name=name) as book:
        for title, part in _sheet_parts(book).items():
            found[title] = places_in(book.read(part), where=f"{name}: sheet {title!r}", most_cells=left)
            left -= len(found[title].cells)
    return found


@contextmanager
def _opened(content: bytes, *, name: str) -> Iterator[ZipFile]:
    try:
        with ZipFile(BytesIO(content)) as book:
            yield book
    except TooManyCells as exc:
        raise InvalidInput(f"{name}: its sheets have more than {MOST_CELLS:,} cells; split it") from exc
    except (BadZipFile, KeyError, ParseError) as exc:
        raise InvalidInput(
            f"{name}: it is a workbook that can't be read, or lacks a part of one; save it anew"
        ) from exc


def _copied(old: ZipFile, changed: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as new:
        new.comment = old.comment
        for part in old.infolist():
            new.writestr(part, changed.get(part.filename) or old.read(part), compress_type=part.compress_type)
    return made.getvalue()


def _part(parts: Mapping[str, str], sheet: str) -> str:
    if sheet not in parts:
        known = ", ".join(map(repr, parts))
        raise InvalidInput(f"there is no sheet {sheet!r} in the workbook; there are {known}")
    return parts[sheet]


def _sheet_parts(book: ZipFile) -> dict[str, str]:
    """Return the name of each sheet's part by the sheet's title; sheets of charts and dialogues are left out."""
    from defusedxml.ElementTree import fromstring

    main = _main_part(book)
    folder, _, name = main.rpartition("/")
    relations = {
        one.get("Id"): one.get("Target", "")
        for one in fromstring(book.read(join(folder, "_rels", f"{name}.rels")))
        if one.get("Type", "").endswith("/worksheet") and one.get("TargetMode") != "External"
    }
    parts = {}
    for element in fromstring(book.read(main)).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            target = relations.get(element.get(_RELATION) or element.get(_STRICT_RELATION))
            if target is not None:
                parts[element.get("name", "")] = _path(folder, target)
    return parts


def _main_part(book: ZipFile) -> str:
    from defusedxml.ElementTree import fromstring

    for one in fromstring(book.read("_rels/.rels")):
        if one.get("Type", "").endswith("/officeDocument"):
            return _path("", one.get("Target", ""))
    raise KeyError("the package names no main part")


def _path(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
