"""
JSON as a tree with lines. Refused: a key twice, NaN and Infinity, and nesting beyond `MAX_DEPTH`.

JSON is not read as YAML: YAML refuses `"\\ud83d\\ude00"`, which is how JSON writers escape an emoji.
"""

from __future__ import annotations

import bisect
import json
import math
import re
from typing import cast

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

_SPACE = re.compile(r"[ \t\r\n]*")


def parse_json(text: str) -> Node:
    """
    Return the JSON document in *text*.

    Raises:
        Unreadable: not JSON, or JSON that is refused, with the line.
    """
    return _Parser(text).document()


def parse_json_line(text: str, *, line: int) -> Node:
    """
    Return the JSON document in one *line* of a file.

    Raises:
        Unreadable: as for `parse_json`.
    """
    return _Parser(text, first_line=line).document()


class _Parser:
    """Finds the structure itself, to know the lines; leaves strings and numbers to the standard library."""

    def __init__(self, text: str, *, first_line: int = 1) -> None:
        self._text = text
        self._first_line = first_line
        self._line_ends = [found.start() for found in re.finditer("\n", text)]

    def document(self) -> Node:
        node, end = self._value(self._skip(0), depth=0)
        if (end := self._skip(end)) < len(self._text):
            raise self._broken("more text after the end of the JSON", end)
        return node

    def _value(self, at: int, *, depth: int) -> tuple[Node, int]:
        if depth > MAX_DEPTH:
            line = self._line(at)
            raise Unreadable(
                f"more than {MAX_DEPTH} levels of nesting", line=line, expected="fewer", do="flatten this part"
            )
        match self._text[at : at + 1]:
            case "{":
                return self._mapping(at, depth=depth)
            case "[":
                return self._list(at, depth=depth)
        value, end = self._scalar(at)
        return ScalarNode(self._line(at), value), end

    def _list(self, at: int, *, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        end = self._skip(at + 1)
        if self._text[end : end + 1] == "]":
            return ListNode(self._line(at), ()), end + 1
        while True:
            item, end = self._value(end, depth=depth + 1)
            items.append(item)
            end = self._skip(end)
            if self._text[end : end + 1] == "]":
                return ListNode(self._line(at), tuple(items)), end + 1
            end = self._expect(",", end)

    def _mapping(self, at: int, *, depth: int) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        end = self._skip(at + 1)
        if self._text[end : end + 1] == "}":
            return MapNode(self._line(at), entries), end + 1
        while True:
            key_at = end
            key, end = self._key(key_at)
            if key in entries:
                raise self._second_key(key, first=key_lines[key], at=key_at)
            key_lines[key] = self._line(key_at)
            end = self._expect(":", self._skip(end))
            entries[key], end = self._value(end, depth=depth + 1)
            end = self._skip(end)
            if self._text[end : end + 1] == "}":
                return MapNode(self._line(at), entries, key_lines), end + 1
            end = self._expect(",", end)

    def _key(self, at: int) -> tuple[str, int]:
        if self._text[at : at + 1] != '"':
            raise self._broken("no key in double quotes", at)
        return cast(tuple[str, int], self._scalar(at))

    def _scalar(self, at: int) -> tuple[Scalar, int]:
        try:
            value, end = _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError as exc:
            raise self._broken(exc.msg.lower(), exc.pos) from exc
        except ValueError as exc:
            raise Unreadable(
                "a number that is infinite, NaN or too long",
                line=self._line(at),
                expected="a number that JSON can hold",
                do="put it in quotes",
            ) from exc
        if isinstance(value, str):
            storable(value, line=self._line(at))
        return cast(Scalar, value), end

    def _expect(self, mark: str, at: int) -> int:
        if self._text[at : at + 1] != mark:
            raise self._broken(f"no {mark!r} here", at)
        return self._skip(at + 1)

    def _skip(self, at: int) -> int:
        return cast(re.Match[str], _SPACE.match(self._text, at)).end()

    def _line(self, at: int) -> int:
        return self._first_line + bisect.bisect_left(self._line_ends, at)

    def _broken(self, what: str, at: int) -> Unreadable:
        found = self._text[at : at + 1].strip()  # one character: what follows may be a secret
        return Unreadable(
            f"not valid JSON: {what}" + (f" (at {found!r})" if found else ""),
            line=self._line(min(at, len(self._text.rstrip()))),
            expected="JSON",
            do="look at the quotes, commas and brackets here and just above",
        )

    def _second_key(self, key: str, *, first: int, at: int) -> Unreadable:
        return Unreadable(
            f"key {shown(key)} a second time (first in line {first})",
            line=self._line(at),
            expected="each key once",
            do="remove or rename one of them",
        )


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _bounded(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(text)
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, parse_int=_bounded)
