"""
The XML of a Word document as its reader sees it: paragraphs and tables in their order, and what they say.

Content controls are looked through, wherever they stand. Of tracked changes the newest state counts: what was deleted
says nothing, what was inserted does. Text boxes are no part of the paragraph that they hang on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

from domain.rfp_answering.draft import AnswerRules

Element = Any  # lxml has no types

_WRAPPERS = ("sdtContent", "customXml", "smartTag", "ins", "moveTo")
_SILENT = ("del", "moveFrom", "txbxContent", "Fallback", "pPr", "rPr", "sdtPr", "instrText", "delText")
_SAID = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@frozen
class Cell:
    """A place in a table's grid: the cell that covers it, and whether that covers others, too."""

    element: Element
    is_merged: bool
    is_origin: bool


@define
class Contents:
    """All paragraphs and tables of a document in their order, those inside of tables' cells among them."""

    paragraphs: list[Element] = field(factory=list)
    tables: list[Element] = field(factory=list)


def kind_of(element: Element) -> str:
    """Return the name of an element without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value_of(element: Element, name: str = "val") -> str:
    """Return an attribute, whatever its namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def children(element: Element, *kinds: str) -> Iterator[Element]:
    """Yield the children of these kinds, through controls and tracked insertions."""
    for child in element:
        kind = kind_of(child)
        if kind in kinds:
            yield child
        elif kind in _WRAPPERS or kind == "sdt":
            yield from children(child, *kinds)


def contents_of(body: Element) -> Contents:
    """Return what a document holds."""
    found = Contents()
    _visit(body, found)
    return found


def _visit(container: Element, found: Contents) -> None:
    for block in children(container, "p", "tbl"):
        if kind_of(block) == "p":
            found.paragraphs.append(block)
            continue
        found.tables.append(block)
        for row in children(block, "tr"):
            for cell in children(row, "tc"):
                _visit(cell, found)


def table_around(element: Element) -> Element | None:
    """Return the innermost table that an element stands in."""
    return next((one for one in element.iterancestors() if kind_of(one) == "tbl"), None)


def text_of(element: Element) -> str:
    """Return what a paragraph says; the words that a control shows while it is empty are not said."""
    return "".join(_said(element))


def _said(element: Element) -> Iterator[str]:
    for child in element:
        kind = kind_of(child)
        if kind == "t":
            yield child.text or ""
        elif kind in _SAID:
            yield _SAID[kind]
        elif kind not in _SILENT and not (kind == "sdt" and is_empty(child)):
            yield from _said(child)


def is_empty(control: Element) -> bool:
    """Return whether a content control shows a placeholder."""
    return any(kind_of(one) == "showingPlcHdr" for part in control if kind_of(part) == "sdtPr" for one in part)


def rules_of(element: Element) -> AnswerRules:
    """Return the values of a dropdown list in a cell or a paragraph, or around it, as it shows them."""
    around = [one for one in element.iterancestors() if kind_of(one) == "sdt"][:1]
    parts = (one for holder in (element, *around) for one in holder.iter())
    items = [one for part in parts if kind_of(part) == "dropDownList" for one in part if value_of(one, "value")]
    shown = [value_of(one, "displayText") or value_of(one, "value") for one in items]
    return AnswerRules(allowed_values=tuple(dict.fromkeys(shown)))


def cell_text(cell: Element) -> str:
    """Return what a cell says, without the tables in it."""
    around = [one for one in cell.iterancestors() if kind_of(one) == "sdt"][:1]
    if around and is_empty(around[0]):
        return ""
    return "\n".join(_paragraphs_in(cell))


def _paragraphs_in(cell: Element) -> Iterator[str]:
    for block in cell:
        kind = kind_of(block)
        if kind == "p":
            yield text_of(block)
        elif kind == "sdt" and not is_empty(block):
            yield from (text_of(one) for one in children(block, "p"))


def grid_of(table: Element) -> list[list[Cell]]:
    """Return the cells of a table by row and column of its grid; one that is merged stands at each of its places."""
    rows: list[list[Cell]] = []
    for row in children(table, "tr"):
        cells: list[Cell] = []
        before = [one for part in row if kind_of(part) == "trPr" for one in part if kind_of(one) == "gridBefore"]
        for one in before:
            cells += [Cell(one, is_merged=True, is_origin=False)] * _number(value_of(one))
        for cell in children(row, "tc"):
            width, goes_on, merges = _spans(cell)
            above = rows[-1][len(cells)].element if goes_on and rows and len(cells) < len(rows[-1]) else cell
            made = [Cell(above, is_merged=merges, is_origin=not goes_on and no == 0) for no in range(width)]
            cells += made
        rows.append(cells)
    return rows


def _spans(cell: Element) -> tuple[int, bool, bool]:
    """Return how many columns a cell spans, whether it goes on from the row above, and whether it is merged at all."""
    width, goes_on, is_tall = 1, False, False
    for one in (one for part in cell if kind_of(part) == "tcPr" for one in part):
        if kind_of(one) == "gridSpan":
            width = _number(value_of(one))
        elif kind_of(one) == "vMerge":
            is_tall, goes_on = True, value_of(one) != "restart"
    return width, goes_on, is_tall or width > 1


def _number(text: str) -> int:
    return min(max(int(text), 1), 100) if text.isdigit() else 1
