"""Where the rows and cells of a sheet stand in its XML, in bytes, as a parser tells it; and which cells are taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from xml.parsers import expat

from attrs import define, field, frozen

from adapters.questionnaires.columns import column_of, letters
from domain.jobs.errors import InvalidInput

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_LAST = 10_000_000
"""Behind the last row and column of any sheet."""
_PLACED = ("c", "row", "sheetData")
_TAG = re.compile(rb"""<(?:[^"'>]+|"[^"]*"|'[^']*')*>""")


@frozen(kw_only=True, order=True)
class Address:
    """A cell's place; *row* counts from 1 and *column* from 0. They sort as the XML has to hold them."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{letters(self.column)}{self.row}"


@frozen(kw_only=True)
class Area:
    """A rectangle of cells, its corners included."""

    first: Address
    last: Address

    def __contains__(self, address: Address) -> bool:
        in_rows = self.first.row <= address.row <= self.last.row
        return in_rows and self.first.column <= address.column <= self.last.column


@frozen(kw_only=True)
class Spot:
    """An element in the XML, from *start* to *end*: its tag ends at *opened*, its closing tag begins at *closes*."""

    start: int
    opened: int
    closes: int
    end: int
    prefix: bytes

    @property
    def is_empty(self) -> bool:
        """Whether the element is one tag (`<row/>`)."""
        return self.opened == self.end


@define(kw_only=True)
class Places:
    """
    What a sheet has, where; *taken*: areas no answer may be written to, and why.

    *lists*: areas with a dropdown list, and its formula, as far as they stand in the sheet's extensions, where Excel
    puts lists whose values are on another sheet. *styles*: columns and rows with a style for cells that are not there.
    """

    rows: dict[int, Spot] = field(factory=dict)
    cells: dict[Address, Spot] = field(factory=dict)
    taken: list[tuple[Area, str]] = field(factory=list)
    lists: list[tuple[Area, str]] = field(factory=list)
    styles: list[tuple[Area, str]] = field(factory=list)
    data: Spot | None = None

    def obstacle(self, address: Address) -> str:
        """Return why nothing can be written there; empty: something can."""
        return next((why for area, why in self.taken if address in area), "")

    def style_of(self, address: Address) -> str:
        """Return the number of the style that a new cell has there, its row's before its column's; empty: the usual."""
        return next((style for area, style in reversed(self.styles) if address in area), "")

    def list_of(self, address: Address) -> str:
        """Return the formula of the dropdown list that an extension has there; empty: there is none."""
        return next((formula for area, formula in self.lists if address in area), "")


def address_of(text: str) -> Address:
    """
    Read an address such as `D7`.

    Raises:
        InvalidInput: it is none.
    """
    match = _ADDRESS.fullmatch(text)
    column = column_of(match.group(1)) if match else None
    if match is None or column is None:
        raise InvalidInput(f"cell {text!r}: expected an address such as D7")
    return Address(row=int(match.group(2)), column=column)


def area_of(text: str) -> Area:
    """Read an area such as `B2:D4`, or a single cell."""
    first, _, last = text.partition(":")
    return Area(first=address_of(first), last=address_of(last or first))


def places_in(xml: bytes, *, where: str, most_cells: int | None = None) -> Places:
    """
    Return where things stand in the sheet that messages call *where*.

    Raises:
        InvalidInput: it is no sheet's XML in UTF-8, or declares a document type, which no workbook does.
        TooManyCells: it has more than *most_cells*.
    """
    scan = _Scan(xml, most_cells=most_cells)
    try:
        scan.parser.Parse(xml, True)
    except (expat.ExpatError, _DocumentType, ValueError) as exc:
        raise InvalidInput(f"{where}: its XML can't be read; save the workbook anew as .xlsx") from exc
    if scan.places.data is None:
        raise InvalidInput(f"{where}: it has no cells; a chart's sheet, perhaps")
    return scan.places


class TooManyCells(Exception):
    """More cells than are looked at."""


class _DocumentType(Exception):
    """Entities come with document types; a workbook has neither."""


class _Scan:
    """One pass of a parser that knows at which byte it is."""

    def __init__(self, xml: bytes, *, most_cells: int | None) -> None:
        self.xml = xml
        self.most_cells = most_cells
        self.places = Places()
        self.here = Address(row=0, column=-1)
        self.open: list[tuple[str, int, int]] = []
        self.said: dict[str, str] = {}
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise _DocumentType

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        start, name = self.parser.CurrentByteIndex, tag.rpartition(":")[2]
        self.open.append((tag, start, self._tag_end(start) if name in _PLACED else start))
        if name == "col" and attributes.get("style", "0") != "0":
            first, last = (int(attributes[edge]) - 1 for edge in ("min", "max"))
            self._style(Address(row=1, column=first), Address(row=_LAST, column=last), attributes["style"])
        elif name == "row":
            self.here = Address(row=int(attributes.get("r", self.here.row + 1)), column=-1)
            if attributes.get("customFormat") in ("1", "true"):
                row = self.here.row
                self._style(Address(row=row, column=0), Address(row=row, column=_LAST), attributes.get("s", "0"))
        elif name == "c":  # an address may be left out: then it is the next one
            following = Address(row=self.here.row, column=self.here.column + 1)
            self.here = address_of(attributes["r"]) if "r" in attributes else following
        elif name == "f" and self.open[-2:][0][0].rpartition(":")[2] == "c":
            area = Area(first=self.here, last=self.here)
            if attributes.get("t") in ("array", "dataTable") and "ref" in attributes:
                area = area_of(attributes["ref"])
            self.places.taken.append((area, "it holds a formula"))
        elif name == "dataValidation" and attributes.get("type") == "list" and "sqref" not in attributes:
            self.said = {}
            self.parser.CharacterDataHandler = self._hear
        elif name == "mergeCell":
            merged = attributes.get("ref", "")
            self.places.taken.append((area_of(merged), f"it is part of the merged cells {merged}"))

    def _style(self, first: Address, last: Address, style: str) -> None:
        if style.isdecimal():
            self.places.styles.append((Area(first=first, last=last), style))

    def _hear(self, text: str) -> None:
        """Gather what elements inside an extension's rule say, by their names."""
        name = self.open[-1][0].rpartition(":")[2]
        parent = self.open[-2][0].rpartition(":")[2] if name == "f" else name
        self.said[parent] = self.said.get(parent, "") + text

    def _end(self, tag: str) -> None:
        _tag, start, opened = self.open.pop()
        prefix, _, name = tag.rpartition(":")
        if name == "dataValidation" and self.parser.CharacterDataHandler is not None:
            self.parser.CharacterDataHandler = None
            for words in self.said.get("sqref", "").split():
                with suppress(InvalidInput):  # a rule that can't be understood is Excel's alone
                    self.places.lists.append((area_of(words), self.said.get("formula1", "")))
        if name not in _PLACED:
            return
        is_empty = self.xml[opened - 2 : opened] == b"/>"
        closes = opened if is_empty else self.parser.CurrentByteIndex
        end = opened if is_empty else self._tag_end(closes)
        lead = f"{prefix}:".encode() if prefix else b""
        spot = Spot(start=start, opened=opened, closes=closes, end=end, prefix=lead)
        if name == "c":
            self.places.cells[self.here] = spot
            if self.most_cells is not None and len(self.places.cells) > self.most_cells:
                raise TooManyCells
        elif name == "row":
            self.places.rows[self.here.row] = spot
        else:
            self.places.data = spot

    def _tag_end(self, start: int) -> int:
        """Return the place behind the tag that begins at *start*; a `>` may stand in a quoted value."""
        tag = _TAG.match(self.xml, start)
        assert tag  # the parser has read it
        return tag.end()
