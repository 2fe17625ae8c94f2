"""Cutting answers and passages into sentences: what comments point at, and what an extract is made of."""

from __future__ import annotations

import re
from functools import lru_cache

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9ÄÖÜÉ])|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|etc|approx|ca|no|vs|incl|resp|Rev|Dr|Mr|Ms|Inc|Ltd|St|z\.B|d\.h|Nr|Art|Abs|Mio|Mrd|bzw|ggf|inkl|"
    r"(?:am|vom|zum|bis|seit|der|den|ab) \d\d?)\.$"
)
_LONGEST = 12
"""Characters of an abbreviation, at the most."""


@lru_cache(maxsize=256)
def sentences_of(text: str) -> tuple[str, ...]:
    """Return the sentences of a text as they stand in it; put together they are the text, but for white space."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _ABBREVIATED.search(text, max(start, end.start() - _LONGEST), end.start()):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    return tuple(one for one in (*found, text[start:].strip()) if one)
