"""The rows of a data set, from JSON lines, a list in JSON, or CSV alike: each as a mapping that knows its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.test_files.csv_rows import header_is_sound, report_ragged, rows_of
from adapters.test_files.json_nodes import parse_json
from adapters.test_files.jsonl_format import objects_of
from adapters.test_files.nodes import ListNode, MapNode, ScalarNode, Unreadable, kind_of
from adapters.test_files.problems import Problems
from adapters.test_files.text import read_text

TABLES = frozenset({".csv", ".tsv"})
LIST = ".json"


def dataset_rows(path: Path, *, problems: Problems) -> Iterator[MapNode]:
    """
    Yield the rows; an empty cell of a table says nothing.

    Raises:
        Unreadable: the file is no text, or a document that is no list.
    """
    ending = path.suffix.lower()
    rows = _cells if ending in TABLES else _listed if ending == LIST else objects_of
    return rows(path, problems=problems)


def is_list(path: Path) -> bool:
    """Tell whether a file of JSON holds a list."""
    return path.suffix.lower() == LIST and read_text(path).lstrip().startswith("[")


def _listed(path: Path, *, problems: Problems) -> Iterator[MapNode]:
    root = parse_json(read_text(path))
    if not isinstance(root, ListNode):
        raise Unreadable(
            f"the file is {kind_of(root)}", line=root.line, expected="a list of samples", do="put them into one: [...]"
        )
    for node in root.items:
        if isinstance(node, MapNode):
            yield node
        else:
            problems.add(node.line, f"{kind_of(node)} as a sample", expected="an object", do="write {...}")


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
