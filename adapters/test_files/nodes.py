"""A file's content as a tree that knows its lines, whichever language it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import field, frozen

Scalar = str | int | float | bool | None

MAX_DEPTH = 100
"""Deeper nesting is no test set; it is an attempt to exhaust the reader's stack."""


MAX_DIGITS = 300
"""Longer numbers overflow a float somewhere on their way."""


class LineIn(int):
    """A line of another file than the one that is being read: one that it names."""

    file: str

    def __new__(cls, line: int, *, file: str) -> Self:
        """Return the line, which is a number wherever one is wanted."""
        made = super().__new__(cls, line)
        made.file = file
        return made


class LineAt(int):
    """A line that also knows its place in the document, as a JSON pointer; a request has no lines: 0."""

    pointer: str

    def __new__(cls, line: int, *, pointer: str) -> Self:
        """Return the line, which is a number wherever one is wanted."""
        made = super().__new__(cls, line)
        made.pointer = pointer
        return made

    def __format__(self, how: str) -> str:
        return format(int(self), how) if self else self.pointer


@frozen
class ScalarNode:
    """A text, number, true, false or null."""

    line: int
    value: Scalar


@frozen
class ListNode:
    """A list."""

    line: int
    items: tuple[Node, ...]


@frozen
class MapNode:
    """A mapping; *key_lines* says where each key stands (its value may begin further down)."""

    line: int
    entries: Mapping[str, Node]
    key_lines: Mapping[str, int] = field(factory=dict)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping where it has no such key."""
        return self.key_lines.get(key, self.line)


Node = ScalarNode | ListNode | MapNode


class Unreadable(Exception):
    """The text is not in the language it claims to be; *line* says where the reader gave up."""

    def __init__(self, what: str, *, line: int | None, expected: str, do: str) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.expected = expected
        self.do = do


def storable(text: str, *, line: int) -> str:
    """
    Return *text*, which escapes may have filled with what no database takes.

    Raises:
        Unreadable: a zero character, or half a surrogate pair.
    """
    if "\0" in text or not (text.isascii() or _is_unicode(text)):
        raise Unreadable(
            "a zero character or half a surrogate pair (\\u0000, \\ud800)",
            line=line,
            expected="text that can be stored",
            do="remove it",
        )
    return text


def plain(node: Node) -> object:
    """Return the node as JSON."""
    match node:
        case ScalarNode():
            return node.value
        case ListNode():
            return [plain(item) for item in node.items]
        case MapNode():
            return {key: plain(value) for key, value in node.entries.items()}


def of_file(node: Node, file: str) -> Node:
    """Return the node with lines that say they are of *file*."""
    line = LineIn(node.line, file=file)
    match node:
        case ScalarNode():
            return ScalarNode(line, node.value)
        case ListNode():
            return ListNode(line, tuple(of_file(item, file) for item in node.items))
        case MapNode():
            entries = {key: of_file(value, file) for key, value in node.entries.items()}
            return MapNode(line, entries, {key: LineIn(at, file=file) for key, at in node.key_lines.items()})


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kind_of(node: Node) -> str:
    """Return what the node is, in words, without showing its value."""
    match node:
        case ListNode():
            return "a list"
        case MapNode():
            return "a mapping"
        case ScalarNode(value=None):
            return "nothing"
        case ScalarNode(value=bool()):
            return "true or false"
        case ScalarNode(value=str()):
            return "a text"
        case _:
            return "a number"


def pointed(node: Node, pointer: str) -> Node:
    """Return the node with lines that know their place: *pointer*, and what is behind it."""
    line = LineAt(node.line, pointer=pointer)
    match node:
        case ScalarNode():
            return ScalarNode(line, node.value)
        case ListNode():
            return ListNode(line, tuple(pointed(item, f"{pointer}/{no}") for no, item in enumerate(node.items)))
        case MapNode():
            places = {key: f"{pointer}/{_escaped(key)}" for key in node.entries}
            entries = {key: pointed(value, places[key]) for key, value in node.entries.items()}
            lines = {key: LineAt(node.line_of(key), pointer=place) for key, place in places.items()}
            return MapNode(line, entries, lines)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
