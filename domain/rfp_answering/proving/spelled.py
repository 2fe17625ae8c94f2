"""Which words a text may hold, found by one quick look: patterns that need another one are not tried at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_LETTERS = re.compile(r"[a-z]+")
_WITH_DOT = str.maketrans("ıİ", "ii")


@lru_cache(maxsize=256)
def spelled_in(text: str) -> frozenset[str]:
    """
    Return the runs of the letters a to z in a text, in small letters: what a pattern that ignores capitals may find.

    Patterns take `ſ`, `K` (kelvin), `ı` and `İ` for `s`, `k` and `i`, and so does this: `ſix` is six.
    """
    return frozenset(_LETTERS.findall(plain(text)))


def plain(text: str) -> str:
    """Return a text in small letters, plain where a pattern that ignores capitals takes them for plain ones."""
    return text.lower() if text.isascii() else text.translate(_WITH_DOT).casefold()


def found_where(start: re.Pattern[str], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """
    Yield what `pattern.finditer` does, tried only where *start* is found: a first character that it can't do without.

    A pattern that begins in one of several ways is tried at every character by itself.
    """
    behind = 0
    for place in start.finditer(text):
        if place.start() >= behind and (match := pattern.match(text, place.start())) is not None:
            yield match
            behind = match.end()
