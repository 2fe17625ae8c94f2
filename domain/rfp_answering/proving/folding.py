"""
Which differences between two texts mean nothing: how white space, quotation marks, hyphens and ligatures are written.

Everything else counts, capitals and digits first of all: evidence that differs in one of those is no evidence.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SAME = {
    **dict.fromkeys("‘’‚‛′´`ʼ", "'"),  # single quotation marks, primes, apostrophes
    **dict.fromkeys("“”„‟″«»", '"'),  # double ones
    **dict.fromkeys("‐‑‒–—―−﹘﹣－˗⁃⸺⸻᠆➖─", "-"),  # hyphens, dashes, the minus sign
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f", ""),  # soft hyphens and what has no width
}
_OTHERWISE = re.compile(f"[{re.escape(''.join(_SAME))}]")
_LIGATURES = re.compile("[ﬀ-ﬆ]")


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    """
    Return *text* in one way of writing.

    A run of white space (line breaks and no-break spaces, too) is one blank; quotation marks and apostrophes are
    straight; hyphens, dashes and the minus sign are `-`; soft hyphens and characters without width are gone; the
    ligatures that PDF files are full of are letters; accents are composed (NFC). Folding twice changes nothing.
    """
    if text.isascii():  # most text is: the same, five times as quick
        return " ".join(text.replace("`", "'").split())
    written = _OTHERWISE.sub(_same, _LIGATURES.sub(_letters, text))
    composed = unicodedata.normalize("NFC", written)
    if composed != written:  # some characters are composed into a quotation mark
        composed = _OTHERWISE.sub(_same, composed)
    return " ".join(composed.split())


def _same(found: re.Match[str]) -> str:
    return _SAME[found.group()]


def _letters(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())
