"""The `vars` of a test: values from files, lists that stand for several tests, and vars that use other vars."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from adapters.test_files.drafts import MAX_TESTS
from adapters.test_files.nodes import ListNode, Node, ScalarNode, plain
from adapters.test_files.promptfoo.files import DOCUMENTS, FileName, file_name
from adapters.test_files.promptfoo.reading import Reading
from adapters.test_files.promptfoo.scripts import is_program

_NAME = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}")
_MOST_ROUNDS = 5
"""Vars may use vars that use vars; deeper is a circle."""

_TEXTS = frozenset({"", ".txt", ".md", ".csv", ".html", ".htm", ".xml", ".log", ".sql", ".j2", ".jsonl", ".tsv"})


@frozen(kw_only=True)
class VariableReader:
    """Reads the vars of one configuration's tests."""

    reading: Reading

    def mapping(self, node: Node | None) -> Mapping[str, Node]:
        """Return the vars a node writes, or those of the files it names (`vars: file://a.yaml`)."""
        if node is None:
            return {}
        found: dict[str, Node] = {}
        for item in node.items if isinstance(node, ListNode) else (node,):
            if isinstance(item, ScalarNode) and isinstance(item.value, str) and "://" not in item.value:
                item = ScalarNode(item.line, f"file://{item.value}")
            mapping = self.reading.mapping(item, what="vars")
            found.update(mapping.entries if mapping else {})
        return found

    def sets(self, nodes: Mapping[str, Node], *, expand: bool) -> Iterator[dict[str, object]]:
        """Yield a set of variables for each combination of the values; with *expand* off, a list is one value."""
        values = [self._values(name, node, expand=expand) for name, node in nodes.items()]
        for combination in itertools.islice(itertools.product(*values), MAX_TESTS + 1):
            yield resolved(dict(zip(nodes, combination, strict=True)))

    def _values(self, name: str, node: Node, *, expand: bool) -> list[object]:
        if isinstance(node, ListNode) and expand:
            return [value for item in node.items for value in self._values(name, item, expand=False)]
        found = file_name(node.value) if isinstance(node, ScalarNode) and isinstance(node.value, str) else None
        if found:
            return [self._of_file(one, line=node.line) for one in self.reading.names(found, line=node.line)]
        return [self.reading.json(plain(node), where=f"the variable {name}", line=node.line)]

    def _of_file(self, name: FileName, *, line: int) -> object:
        if name.ending in DOCUMENTS:
            document = self.reading.document(name, line=line)
            return plain(document) if document else ""
        if name.ending in _TEXTS:
            return self.reading.file_text(name, line=line) or ""
        what = "a variable from a program" if is_program(name) else f"a variable from a {name.ending} file"
        self.reading.note(f"{what} ({name.path})", line=line)
        return ""


def resolved(variables: dict[str, object]) -> dict[str, object]:
    """
    Return the variables with the others' texts in place of their names.

    >>> resolved({"name": "Ada", "greeting": "Hello {{ name }}"})["greeting"]
    'Hello Ada'
    """
    for _ in range(_MOST_ROUNDS):
        filled = {name: _filled(value, variables, own=name) for name, value in variables.items()}
        if filled == variables:
            break
        variables = filled
    return variables


def filled_text(text: str, variables: Mapping[str, object]) -> str:
    """Return a text with variables in it, as far as they are texts or numbers; what is left stays as it is."""
    return _NAME.sub(lambda found: _shown(variables.get(found[1]), found[0]), text)


def _filled(value: object, variables: Mapping[str, object], *, own: str) -> object:
    if not isinstance(value, str) or "{{" not in value:
        return value
    others = {name: content for name, content in variables.items() if name != own}
    return filled_text(value, others)


def _shown(value: object, as_written: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return as_written
    return str(value)
