"""The rows of a CSV or TSV file, read one by one, each with the line it begins in."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from adapters.delimiters import delimiter_of
from adapters.test_files.nodes import LineIn
from adapters.test_files.problems import Problems, shown
from adapters.test_files.text import read_lines


def rows_of(path: Path, *, problems: Problems, named: str = "") -> Iterator[tuple[int, list[str]]]:
    """
    Yield the rows with the line they begin in; lines with nothing in them are no rows.

    *named* is what another file calls this one, where it is read on behalf of that.
    """
    lines = read_lines(path)
    opening = _up_to_header(lines)
    begins = _line(1, named)
    try:
        reader = csv.reader(chain(opening, lines), delimiter=delimiter_of("".join(opening)), strict=True)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield begins, row
            begins = _line(reader.line_num + 1, named)
    except csv.Error as exc:
        problems.add(
            begins,
            f"the row that begins here is not valid CSV: {str(exc).split(' - ')[0]}",
            expected='cells, in double quotes where they hold the delimiter, a quote ("") or a line end',
            do="mend its quotes or line ends; cells above 131,072 characters need .jsonl",
        )


def columns_of(path: Path) -> tuple[str, ...]:
    """Return the names in the header, to tell which format a file is in; what is wrong with it, its reader says."""
    _, names = next(rows_of(path, problems=Problems(path)), (1, []))
    return tuple(name.strip() for name in names)


def header_is_sound(columns: Sequence[str], *, line: int, problems: Problems) -> bool:
    """Tell whether every column has a name of its own; note what is wrong."""
    before = len(problems)
    if not any(columns) and not before:
        problems.add(line, "no header", expected="the names of the columns", do="add a first row")
    for number, name in enumerate(columns, start=1):
        if not name and any(columns):
            problems.add(line, f"column {number} has no name", expected="a name", do="name or remove it")
    for name, count in Counter(filter(None, columns)).items():
        if count > 1:
            problems.add(line, f"column {shown(name)} {count} times", expected="each column once", do="rename one")
    return len(problems) == before


def report_ragged(row: Sequence[str], *, columns: Sequence[str], line: int, problems: Problems) -> None:
    """Note a row that has more or fewer cells than the header."""
    problems.add(
        line,
        f"{len(row)} cells",
        expected=f"{len(columns)}, as in the header",
        do="put cells that hold the delimiter in double quotes",
    )


def _line(number: int, named: str) -> int:
    return LineIn(number, file=named) if named else number


def _up_to_header(lines: Iterator[str]) -> list[str]:
    opening = []
    for line in lines:
        opening.append(line)
        if line.strip():
            break
    return opening
