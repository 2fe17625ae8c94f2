"""
CSV and Excel: a line for each row, in which each cell stands behind the name of its column.

`plan: Pro; price: 12` says of a single row what the raw line `Pro,12` says only under its header, which is in another
chunk.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from adapters.child_processes.refusals import too_large, unreadable
from adapters.delimiters import delimiter_of
from adapters.parsing.archives import check_archive
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.text_builder import TextBuilder, one_line
from domain.embedding.parsed import ParsedDocument

_LONGEST_CELL = 1_000_000
_MOST_COLUMNS = 2000
Row = Sequence[str]


def read_csv(text: str, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """
    Return the document of a CSV or TSV file.

    Raises:
        PermanentFailure: its quotes don't close, or it has too many rows.
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    builder = TextBuilder(limits)
    usual = csv.field_size_limit(_LONGEST_CELL)  # of the whole process, which may read other files after this one
    try:
        _write(csv.reader(io.StringIO(text), delimiter=delimiter_of(header)), builder, limits=limits)
    except csv.Error as exc:
        raise unreadable(f"it is not valid CSV: {str(exc)[:100]}; mend its quotes") from exc
    finally:
        csv.field_size_limit(usual)
    return builder.finish(stem)


def read_excel(content: bytes, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """
    Return the document of an Excel file; each sheet is a section, and formulas are what they last came to.

    Raises:
        PermanentFailure: broken, encrypted, a bomb, or with too many rows.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    check_archive(content, limits=limits)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError) as exc:
        raise unreadable(f"it is a broken Excel file ({str(exc)[:100]}); save it anew") from exc
    builder = TextBuilder(limits)
    try:
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its size is believed by the reader, and may be anything
            builder.heading(1, sheet.title)
            _write((_cells(row) for row in sheet.iter_rows(values_only=True)), builder, limits=limits)
        title = workbook.properties.title or stem
    finally:
        workbook.close()
    if not any(text.strip() for text in _below_headings(builder)):
        raise unreadable("there is no text in its sheets")
    return builder.finish(title)


def _write(rows: Iterable[Row], builder: TextBuilder, *, limits: ParsingLimits) -> None:
    filled = (row for row in _bounded(rows, limits=limits) if any(row))
    names = [one_line(cell) for cell in next(filled, [])]
    first = next(filled, None)
    if first is None:  # a single row names nothing
        builder.line("; ".join(filter(None, names)))
        return
    for row in chain([first], filled):
        builder.line("; ".join(_said(names, row)))
    builder.gap()


def _said(names: Sequence[str], row: Row) -> Iterator[str]:
    for no, cell in enumerate(row):
        if said := " ".join(cell.split()):
            name = names[no] if no < len(names) else ""
            yield f"{name}: {said}" if name else said


def _bounded(rows: Iterable[Row], *, limits: ParsingLimits) -> Iterator[Row]:
    for no, row in enumerate(rows, start=1):
        if no > limits.rows:
            raise too_large(f"it has more than {limits.rows:,} rows; split it into several documents")
        yield row


def _cells(row: Iterable[object]) -> Row:
    return ["" if cell is None else str(cell).strip() for cell in islice(row, _MOST_COLUMNS)]


def _below_headings(builder: TextBuilder) -> Iterator[str]:
    text, behind = builder.text, 0
    for heading in builder.headings:
        yield text[behind : heading.start]
        behind = heading.end
    yield text[behind:]
