"""
What a text calls by its name: standards and versions (`ISO 27001`, `TLS 1.3`, `SOC 2 Type II`), acronyms, products.

No list of names is needed: a designation is capitals with numbers behind them, a name is a capitalised word inside of a
sentence. What is missed is a name of one ordinary word at the beginning of a sentence; a word too many only asks a
person to look.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from domain.rfp_answering.quantities import MONTH_WORDS, UNIT_OF


@frozen(kw_only=True)
class Designation:
    """Capitals and the numbers behind them, as *parts* in capitals; what is `ISO/IEC` elsewhere is `ISO` here."""

    parts: tuple[str, ...]
    text: str
    start: int
    end: int

    def is_stated_by(self, other: Designation) -> bool:
        """Return whether *other* says the same or more: `ISO 27001` stands in `ISO/IEC 27001:2022`."""
        width = len(self.parts)
        return any(other.parts[at : at + width] == self.parts for at in range(len(other.parts) - width + 1))


@frozen(kw_only=True)
class Name:
    """A run of capitalised words; the first one *may_be_ordinary* where it begins a sentence."""

    words: tuple[str, ...]
    may_be_ordinary: bool
    text: str

    def is_in(self, words: Sequence[str]) -> bool:
        """Return whether the name stands, word behind word, among *words* (in small letters)."""
        wanted = [self.words, self.words[1:]] if self.may_be_ordinary else [self.words]
        return any(_contains(words, part) for part in wanted if part)


_ACRONYM = r"[A-Z][A-Za-z]{0,9}?[A-Z][A-Za-z]{0,3}|[A-Z]{2,}"
_NUMBERED = r"(?:[vV]?\d+(?:\.\d+)*[a-zA-Z]?\d*)"
_QUALIFIER = r"(?:Type|Level|Rev(?:ision)?|Class|Tier|Part|Version|Edition|Annex|Article|Section)\.?"
_DESIGNATION = re.compile(
    rf"""
    (?<![\w.])
    (?:(?:{_ACRONYM})(?![a-z])(?:[ /-](?:{_ACRONYM})(?![a-z]))* | {_QUALIFIER}(?=\s(?:\d|[IVX]+\b)))
    (?:[ :/-]?{_NUMBERED}(?!\w)(?:[:/.-]\d+(?:\.\d+)*)*)?
    (?:[ ,]{{1,2}}{_QUALIFIER}\s(?:\d+(?:\.\d+)*|[IVX]+)\b)*
    """,
    re.VERBOSE,
)
_PART = re.compile(r"\d+(?:\.\d+)*|[A-Za-z]+")
_NOT_SAID = {"IEC", "V", "VERSION", "REVISION", "REV"}
_WORD = re.compile(r"[^\W_]+(?:['+#&][^\W_]+)*[+#]*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;]['\")]?\s|\n|[•*]\s|(?:^|\s)-\s)\W*$")
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_ORDINARY = frozenset(["i", *_WEEKDAYS.split(), *(word.lower() for word in MONTH_WORDS)])


def designations_in(text: str) -> list[Designation]:
    """Return the designations of a folded text, by place."""
    found = []
    for match in _DESIGNATION.finditer(text):
        parts = tuple(part.upper() for part in _PART.findall(match.group()) if part.upper() not in _NOT_SAID)
        if parts and parts[0].lower() not in UNIT_OF:  # `GB` and `EUR` belong to the number beside them
            found.append(
                Designation(parts=tuple(map(_digits, parts)), text=match.group(), start=match.start(), end=match.end())
            )
    return found


def words_in(text: str) -> list[str]:
    """Return the words of a folded text in small letters, a possessive `'s` left out."""
    return [match.group().lower().removesuffix("'s") for match in _WORD.finditer(text)]


def names_in(text: str) -> list[Name]:
    """Return the names in a folded text, by place; what is designated by capitals alone is no name here."""
    runs: list[list[re.Match[str]]] = []
    last = 0
    for match in _WORD.finditer(text):
        if not _is_capitalised(match.group()):
            continue
        if runs and text[last : match.start()] == " " and runs[-1][-1].end() == last:
            runs[-1].append(match)
        else:
            runs.append([match])
        last = match.end()
    return [name for run in runs if (name := _name(text, run)) is not None]


def _name(text: str, run: list[re.Match[str]]) -> Name | None:
    first = run[0]
    begins = bool(_SENTENCE_END.search(text[: first.start()])) or first.start() == 0
    words = tuple(match.group().lower().removesuffix("'s") for match in run)
    if begins and len(words) == 1 and not _is_mixed(first.group()):
        return None
    if set(words) <= _ORDINARY:
        return None
    written = text[first.start() : run[-1].end()]
    return Name(words=words, may_be_ordinary=begins and not _is_mixed(first.group()), text=written)


def _is_capitalised(word: str) -> bool:
    return (word[0].isupper() and any(letter.islower() for letter in word)) or _is_mixed(word)


def _is_mixed(word: str) -> bool:
    """Whether capitals stand behind small letters (`GitHub`, `iOS`)."""
    return bool(re.search(r"[^\W\d_A-Z][A-Z]", word))


def _digits(part: str) -> str:
    return {"I": "1", "II": "2", "III": "3", "IV": "4"}.get(part, part)


def _contains(words: Sequence[str], part: Sequence[str]) -> bool:
    width = len(part)
    return any(list(words[at : at + width]) == list(part) for at in range(len(words) - width + 1))
