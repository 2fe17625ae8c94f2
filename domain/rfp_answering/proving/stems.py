"""Words that carry meaning, without their endings: what a likeness of texts is counted in (it never decides alone)."""

from __future__ import annotations

import re
from functools import lru_cache

from domain.rfp_answering.proving.designations import words_in
from domain.rfp_answering.proving.folding import folded

_COMMON_WORDS = """
a an and any are as at be been being by can could do does did for from had has have how if in into is it its long many
may more most much must of off on onto or our out please provide shall should such than that the their them there these
they this those to us was we were what when where whether which who whom whose why will with would you your yours
describe explain list name state about after all also before each ever every other own per then under until use used
using via within without company solution service services product system fast often quickly soon time
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ENDING = re.compile(r"(?:ations|ation|ments|ment|ings|ing|ies|ied|ers|ed|es|er|s|e|y)$")
_STEM = 6
"""Characters that two words must share: `encrypted` is `encryption` then, and now and then a word is another one."""


@lru_cache(maxsize=256)
def stems(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning, without their endings."""
    words = words_in(folded(text))
    return frozenset(map(_stem, {word for word in words if len(word) > 1} - _COMMON))


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    return _ENDING.sub("", word)[:_STEM] if len(word) > 4 and word.isalpha() else word
