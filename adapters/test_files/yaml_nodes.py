"""
YAML as a tree with lines: the JSON part of YAML, and nothing that surprises.

Plain scalars follow JSON: only `true`, `false`, `null` and JSON numbers are not text, so that `no`, `12:30`, `007` and
`2026-01-31` stay what their author wrote. Refused: tags, a key twice, keys that are not text, `.nan` and `.inf`,
nesting beyond `MAX_DEPTH`, and aliases that multiply (a "bomb" of 400 bytes can stand for gigabytes).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from adapters.test_files.nodes import (
    MAX_DEPTH,
    MAX_DIGITS,
    ListNode,
    MapNode,
    Node,
    Scalar,
    ScalarNode,
    Unreadable,
    storable,
)
from adapters.test_files.problems import shown

MAX_ALIASED_NODES = 1_000_000

# libyaml reads some ten times as fast; both give the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_]*([ ./-][A-Za-z0-9_]+)*")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|nan)\Z", re.IGNORECASE)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse_yaml(text: str) -> Node:
    """
    Return the one document in *text*.

    Raises:
        Unreadable: not YAML, or YAML that is refused, with the line.
    """
    _refuse_control_characters(text)
    try:
        return _Composer(iter(yaml.parse(text, Loader=_LOADER))).document()
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise Unreadable(
            f"not valid YAML: {exc.problem}",
            line=mark.line + 1 if mark else None,
            expected="YAML",
            do="look at the quotes, colons and indentation here and just above",
        ) from exc


def is_plain_text(text: str) -> bool:
    """Tell whether an unquoted word of our YAML, and of everybody else's, is surely this text."""
    return bool(_PLAIN_TEXT.fullmatch(text)) and text.lower() not in _WORDS_OF_YAML


def _scalar_of(text: str, *, line: int) -> ScalarNode:
    """
    Return what an unquoted word stands for.

    Raises:
        Unreadable: a number that JSON can't hold.
    """
    if text in _WORDS:
        return ScalarNode(line, _WORDS[text])
    if _NOT_A_NUMBER.match(text):
        raise _no_number(text, line)
    if not _NUMBER.match(text):
        return ScalarNode(line, text)
    if len(text) > MAX_DIGITS:
        raise _no_number(text, line)
    value = int(text) if _INTEGER.match(text) else float(text)
    if not math.isfinite(value):
        raise _no_number(text, line)
    return ScalarNode(line, value)


class _Composer:
    """Builds the tree from the parser's events; each node comes with its size, aliases counted in full."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._aliased = 0

    def document(self) -> Node:
        event = next(self._events)
        while not isinstance(event, DocumentStartEvent):
            if isinstance(event, StreamEndEvent):
                raise Unreadable("the file has no content", line=None, expected="at least one test", do="add tests")
            event = next(self._events)
        node, _ = self._node(next(self._events), depth=0)
        next(self._events)  # the end of the document
        if isinstance(following := next(self._events), DocumentStartEvent):
            raise Unreadable(
                "a second document (---)",
                line=_line(following),
                expected="one document",
                do="put its tests into the first one, or into a file of their own",
            )
        return node

    def _node(self, event: Event, *, depth: int) -> tuple[Node, int]:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        _refuse_tag(event)
        if depth > MAX_DEPTH:
            raise Unreadable(
                f"more than {MAX_DEPTH} levels of nesting", line=_line(event), expected="fewer", do="flatten this part"
            )
        node, size = self._content(event, depth=depth)
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = (node, size)
        return node, size

    def _content(self, event: Event, *, depth: int) -> tuple[Node, int]:
        if isinstance(event, SequenceStartEvent):
            return self._list(event, depth=depth)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth=depth)
        assert isinstance(event, ScalarEvent)
        if event.style:
            return ScalarNode(_line(event), storable(event.value, line=_line(event))), 1
        return _scalar_of(event.value, line=_line(event)), 1

    def _alias(self, event: AliasEvent) -> tuple[Node, int]:
        if event.anchor not in self._anchors:
            raise Unreadable(
                f"alias *{event.anchor} stands for nothing",
                line=_line(event),
                expected="an anchor of that name that ends above it",
                do=f"add &{event.anchor} to what it stands for",
            )
        node, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED_NODES:
            raise Unreadable(
                f"alias *{event.anchor} makes the aliases stand for more than {MAX_ALIASED_NODES:,} values",
                line=_line(event),
                expected="fewer (aliases of aliases multiply)",
                do="write out what is meant, or use .jsonl",
            )
        return node, size

    def _list(self, start: SequenceStartEvent, *, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        total = 1
        while not isinstance(event := next(self._events), SequenceEndEvent):
            item, size = self._node(event, depth=depth + 1)
            items.append(item)
            total += size
        return ListNode(_line(start), tuple(items)), total

    def _mapping(self, start: MappingStartEvent, *, depth: int) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        merged: list[MapNode] = []
        total = 1
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = _key(event)
            value, size = self._node(next(self._events), depth=depth + 1)
            total += size + 1
            if key == "<<":
                merged += _merge_sources(value, line=_line(event))
                continue
            if key in entries:
                raise _second_key(key, first=key_lines[key], again=_line(event))
            entries[key] = value
            key_lines[key] = _line(event)
        return _merged(MapNode(_line(start), entries, key_lines), merged), total


def _merged(node: MapNode, sources: list[MapNode]) -> MapNode:
    entries, key_lines = dict(node.entries), dict(node.key_lines)
    for source in sources:
        for key, value in source.entries.items():
            if key not in entries:
                entries[key], key_lines[key] = value, source.line_of(key)
    return MapNode(node.line, entries, key_lines)


def _merge_sources(value: Node, *, line: int) -> list[MapNode]:
    sources = value.items if isinstance(value, ListNode) else (value,)
    mappings = [source for source in sources if isinstance(source, MapNode)]
    if len(mappings) < len(sources):
        raise Unreadable("<< takes in something else", line=line, expected="a mapping (<<: *name)", do="mend the alias")
    return mappings


def _key(event: Event) -> str:
    if isinstance(event, ScalarEvent):
        _refuse_tag(event)
        return storable(event.value, line=_line(event))
    raise Unreadable(
        "a key that is not a word",
        line=_line(event),
        expected="key: value",
        do='put templates in quotes: "{{ question }}"',
    )


def _second_key(key: str, *, first: int, again: int) -> Unreadable:
    return Unreadable(
        f"key {shown(key)} a second time (first in line {first})",
        line=again,
        expected="each key once",
        do="remove or rename one of them",
    )


def _refuse_tag(event: Event) -> None:
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        raise Unreadable(f"tag {shown(tag)}", line=_line(event), expected="plain YAML", do="remove the tag")


def _refuse_control_characters(text: str) -> None:
    if found := _FORBIDDEN.search(text):
        raise Unreadable(
            f"control character U+{ord(found[0]):04X}",
            line=text.count("\n", 0, found.start()) + 1,
            expected="printable text",
            do=f'remove it, or write it as "\\x{ord(found[0]):02x}" in double quotes',
        )


def _no_number(text: str, line: int) -> Unreadable:
    return Unreadable(f"number {shown(text)}", line=line, expected="a number that JSON can hold", do="put it in quotes")


def _line(event: Event) -> int:
    assert event.start_mark is not None  # the parser sets it on every event
    return event.start_mark.line + 1
