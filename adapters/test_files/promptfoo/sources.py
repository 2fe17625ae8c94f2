"""Where a configuration's tests stand: in it, or in YAML, JSON, JSON lines and CSV files that it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from adapters.test_files.csv_rows import header_is_sound, report_ragged, rows_of
from adapters.test_files.json_nodes import parse_json_line
from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import LineIn, MapNode, Node, ScalarNode, Unreadable, kind_of, of_file
from adapters.test_files.promptfoo.csv_tests import RowReader
from adapters.test_files.promptfoo.files import DOCUMENTS, FileName, file_name, name_of
from adapters.test_files.promptfoo.reading import Reading, text_of
from adapters.test_files.promptfoo.scripts import is_program
from adapters.test_files.text import read_lines

MAX_LINES_BYTES = 200_000_000
_LINES = frozenset({".jsonl", ".ndjson"})
_ROWS = frozenset({".csv", ".tsv"})


@frozen(kw_only=True)
class Sources:
    """Yields a configuration's tests as mappings, one by one: a file of lines or rows is never held as a whole."""

    reading: Reading

    def mappings(self, node: Node | None, *, what: str) -> Iterator[MapNode]:
        """Yield the mappings that *node* writes or names; what is none is noted."""
        for item in list_of(node) if node else ():
            yield from self._item(item, what=what)

    def _item(self, item: Node, *, what: str) -> Iterator[MapNode]:
        match item:
            case MapNode() if "path" in item.entries and item.entries.keys() <= {"path", "config"}:
                self.reading.note(f"{what} from a program ({text_of(item, 'path')})", line=item.line)
            case MapNode():
                yield item
            case ScalarNode(value=str(text)) if text.strip():
                yield from self._named(text.strip(), what=what, line=item.line)
            case ScalarNode(value=None):
                return
            case _:
                self.reading.note(f"{what} that are {kind_of(item)}", line=item.line)

    def _named(self, text: str, *, what: str, line: int) -> Iterator[MapNode]:
        if "://" in text and not text.startswith("file://"):
            self.reading.note(f"{what} from elsewhere ({text[:60]})", line=line)
            return
        for name in self.reading.names(file_name(text) or name_of(text), line=line):
            yield from self._of_file(name, what=what, line=line)

    def _of_file(self, name: FileName, *, what: str, line: int) -> Iterator[MapNode]:
        if name.ending in DOCUMENTS:
            document = self.reading.document(name, line=line)
            yield from self.mappings(document, what=what)
        elif name.ending in _LINES | _ROWS:
            try:
                path = self.reading.files.path(name, line=line, max_bytes=MAX_LINES_BYTES)
                yield from self._lines(path, name) if name.ending in _LINES else self._rows(path, name)
            except Unreadable as exc:
                at = LineIn(exc.line, file=name.path) if exc.line and not isinstance(exc.line, LineIn) else line
                self.reading.problems.add(at, exc.what, expected=exc.expected, do=exc.do)
        else:
            kind = "a program" if is_program(name) else f"a {name.ending or 'nameless'} file"
            self.reading.note(f"{what} from {kind} ({name.path})", line=line)

    def _lines(self, path: Path, name: FileName) -> Iterator[MapNode]:
        for number, text in enumerate(read_lines(path), start=1):
            if text.strip():
                node = of_file(parse_json_line(text, line=number), name.path)
                yield from self._item(node, what="tests")

    def _rows(self, path: Path, name: FileName) -> Iterator[MapNode]:
        problems = self.reading.problems
        rows = rows_of(path, problems=problems, named=name.path)
        line, names = next(rows, (LineIn(1, file=name.path), []))
        columns = tuple(column.strip() for column in names)
        if not header_is_sound(columns, line=line, problems=problems):
            return
        reader = RowReader(reading=self.reading, columns=columns)
        reader.check_header(line=line)
        for line, row in rows:
            if len(row) != len(columns):
                report_ragged(row, columns=columns, line=line, problems=problems)
            else:
                yield reader.test(dict(zip(columns, row, strict=True)), line=line)
