"""
What a judge answered, read: a JSON object, and in it what a kind of judgement needs.

Strict first: the whole reply is one JSON object. Then tolerant, because models wrap their JSON in thoughts and code
fences: every JSON object that stands in the reply is looked at, and what the kind can read counts if all of them say
the same. Two that differ count as none: one of them may be a quotation of the answer under test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import isfinite
from typing import TypeVar

from attrs import frozen

from domain.jobs.item import Document
from domain.test_execution.finding import shown
from domain.test_execution.text_metrics import read_json

T = TypeVar("T")

_MOST_OBJECTS = 50
_MOST_CHARACTERS = 200_000
_TRUE = frozenset({"true", "yes", "pass", "passed", "y"})
_FALSE = frozenset({"false", "no", "fail", "failed", "n"})


class UnreadableReply(Exception):
    """The judge's reply has not the form that was asked for; the message says what is missing."""


Read = Callable[["Fields"], T]
"""Takes what a kind needs out of a reply's object; raises UnreadableReply where it is not there."""


@frozen
class Fields:
    """The fields of a judge's JSON object, read with their types."""

    _fields: Document

    def text(self, name: str, *, default: str | None = None) -> str:
        """Return a text."""
        value = self._fields.get(name, default)
        if isinstance(value, str):
            return value.strip()
        raise self._wrong(name, expected="a text")

    def share(self, name: str, *, most: float = 1.0) -> float:
        """Return a number from 0 to *most*, also where it is written as a text."""
        value = self._fields.get(name)
        try:
            number = float("nan") if isinstance(value, bool) else float(value)  # type: ignore[arg-type]  # TypeError
        except (TypeError, ValueError):
            number = float("nan")
        if isfinite(number) and 0 <= number <= most:
            return number
        raise self._wrong(name, expected=f"a number from 0 to {most:g}")

    def flag(self, name: str) -> bool:
        """Return true or false, also where it is written as a word."""
        value = self._fields.get(name)
        if isinstance(value, bool):
            return value
        word = value.strip().lower() if isinstance(value, str) else ""
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise self._wrong(name, expected="true or false")

    def has(self, name: str) -> bool:
        """Tell whether the field is there, and not null."""
        return self._fields.get(name) is not None

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        value = self._fields.get(name)
        if isinstance(value, list) and all(isinstance(element, str) for element in value):
            return [element.strip() for element in value if element.strip()]
        raise self._wrong(name, expected="a list of texts")

    def numbers(self, name: str, *, most: int) -> list[int]:
        """Return a list of whole numbers from 1 to *most*, each once."""
        value = self._fields.get(name)
        if isinstance(value, list) and all(_is_number(element, most=most) for element in value):
            return sorted(set(value))
        raise self._wrong(name, expected=f"a list of numbers from 1 to {most}")

    def whole(self, name: str) -> int:
        """Return a whole number."""
        value = self._fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._wrong(name, expected="a whole number")

    def part(self, name: str) -> Fields:
        """Return an object."""
        value = self._fields.get(name)
        if isinstance(value, dict):
            return Fields(value)
        raise self._wrong(name, expected="an object")

    def objects(self, name: str) -> list[Fields]:
        """Return a list of objects."""
        value = self._fields.get(name)
        if isinstance(value, list) and all(isinstance(element, dict) for element in value):
            return [Fields(element) for element in value]
        raise self._wrong(name, expected="a list of objects")

    def _wrong(self, name: str, *, expected: str) -> UnreadableReply:
        if name not in self._fields:
            return UnreadableReply(f"there is no {name!r} in it; expected {expected}")
        return UnreadableReply(f"{name!r} is {shown(json.dumps(self._fields[name]))}; expected {expected}")


def read_reply(text: str, *, read: Read[T]) -> T:
    """
    Return what *read* finds in the judge's reply.

    Raises:
        UnreadableReply: there is no JSON object, none that fits, or several that say different things.
    """
    text = _without_thoughts(text)
    try:
        whole = read_json(text)
    except ValueError:
        return _tolerantly(text, read)
    if isinstance(whole, dict):
        return read(Fields(whole))
    raise UnreadableReply(f"the reply is {shown(text)}; expected a JSON object")


def _without_thoughts(text: str) -> str:
    """Return what follows a leading `<think>` block, which local reasoning models leave in their replies."""
    return text.rpartition("</think>")[2] if text.lstrip().startswith("<think>") else text


def _tolerantly(text: str, read: Read[T]) -> T:
    found: list[T] = []
    problem = UnreadableReply(f"there is no JSON object in the reply {shown(text)}")
    for candidate in _objects(text[:_MOST_CHARACTERS]):
        try:
            found.append(read(Fields(candidate)))
        except UnreadableReply as error:
            problem = error
    if not found:
        raise problem
    if any(other != found[0] for other in found[1:]):
        raise UnreadableReply(f"the reply holds {len(found)} JSON objects that say different things")
    return found[0]


def _objects(text: str) -> Iterator[dict[str, object]]:
    """Yield the outermost JSON objects in a text; at most so many, as each brace costs a look."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_MOST_OBJECTS):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict):
                yield value
        at = text.find("{", end)


def _is_number(element: object, *, most: int) -> bool:
    return isinstance(element, int) and not isinstance(element, bool) and 1 <= element <= most
