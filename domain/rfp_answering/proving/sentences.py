"""Cutting answers and passages into sentences: what comments point at, and what an extract is made of."""

from __future__ import annotations

import re
from functools import lru_cache

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9ÄÖÜÉ])|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|approx|ca|no|vs|incl|resp|Dr|Mr|Ms|Inc|Ltd|St|z\.B|d\.h)\.)$")


@lru_cache(maxsize=256)
def sentences_of(text: str) -> tuple[str, ...]:
    """Return the sentences of a text as they stand in it; put together they are the text, but for white space."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _ABBREVIATED.search(text[start : end.start()]):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    return tuple(one for one in (*found, text[start:].strip()) if one)
