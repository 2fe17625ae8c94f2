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
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""What looks like a blank, or like nothing, and is a letter or a sign."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[·٫٬․‧⁄∕∶、。﹐﹒﹕．，：／](?=\d)")
"""What looks like a decimal point, a comma, a colon or a slash in a number, which code cuts in two there."""


def odd_writing(answer: str, quotes: list[str]) -> Iterator[str]:
    """Yield what of an answer is written so that it may mislead, where no quote (folded) is written so, too."""
    text = folded(answer)
    if text.isascii() and text.isprintable():
        return
    shown = " ".join(quotes)
    between = set(_BETWEEN_DIGITS.findall(text))
    for character in sorted({one for one in text if _is_odd(one) or one in between} - set(shown)):
        yield f"the character U+{ord(character):04X} ({unicodedata.name(character, 'without a name').lower()})"
    words = _WORD.findall(text)
    is_latin = 2 * sum(_scripts(word) == {"LATIN"} for word in words) > len(words)
    for word in dict.fromkeys(word for word in words if not word.isascii()):
        if word not in shown and (_is_mixed(word) or (is_latin and _ALIKE.issuperset(word))):
            yield f"the word {word!r}, some of whose letters are of another script than they look"


def _is_odd(character: str) -> bool:
    if "¼" <= character <= "¾" or "⅐" <= character <= "⅞":
        return False
    if character in _BLANK or "\u3300" <= character <= "\u33ff":  # no letters; units in one square: `㎏`
        return True
    category = unicodedata.category(character)
    is_mark = category in ("Mn", "Me") and "\u0300" <= character <= "\u036f"  # what composes is composed by now
    if is_mark or "\U000e0100" <= character <= "\U000e01ef" or category in ("Cf", "Cc", "Co", "Cn", "Nl", "No"):
        return True
    return category[0] in "LN" and character not in "ªº" and _looks_plain(character)


def _looks_plain(character: str) -> bool:
    """Whether it is another form of a plain letter or digit: wide, bold, sans-serif. Code takes it for another one."""
    plain = "" if character.isascii() else unicodedata.normalize("NFKC", character)
    return plain.isascii() and plain.isalnum()


def _is_mixed(word: str) -> bool:
    scripts = _scripts(word)
    return "LATIN" in scripts and len(scripts) > 1


def _scripts(word: str) -> set[str]:
    if word.isascii():  # as most words are, beside an accent or a sign
        return set() if word.isdigit() else {"LATIN"}
    return {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()} - {"MODIFIER", "MICRO"}
