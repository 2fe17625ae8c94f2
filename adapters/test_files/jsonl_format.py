"""
JSON lines: one test a line, read line by line.

A key that is not a test's key is a metric when it names a kind, and a variable otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from adapters.test_files.drafts import Draft, Shared, cases_of, warnings_about
from adapters.test_files.json_nodes import parse_json_line
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode, Node, Unreadable, kind_of, plain
from adapters.test_files.problems import Problems, misspelt, shown
from adapters.test_files.tests_section import TEST_KEYS, TestReader
from adapters.test_files.text import name_of, read_lines
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile


def read_jsonl(path: Path, *, scorers: Scorers, problems: Problems) -> TestFile:
    """Return the tests of the file; what is wrong with it goes to *problems*."""
    reader = _LineReader(scorers=scorers, problems=problems)
    cases = tuple(cases_of(reader.drafts(path), shared=Shared(), problems=problems))
    if not cases and not problems:
        problems.add(None, "no tests", expected="at least one JSON object, one a line", do="add tests")
    return TestFile(name=name_of(path), cases=cases, warnings=(*reader.warnings, *warnings_about(cases)))


def objects_of(path: Path, *, problems: Problems) -> Iterator[MapNode]:
    """Yield the lines' objects; a line that holds none is a problem and is left out."""
    for number, text in enumerate(read_lines(path), start=1):
        node = _parsed(text, line=number, problems=problems) if text.strip() else None
        if isinstance(node, MapNode):
            yield node
        elif node:
            problems.add(number, f"{kind_of(node)} as a test", expected="a JSON object", do="write {...} on the line")


def _parsed(text: str, *, line: int, problems: Problems) -> Node | None:
    try:
        return parse_json_line(text, line=line)
    except Unreadable as exc:
        problems.add(line, exc.what, expected=exc.expected, do=exc.do)
        return None


class _LineReader:
    def __init__(self, *, scorers: Scorers, problems: Problems) -> None:
        self.warnings: list[str] = []
        self._seen: set[str] = set()
        self._metrics = MetricReader(scorers=scorers, problems=problems)
        self._tests = TestReader(metrics=self._metrics, problems=problems, warnings=self.warnings)
        self._problems = problems

    def drafts(self, path: Path) -> Iterator[Draft]:
        return map(self._flat, objects_of(path, problems=self._problems))

    def _flat(self, node: MapNode) -> Draft:
        own = {key: value for key, value in node.entries.items() if key in TEST_KEYS}
        draft = self._tests.read(MapNode(node.line, own))
        if len(own) == len(node.entries):
            return draft
        others = {key: value for key, value in node.entries.items() if key not in own}
        metrics = tuple(
            metric
            for key, value in others.items()
            if self._metrics.has(key) and (metric := self._metrics.make(key, line=node.line, value=plain(value)))
        )
        variables = {key: plain(value) for key, value in others.items() if not self._metrics.has(key)}
        self._check_flat(variables, draft=draft)
        return evolve(
            draft,
            variables={**variables, **draft.variables},
            metrics=(*(draft.metrics or ()), *metrics) if metrics else draft.metrics,
        )

    def _check_flat(self, variables: dict[str, object], *, draft: Draft) -> None:
        for key in variables:
            if key in draft.variables:
                self._problems.add(
                    draft.line, f"variable {shown(key)} twice", expected="each variable once", do="remove one of them"
                )
            if key not in self._seen:
                self._seen.add(key)
                self.warnings += misspelt(key, line=draft.line, among=(*TEST_KEYS, *self._metrics.titles))
