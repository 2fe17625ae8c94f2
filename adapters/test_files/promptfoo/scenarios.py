"""Scenarios: a set of data and a set of tests, each test for each piece of data."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.test_files.nodes import MapNode, Node, ScalarNode
from adapters.test_files.promptfoo.sources import Sources
from adapters.test_files.promptfoo.tests import merged

_KEYS = frozenset({"description", "config", "tests"})
_VALUES = ("$values", "$expand")


def scenario_tests(node: Node | None, *, source: Sources) -> Iterator[MapNode]:
    """Yield the tests of all scenarios; a test's own words win over its data's."""
    for scenario in source.mappings(node, what="scenarios"):
        for key in sorted(scenario.entries.keys() - _KEYS):
            source.reading.note(f"scenario key {key}", line=scenario.line_of(key))
        tests = list(source.mappings(scenario.entries.get("tests"), what="tests")) or [MapNode(scenario.line, {})]
        for data in _data(scenario.entries.get("config"), source=source):
            yield from (merged(data, test) for test in tests)


def _data(node: Node | None, *, source: Sources) -> Iterator[MapNode]:
    for data in source.mappings(node, what="scenario config"):
        named = next((data.entries[key] for key in _VALUES if key in data.entries), None)
        if named is None:
            yield data
        elif isinstance(named, ScalarNode):
            yield from source.mappings(named, what="scenario config")
        else:
            source.reading.note("$values that name no file", line=data.line)
