"""The rows of a data set, from JSON lines or CSV alike: each as a mapping that knows its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.test_files.csv_rows import header_is_sound, report_ragged, rows_of
from adapters.test_files.jsonl_format import objects_of
from adapters.test_files.nodes import MapNode, ScalarNode
from adapters.test_files.problems import Problems

TABLES = frozenset({".csv", ".tsv"})


def dataset_rows(path: Path, *, problems: Problems) -> Iterator[MapNode]:
    """Yield the rows; an empty cell of a table says nothing."""
    return _cells(path, problems=problems) if path.suffix.lower() in TABLES else objects_of(path, problems=problems)


def _cells(path: Path, *, problems: Problems) -> Iterator[MapNode]:
    rows = rows_of(path, problems=problems)
    line, names = next(rows, (1, []))
    columns = [name.strip() for name in names]
    if not header_is_sound(columns, line=line, problems=problems):
        return
    for line, row in rows:
        if len(row) != len(columns):
            report_ragged(row, columns=columns, line=line, problems=problems)
        else:
            cells = zip(columns, row, strict=True)
            yield MapNode(line, {name: ScalarNode(line, cell) for name, cell in cells if cell.strip()})
