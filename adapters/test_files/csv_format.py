"""
CSV and TSV: a header, then one test a row, read row by row.

A column is a test's key (`id`, `prompt`, `expected` ...), a metric when it is named like a kind (`contains`,
`not-regex`), and a variable otherwise. An empty cell of a key or metric says nothing; an empty cell of a variable is
an empty text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.test_files.csv_cells import metric_value, tags_of
from adapters.test_files.csv_rows import header_is_sound, report_ragged, rows_of
from adapters.test_files.drafts import MAX_REPEATS, Draft, Shared, cases_of, warnings_about
from adapters.test_files.metrics import MetricReader
from adapters.test_files.problems import Problems, misspelt, shown
from adapters.test_files.text import name_of
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

TEST_COLUMNS = ("id", "prompt", "tags", "repeats", "description", "expected")


def read_csv(path: Path, *, scorers: Scorers, problems: Problems) -> TestFile:
    """Return the tests of the file; what is wrong with it goes to *problems*."""
    reader = _RowReader(scorers=scorers, problems=problems)
    cases = tuple(cases_of(reader.drafts(path), shared=Shared(), problems=problems))
    if not cases and not problems:
        problems.add(None, "no tests", expected="a row below the header", do="add tests")
    return TestFile(name=name_of(path), cases=cases, warnings=(*reader.warnings, *warnings_about(cases)))


class _RowReader:
    def __init__(self, *, scorers: Scorers, problems: Problems) -> None:
        self.warnings: list[str] = []
        self._metrics = MetricReader(scorers=scorers, problems=problems)
        self._problems = problems

    def drafts(self, path: Path) -> Iterator[Draft]:
        rows = rows_of(path, problems=self._problems)
        line, names = next(rows, (1, ()))
        columns = [self._known_name(name.strip()) for name in names]
        if not header_is_sound(columns, line=line, problems=self._problems):
            return
        self._warn(columns, line=line)
        for line, row in rows:
            if len(row) != len(columns):
                report_ragged(row, columns=columns, line=line, problems=self._problems)
            else:
                yield self._draft(dict(zip(columns, row, strict=True)), line=line)

    def _known_name(self, name: str) -> str:
        """Keys and metrics are found in any case (`Expected`); variables stay as they are."""
        lower = name.lower()
        return lower if lower in TEST_COLUMNS or self._metrics.has(lower) else name

    def _warn(self, columns: list[str], *, line: int) -> None:
        known = (*TEST_COLUMNS, *self._metrics.titles)
        for name in columns:
            if name not in known:
                self.warnings += misspelt(name, line=line, among=known)

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
