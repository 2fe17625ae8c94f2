"""Addresses in an answer: links, hosts, mail, telephone. A buyer's click must lead where a document leads."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"""
      (?:[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>()\[\]"']+
    | \b(?:javascript|data|mailto|tel|file|vbscript):[^\s<>()\[\]"']+
    | [\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*
    | (?<![\w-]\.)\b(?:[\w-]{1,255}\.)+[a-z]{2,24}\b(?:/[^\s<>()\[\]"']*)?
    | \+\d[\d ()/-]{6,}\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""No part is endless, and no host begins within one: a page of `a.a.a` is read at once."""
_HINT = re.compile(r"//|:\S|@|\.[^\W\d_]|\+\d")
"""What every address holds, and most texts don't."""


def addresses_in(text: str) -> list[str]:
    """Return the addresses in a folded text, in small letters, without the full stop behind them."""
    if not _HINT.search(text):
        return []
    return [one for found in _ADDRESS.finditer(text) if _is_address(one := found.group().lower().rstrip(".,;:!?"))]


def _is_address(text: str) -> bool:
    """Whether it is more than a missing blank between two sentences or an abbreviation (`e.g`)."""
    return any(len(part) > 1 for part in re.split(r"[./@:]+", text)[:-1]) or text.startswith("+")
