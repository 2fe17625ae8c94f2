"""What the readers of one configuration share: its files, its environment, and where trouble is noted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import field, frozen

from adapters.test_files.metrics import list_of
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, Unreadable, of_file, plain
from adapters.test_files.problems import Problems
from adapters.test_files.promptfoo.files import DOCUMENTS, FileName, Files, file_name
from adapters.test_files.reading_rules import ReadingRules
from adapters.test_files.unsupported import Unsupported

ENVIRONMENT = re.compile(r"\{\{-?\s*(?:process\.)?env(?:\.(\w+)|\[\s*['\"](\w+)['\"]\s*\])\s*-?\}\}")
_ANY_ENVIRONMENT = re.compile(r"\{\{-?\s*(?:process\.)?env\b")


@frozen(kw_only=True)
class Reading:
    """One configuration being read; *values* are the environment's values that its texts may name."""

    problems: Problems
    unsupported: Unsupported
    files: Files
    rules: ReadingRules
    values: Mapping[str, str] = field(factory=dict, repr=False)
    warnings: list[str] = field(factory=list)

    def note(self, feature: str, *, line: int) -> None:
        """Note a feature that is not supported."""
        self.unsupported.note(feature, line=line)

    def text(self, text: str, *, where: str, line: int) -> str:
        """Return a text with the environment's values in it, as far as they may be named."""
        filled = ENVIRONMENT.sub(lambda found: self.values.get(found[1] or found[2], found[0]), text)
        left = ENVIRONMENT.search(filled)
        if left:
            self.note(f"environment variable {left[1] or left[2]} in {where} (see --allow-env)", line=line)
        elif _ANY_ENVIRONMENT.search(filled):
            self.note(f"environment variable in {where}", line=line)
        return filled

    def json(self, value: object, *, where: str, line: int) -> object:
        """Return JSON with the environment's values in its texts."""
        if isinstance(value, str):
            return self.text(value, where=where, line=line)
        if isinstance(value, list):
            return [self.json(item, where=where, line=line) for item in value]
        if isinstance(value, dict):
            return {key: self.json(item, where=where, line=line) for key, item in value.items()}
        return value

    def file_text(self, name: FileName, *, line: int) -> str | None:
        """Return a file's text, or None where it can't be read, which is then noted."""
        try:
            return self.files.text(name, line=line)
        except Unreadable as exc:
            self._cannot_read(exc)
            return None

    def document(self, name: FileName, *, line: int) -> Node | None:
        """Return a YAML or JSON file as a tree whose lines are the file's, or None where it can't be read."""
        try:
            return of_file(self.files.document(name, line=line), name.path)
        except Unreadable as exc:
            self._cannot_read(exc)
            return None

    def names(self, name: FileName, *, line: int) -> list[FileName]:
        """Return the files a name with wildcards stands for."""
        try:
            return self.files.matching(name, line=line)
        except Unreadable as exc:
            self._cannot_read(exc)
            return []

    def resolved(self, node: Node) -> list[Node]:
        """Return what stands in YAML and JSON files where *node* only names them, else the node itself."""
        name = file_name(node.value) if isinstance(node, ScalarNode) and isinstance(node.value, str) else None
        if name is None or name.ending not in DOCUMENTS:
            return [node]
        found = [self.document(one, line=node.line) for one in self.names(name, line=node.line)]
        return [item for document in found if document for item in list_of(document)]

    def mapping(self, node: Node, *, what: str) -> MapNode | None:
        """Return a mapping that stands here or in a file that is named here; what is none is noted."""
        found = self.resolved(node)
        if len(found) == 1 and isinstance(found[0], MapNode):
            return found[0]
        if not (isinstance(node, ScalarNode) and node.value is None) and found:
            shown = f" ({node.value})" if isinstance(node, ScalarNode) else ""
            self.note(f"{what} that is no mapping{shown}", line=node.line)
        return None

    def _cannot_read(self, exc: Unreadable) -> None:
        self.problems.add(exc.line, exc.what, expected=exc.expected, do=exc.do)


def as_reference(node: Node) -> Node:
    """Return the node with `{{ env.NAME }}` as `${NAME}`, which is filled at the call and never stored."""
    match node:
        case MapNode():
            entries = {key: as_reference(value) for key, value in node.entries.items()}
            return MapNode(node.line, entries, node.key_lines)
        case ListNode():
            return ListNode(node.line, tuple(map(as_reference, node.items)))
        case ScalarNode(value=str(text)):
            return ScalarNode(node.line, ENVIRONMENT.sub(lambda found: f"${{{found[1] or found[2]}}}", text))
    return node


def flag(node: MapNode, key: str) -> bool:
    """Return whether a key is there and true."""
    return key in node.entries and plain(node.entries[key]) is True


def text_of(node: MapNode, key: str) -> str:
    """Return a key's text (or number, written out), empty where there is none."""
    value = plain(node.entries[key]) if key in node.entries else None
    return "" if value is None or isinstance(value, bool | list | dict) else str(value)
