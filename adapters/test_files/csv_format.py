"""
CSV and TSV: a header, then one test a row, read row by row.

A column is a test's key (`id`, `prompt`, `expected` ...), a metric when it is named like a kind (`contains`,
`not-regex`), and a variable otherwise. An empty cell of a key or metric says nothing; an empty cell of a variable is
an empty text.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from adapters.test_files.csv_cells import metric_value, tags_of
from adapters.test_files.drafts import MAX_REPEATS, Draft, Shared, cases_of, warnings_about
from adapters.test_files.metrics import MetricReader
from adapters.test_files.problems import Problems, misspelt, shown
from adapters.test_files.text import name_of, read_lines
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
TEST_COLUMNS = ("id", "prompt", "tags", "repeats", "description", "expected")


def read_csv(path: Path, *, scorers: Scorers, problems: Problems) -> TestFile:
    """Return the tests of the file; what is wrong with it goes to *problems*."""
    reader = _RowReader(scorers=scorers, problems=problems)
    cases = tuple(cases_of(reader.drafts(path), shared=Shared(), problems=problems))
    if not cases and not problems:
        problems.add(None, "no tests", expected="a row below the header", do="add tests")
    return TestFile(name=name_of(path), cases=cases, warnings=(*reader.warnings, *warnings_about(cases)))


def delimiter_of(header: str) -> str:
    """
    Return which of comma, semicolon and tab cuts the header into most columns.

    The header, and not `csv.Sniffer`: a sniffer that sees rows takes "It's late, isn't it; or" for structure.
    """
    first_line = next(iter(header.strip().splitlines()), "")
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([first_line], delimiter=mark), [])))


class _RowReader:
    def __init__(self, *, scorers: Scorers, problems: Problems) -> None:
        self.warnings: list[str] = []
        self._metrics = MetricReader(scorers=scorers, problems=problems)
        self._problems = problems

    def drafts(self, path: Path) -> Iterator[Draft]:
        rows = self._rows(path)
        line, names = next(rows, (1, ()))
        columns = [self._known_name(name.strip()) for name in names]
        if not self._header_is_sound(columns, line=line):
            return
        self._warn(columns, line=line)
        for line, row in rows:
            if len(row) != len(columns):
                self._ragged(row, columns=columns, line=line)
            else:
                yield self._draft(dict(zip(columns, row, strict=True)), line=line)

    def _rows(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows with the line they begin in; lines with nothing in them are no rows."""
        lines = read_lines(path)
        opening = _up_to_header(lines)
        begins = 1
        try:
            reader = csv.reader(chain(opening, lines), delimiter=delimiter_of("".join(opening)), strict=True)
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error as exc:
            self._problems.add(
                begins,
                f"the row that begins here is not valid CSV: {str(exc).split(' - ')[0]}",
                expected='cells, in double quotes where they hold the delimiter, a quote ("") or a line end',
                do="mend its quotes or line ends; cells above 131,072 characters need .jsonl",
            )

    def _known_name(self, name: str) -> str:
        """Keys and metrics are found in any case (`Expected`); variables stay as they are."""
        lower = name.lower()
        return lower if lower in TEST_COLUMNS or self._metrics.has(lower) else name

    def _header_is_sound(self, columns: list[str], *, line: int) -> bool:
        before = len(self._problems)
        if not any(columns) and not before:
            self._problems.add(line, "no header", expected="the names of the columns", do="add a first row")
        for number, name in enumerate(columns, start=1):
            if not name and any(columns):
                self._problems.add(line, f"column {number} has no name", expected="a name", do="name or remove it")
        for name, count in Counter(filter(None, columns)).items():
            if count > 1:
                self._problems.add(
                    line, f"column {shown(name)} {count} times", expected="each column once", do="rename one"
                )
        return not self._problems

    def _warn(self, columns: list[str], *, line: int) -> None:
        known = (*TEST_COLUMNS, *self._metrics.titles)
        for name in columns:
            if name not in known:
                self.warnings += misspelt(name, line=line, among=known)

    def _ragged(self, row: list[str], *, columns: list[str], line: int) -> None:
        self._problems.add(
            line,
            f"{len(row)} cells",
            expected=f"{len(columns)}, as in the header",
            do="put cells that hold the delimiter in double quotes",
        )

    def _draft(self, cells: dict[str, str], *, line: int) -> Draft:
        said = {name: cell.strip() for name, cell in cells.items() if name in TEST_COLUMNS and cell.strip()}
        return Draft(
            line=line,
            id=said.get("id", ""),
            prompt=cells["prompt"] if "prompt" in said else None,
            variables={
                name: cell for name, cell in cells.items() if name not in TEST_COLUMNS and not self._metrics.has(name)
            },
            metrics=self._row_metrics(cells, line=line) or None,
            tags=tags_of(said["tags"]) if "tags" in said else None,
            repeats=self._repeats(said["repeats"], line=line) if "repeats" in said else None,
            description=said.get("description", ""),
        )

    def _row_metrics(self, cells: dict[str, str], *, line: int) -> tuple[Metric, ...]:
        titled = [("equals" if name == "expected" else name, cell) for name, cell in cells.items() if cell.strip()]
        metrics = (
            self._metrics.make(title, line=line, value=metric_value(title, cell))
            for title, cell in titled
            if self._metrics.has(title)
        )
        return tuple(metric for metric in metrics if metric)

    def _repeats(self, cell: str, *, line: int) -> int | None:
        if cell.isascii() and cell.isdigit() and len(cell) <= 9 and 1 <= int(cell) <= MAX_REPEATS:
            return int(cell)
        self._problems.add(
            line,
            f"repeats is {shown(cell)}",
            expected=f"a whole number from 1 to {MAX_REPEATS}",
            do="mend or empty the cell",
        )
        return None


def _up_to_header(lines: Iterator[str]) -> list[str]:
    opening = []
    for line in lines:
        opening.append(line)
        if line.strip():
            break
    return opening
