"""
Writing that reads otherwise than it compares: letters of two scripts in one word, text that runs backwards, digits in
circles.

A person sees `АES` and `AES` alike, and code does not; what no quote writes in the same way is for a person to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from domain.rfp_answering.proving.folding import folded

_WORD = re.compile(r"[^\W_]+")
_ALIKE = frozenset("АВЕЅІЈКМНОРСТУХаеорсухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧο")
"""Letters of other scripts that look as Latin ones do."""


def odd_writing(answer: str, quotes: list[str]) -> Iterator[str]:
    """Yield what of an answer is written so that it may mislead, where no quote (folded) is written so, too."""
    text = folded(answer)
    if text.isascii() and text.isprintable():
        return
    shown = " ".join(quotes)
    for character in sorted({one for one in text if _is_odd(one)} - set(shown)):
        yield f"the character U+{ord(character):04X} ({unicodedata.name(character, 'without a name').lower()})"
    words = _WORD.findall(text)
    is_latin = 2 * sum(_scripts(word) == {"LATIN"} for word in words) > len(words)
    for word in dict.fromkeys(word for word in words if not word.isascii()):
        if word not in shown and (_is_mixed(word) or (is_latin and _ALIKE.issuperset(word))):
            yield f"the word {word!r}, some of whose letters are of another script than they look"


def _is_odd(character: str) -> bool:
    if "¼" <= character <= "¾" or "⅐" <= character <= "⅞":
        return False
    category = unicodedata.category(character)
    is_mark = category in ("Mn", "Me") and "\u0300" <= character <= "\u036f"  # what composes is composed by now
    return is_mark or category in ("Cf", "Cc", "Co", "Cn", "Nl", "No")


def _is_mixed(word: str) -> bool:
    scripts = _scripts(word)
    return "LATIN" in scripts and len(scripts) > 1


def _scripts(word: str) -> set[str]:
    if word.isascii():  # as most words are, beside an accent or a sign
        return set() if word.isdigit() else {"LATIN"}
    return {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()} - {"MODIFIER", "MICRO"}
