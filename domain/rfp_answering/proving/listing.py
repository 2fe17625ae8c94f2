"""The lines of an answer, without the numbers that only count them: `1.`, `2.`, `3.` of a list need no proof."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ITEM = re.compile(r"\s*\(?(?P<number>[1-9]\d?)[.)]\s+(?=\S)")
FEWEST_ITEMS = 2


def lines_of(answer: str) -> list[str]:
    """
    Return the lines of an answer; where some are numbered from 1 on, one by one, `-` stands in place of the number.

    A number that is out of turn is one of the answer's own: `4. hours`.
    """
    lines = answer.splitlines()
    items = list(_items(lines))
    for at in items if len(items) >= FEWEST_ITEMS else ():
        lines[at] = _ITEM.sub("- ", lines[at], count=1)
    return lines


def _items(lines: list[str]) -> Iterator[int]:
    """Yield which lines are numbered in turn."""
    turn = 1
    for at, line in enumerate(lines):
        found = _ITEM.match(line)
        if found is not None and int(found["number"]) == turn:
            yield at
            turn += 1
