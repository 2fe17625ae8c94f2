"""
Writing answers into a sheet of an .xlsx file, cell by cell: every byte of the file but those cells stays as it is.

Libraries that read a workbook and write it anew lose what they don't know: text boxes, sparklines, extension lists. So
the sheet's XML is cut where its cells stand, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from xml.sax.saxutils import escape

from adapters.questionnaires.plain_text import storable
from adapters.questionnaires.sheet_places import Address, Places, Spot, address_of, places_in
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import MOST_IN_CELL, length_in_cell

_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_TYPE = re.compile(rb"""\s(?:t|vm|cm)\s*=\s*("[^"]*"|'[^']*')""")
_SPANS = re.compile(rb"""\sspans\s*=\s*("[^"]*"|'[^']*')""")

Edit = tuple[int, int, bytes]
"""What stands between two places, in bytes, and what is to stand there."""


def with_answers(xml: bytes, answers: Mapping[str, str], *, sheet: str) -> bytes:
    """
    Return a sheet's XML with *answers* by address (`D7`), each as text, which is no formula whatever it begins with.

    Raises:
        InvalidInput: a cell is merged or holds a formula, a text is longer than a cell, or it is no sheet. Nothing was
            changed; the message names every such cell.
    """
    places = places_in(xml, where=f"sheet {sheet!r}")
    wanted = {address_of(address): text for address, text in answers.items()}
    _check(places, wanted, sheet=sheet)
    edits = [_replaced(xml, places.cells[one], text) for one, text in wanted.items() if one in places.cells]
    new = sorted(one for one in wanted if one not in places.cells)
    inserted: list[Edit] = []
    for number, cells in groupby(new, key=lambda one: one.row):
        inserted += _into_row(xml, places, number, [(one, wanted[one]) for one in cells])
    for start, end, text in sorted([*edits, *_joined(inserted)], reverse=True):
        xml = xml[:start] + text + xml[end:]
    return xml


def _check(places: Places, wanted: Mapping[Address, str], *, sheet: str) -> None:
    problems = [f"{one}: {why}" for one in sorted(wanted) if (why := places.obstacle(one))]
    problems += [
        f"{one}: the answer has {length(text):,} characters, and a cell holds at most {MOST_IN_CELL:,}"
        for one, text in sorted(wanted.items())
        if length(text) > MOST_IN_CELL
    ]
    if problems:
        raise InvalidInput(f"sheet {sheet!r} can't take every answer; nothing was written", problems=tuple(problems))


def _replaced(xml: bytes, spot: Spot, text: str) -> Edit:
    tag = _TYPE.sub(b"", xml[spot.start : spot.opened]).rstrip(b"/>").rstrip()
    return spot.start, spot.end, tag + _inside(spot.prefix, text)


def _into_row(xml: bytes, places: Places, number: int, cells: list[tuple[Address, str]]) -> list[Edit]:
    row = places.rows.get(number)
    if row is None:
        return [_new_row(xml, places, number, cells)]
    tag = _SPANS.sub(b"", xml[row.start : row.opened])  # what it says of the row's cells is no longer so
    if row.is_empty:
        made = b"".join(_new_cell(places, row.prefix, one, text) for one, text in cells)
        return [(row.start, row.end, tag[:-2] + b">" + made + b"</" + row.prefix + b"row>")]
    there = sorted((one, spot.start) for one, spot in places.cells.items() if one.row == number)
    edits = [(row.start, row.opened, tag)]
    for address, text in cells:
        at = next((start for one, start in there if one > address), row.closes)
        edits.append((at, at, _new_cell(places, row.prefix, address, text)))
    return edits


def _new_row(xml: bytes, places: Places, number: int, cells: list[tuple[Address, str]]) -> Edit:
    data = places.data
    assert data is not None
    made = b"".join(_new_cell(places, data.prefix, one, text) for one, text in cells)
    row = b"<" + data.prefix + b'row r="%d">' % number + made + b"</" + data.prefix + b"row>"
    if data.is_empty:
        tag = xml[data.start : data.opened - 2]
        return data.start, data.end, tag + b">" + row + b"</" + data.prefix + b"sheetData>"
    behind = [places.rows[one].start for one in places.rows if one > number]
    at = min(behind, default=data.closes)
    return at, at, row


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits with what is put in at one place as one, in its order."""
    places: dict[tuple[int, int], bytes] = {}
    for start, end, text in edits:
        places[start, end] = places.get((start, end), b"") + text
    return [(start, end, text) for (start, end), text in places.items()]


def _new_cell(places: Places, prefix: bytes, address: Address, text: str) -> bytes:
    style = places.style_of(address)
    attributes = f'c r="{address}"' + (f' s="{style}"' if style else "")
    return b"<" + prefix + attributes.encode() + _inside(prefix, text)


def _inside(prefix: bytes, text: str) -> bytes:
    """Return what follows a cell's other attributes, up to its end; characters that XML can't hold are left out."""
    opening = b' t="inlineStr"><' + prefix + b"is><" + prefix + b't xml:space="preserve">'
    return opening + escape(in_cell(text)).encode() + b"</" + prefix + b"t></" + prefix + b"is></" + prefix + b"c>"


def in_cell(text: str) -> str:
    """Return a text as the file of a cell holds it: `_x0041_` would be read as the character of this number."""
    return _LIKE_AN_ESCAPE.sub("_x005F_", storable(text))


def length(text: str) -> int:
    """Return how long Excel finds a text, of which it holds what XML can."""
    return length_in_cell(storable(text))
