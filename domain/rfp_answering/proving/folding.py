"""
Which differences between two texts mean nothing: how white space, quotation marks, hyphens and ligatures are written.

Everything else counts, capitals and digits first of all: evidence that differs in one of those is no evidence.
"""

from __future__ import annotations

import re
import unicodedata

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`ʼ", "'"),  # single quotation marks, primes, apostrophes
        **dict.fromkeys("“”„‟″«»", '"'),  # double ones
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),  # hyphens, dashes, the minus sign
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),  # soft hyphens and what has no width
    }
)
_SPACE = re.compile(r"\s+")
_LIGATURES = re.compile("[ﬀ-ﬆ]")


def folded(text: str) -> str:
    """
    Return *text* in one way of writing.

    A run of white space (line breaks and no-break spaces, too) is one blank; quotation marks and apostrophes are
    straight; hyphens, dashes and the minus sign are `-`; soft hyphens and characters without width are gone; the
    ligatures that PDF files are full of are letters; accents are composed (NFC). Folding twice changes nothing.
    """
    if text.isascii():  # most text is: the same, five times as quick
        return " ".join(text.replace("`", "'").split())
    written = _LIGATURES.sub(_letters, text).translate(_SAME)
    composed = unicodedata.normalize("NFC", written).translate(_SAME)  # some characters are composed into a quote mark
    return _SPACE.sub(" ", composed).strip()


def _letters(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())
