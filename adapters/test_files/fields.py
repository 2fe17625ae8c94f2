"""A mapping's keys, read by the type each must have; what does not fit becomes a problem with its line."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping

from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, kind_of, plain
from adapters.test_files.problems import Problems, nearest, shown


class Fields:
    """
    One mapping of the file, called *what* in messages.

    A key that is not *known* is a problem, with the nearest known key. Reading a key of the wrong type notes a problem
    and returns the default, so that reading goes on and finds the next one. *secret*: values stay out of messages.
    """

    def __init__(
        self, node: MapNode, *, what: str, known: Collection[str], problems: Problems, secret: bool = False
    ) -> None:
        self.node = node
        self._what = what
        self._problems = problems
        self._secret = secret
        for key in node.entries:
            if key not in known:
                self._unknown(key, known=known)

    def has(self, key: str) -> bool:
        """Tell whether the key is there (even with nothing behind it)."""
        return key in self.node.entries

    def is_filled(self, key: str) -> bool:
        """Tell whether there is something behind the key: neither nothing nor an empty list or mapping."""
        return self._value(key) not in (None, [], {})

    def text(self, key: str, *, default: str = "") -> str:
        """Return a text."""
        value = self._value(key)
        if isinstance(value, str):
            return value
        self._unfit(key, expected="a text", do="put it in quotes")
        return default

    def required_text(self, key: str) -> str:
        """Return a text that must be there and not be empty."""
        value = self.text(key)
        if not value.strip() and not isinstance(self._value(key), int | float | list | dict):
            self._problems.add(
                self.node.line_of(key), f"{self._what} has no {key!r}", expected="a text", do=f"add {key}: ..."
            )
        return value

    def name(self, key: str) -> str:
        """Return a text or a whole number, as text: `id: 42` is a name too."""
        value = self._value(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(key)

    def whole(self, key: str, *, least: int, most: int) -> int | None:
        """Return a whole number from *least* to *most*."""
        value = self._value(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._unfit(key, expected=f"a whole number from {least} to {most}", do="mend the number")
        return None

    def number(self, key: str, *, least: float = -math.inf, most: float = math.inf) -> float | None:
        """Return a number that is at least *least* and at most *most*."""
        value = self._value(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self._unfit(key, expected=_number_between(least, most), do="mend the number")
        return None

    def required_number(self, key: str, *, least: float = -math.inf, most: float = math.inf) -> float:
        """Return a number that must be there."""
        if self._value(key) is None:
            expected, do = _number_between(least, most), f"add {key}: ..."
            self._problems.add(self.node.line_of(key), f"{self._what} has no {key!r}", expected=expected, do=do)
        return self.number(key, least=least, most=most) or 0.0

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key)
        if isinstance(value, bool):
            return value
        self._unfit(key, expected="true or false", do="write one of the two, without quotes")
        return default

    def mapping(self, key: str) -> MapNode | None:
        """Return a mapping."""
        node = self.node.entries.get(key)
        if isinstance(node, MapNode):
            return node
        self._unfit(key, expected="a mapping", do="write key: value lines under it")
        return None

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the items of a list."""
        node = self.node.entries.get(key)
        if isinstance(node, ListNode):
            return node.items
        self._unfit(key, expected="a list", do="begin each item with a dash, or use [a, b]")
        return ()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = [plain(item) for item in self.items(key)]
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) < len(values):
            self._problems.add(
                self.node.line_of(key),
                f"{self._what}: {key!r} holds something else than texts",
                expected="a list of texts",
                do="put every item in quotes",
            )
        return texts

    def text_map(self, key: str) -> Mapping[str, str]:
        """Return a mapping of texts to texts (headers); its values never show in messages."""
        node = self.mapping(key)
        texts: dict[str, str] = {}
        for name, item in node.entries.items() if node else ():
            if isinstance(item, ScalarNode) and isinstance(item.value, str):
                texts[name] = item.value
            else:
                self._problems.add(
                    item.line, f"{key} {name!r} is {kind_of(item)}", expected="a text", do="put it in quotes"
                )
        return texts

    def json_map(self, key: str) -> dict[str, object]:
        """Return a mapping with JSON of any shape in it."""
        node = self.mapping(key)
        return {name: plain(item) for name, item in node.entries.items()} if node else {}

    def _value(self, key: str) -> object:
        node = self.node.entries.get(key)
        return plain(node) if node else None

    def _unfit(self, key: str, *, expected: str, do: str) -> None:
        node = self.node.entries.get(key)
        if node is None or (isinstance(node, ScalarNode) and node.value is None):
            return  # a key with nothing behind it is a key that was left out
        found = kind_of(node)
        if isinstance(node, ScalarNode) and not self._secret:
            found += f" ({shown(node.value) if isinstance(node.value, str) else json.dumps(node.value)})"
        self._problems.add(self.node.line_of(key), f"{self._what}: {key!r} is {found}", expected=expected, do=do)

    def _unknown(self, key: str, *, known: Collection[str]) -> None:
        self._problems.add(
            self.node.line_of(key),
            f"unknown key {shown(key)} in {self._what}",
            expected=f"one of {', '.join(known)}",
            do=f"{nearest(key, among=known)}rename or remove it",
        )


def _number_between(least: float, most: float) -> str:
    if math.isinf(least) and math.isinf(most):
        return "a number"
    return f"a number from {least:g}" + ("" if math.isinf(most) else f" to {most:g}")
