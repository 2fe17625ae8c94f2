"""Tests from CSV files with promptfoo's own columns (`__expected`, `__metric`, `__metadata:topic` ...)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode
from adapters.test_files.promptfoo.expected_cells import assertion_of
from adapters.test_files.promptfoo.reading import Reading

MARK = "__"
_EXPECTED = re.compile(r"__expected(\d*)")
_CONFIG = re.compile(r"__config:__expected(\d*):(\w+)")
_METADATA = "__metadata:"
_PLAIN = {"__description": "description", "__threshold": "threshold"}
_OPTIONS = {"__prefix": "prefix", "__suffix": "suffix"}
_ANSWERS = ("__provider_output", "__providerOutput")
_METRIC = "__metric"


def has_magic(columns: Iterable[str]) -> bool:
    """Tell whether a header is one of promptfoo's: with a column such as `__expected`."""
    return any(name.startswith(("__expected", _METADATA)) for name in columns)


@frozen(kw_only=True)
class RowReader:
    """Turns rows into tests as they would be written in YAML, so that all tests are read in one way."""

    reading: Reading
    columns: tuple[str, ...]

    def check_header(self, *, line: int) -> None:
        """Note columns that look like promptfoo's own and are none."""
        for name in self.columns:
            if name.startswith(MARK) and not self._is_known(name):
                self.reading.note(f"CSV column {name}", line=line)

    def test(self, cells: Mapping[str, str], *, line: int) -> MapNode:
        """Return the test of a row."""
        variables = {name: ScalarNode(line, cell) for name, cell in cells.items() if not name.startswith(MARK)}
        entries: dict[str, Node] = {"vars": MapNode(line, variables)}
        for column, key in _PLAIN.items():
            if cells.get(column, "").strip():
                entries[key] = self._plain(key, cells[column].strip(), line=line)
        options = {key: ScalarNode(line, cells[name]) for name, key in _OPTIONS.items() if cells.get(name)}
        metadata = dict(_metadata(cells, line=line))
        asserts = tuple(self._assertions(cells, line=line))
        answer = next((cells[name] for name in _ANSWERS if cells.get(name)), None)
        more: dict[str, Node | None] = {
            "options": MapNode(line, options) if options else None,
            "metadata": MapNode(line, metadata) if metadata else None,
            "assert": ListNode(line, asserts) if asserts else None,
            "providerOutput": ScalarNode(line, answer) if answer is not None else None,
        }
        return MapNode(line, {**entries, **{key: node for key, node in more.items() if node}})

    def _plain(self, key: str, cell: str, *, line: int) -> ScalarNode:
        if key != "threshold":
            return ScalarNode(line, cell)
        return ScalarNode(line, _number(cell))

    def _assertions(self, cells: Mapping[str, str], *, line: int) -> Iterator[MapNode]:
        for name, cell in cells.items():
            found = _EXPECTED.fullmatch(name)
            if not found or not cell.strip():
                continue
            node = assertion_of(cell, line=line)
            more = self._configuration(cells, number=found[1], line=line)
            if cells.get(_METRIC, "").strip():
                more["metric"] = ScalarNode(line, cells[_METRIC].strip())
            yield MapNode(line, {**node.entries, **more})

    def _configuration(self, cells: Mapping[str, str], *, number: str, line: int) -> dict[str, Node]:
        """Return what `__config:` columns say about an assertion: those without a number about all of them."""
        found: dict[str, Node] = {}
        for name, cell in cells.items():
            column = _CONFIG.fullmatch(name)
            if column and column[1] in ("", number or "1") and cell.strip():
                found[column[2]] = ScalarNode(line, _number(cell.strip()))
        return found

    def _is_known(self, name: str) -> bool:
        known = (*_PLAIN, *_OPTIONS, *_ANSWERS, _METRIC)
        has_form = _EXPECTED.fullmatch(name) or _CONFIG.fullmatch(name) or name.startswith(_METADATA)
        return name in known or bool(has_form)


def _metadata(cells: Mapping[str, str], *, line: int) -> Iterator[tuple[str, Node]]:
    for name, cell in cells.items():
        key = name.removeprefix(_METADATA)
        if not name.startswith(_METADATA) or not cell.strip():
            continue
        if key.endswith("[]"):
            items = re.split(r"(?<!\\),", cell)
            texts = (ScalarNode(line, item.strip().replace("\\,", ",")) for item in items)
            yield key.removesuffix("[]"), ListNode(line, tuple(texts))
        else:
            yield key, ScalarNode(line, cell.strip())


def _number(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell
