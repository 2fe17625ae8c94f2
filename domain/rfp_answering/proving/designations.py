"""
What a text calls by its name: standards and versions (`ISO 27001`, `TLS 1.3`, `SOC 2 Type II`), acronyms, products.

No list of names is needed: a designation is capitals with numbers behind them, a code is letters and digits in one
word, a name is a capitalised word. One at the beginning of a sentence is a name unless it is known as an ordinary word.
What is missed is a name in small letters; a word too many only asks a person to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from attrs import frozen

from domain.rfp_answering.proving.first_words import FIRST_WORDS
from domain.rfp_answering.proving.quantities import MONTH_WORDS, UNIT_OF


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
        return _contains(words, self.words)

    def without_opening(self, is_known: Callable[[str], bool]) -> Name | None:
        """Return what is left of it where its first word begins a sentence and *is_known* as an ordinary one."""
        if not self.may_be_ordinary or not (self.words[0] in FIRST_WORDS or is_known(self.words[0])):
            return self
        return Name(words=self.words[1:], may_be_ordinary=False, text=self.text) if self.words[1:] else None


_ACRONYM = r"[A-Z][A-Za-z]{0,9}?[A-Z][A-Za-z]{0,3}|[A-Z]{2,}"
_NUMBERED = r"(?:[vV]?\d+(?:\.\d+)*[a-zA-Z]?\d*)"
_ENDS = r"(?!(?![vV]\d)[A-Za-z])"
_QUALIFIER = r"(?:Type|Level|Rev(?:ision)?|Class|Tier|Part|Version|Edition|Annex|Article|Section)\.?"
_DESIGNATION = re.compile(
    rf"""
    (?<![\w.])
    (?:(?:{_ACRONYM}){_ENDS}(?:[ /-](?:{_ACRONYM}){_ENDS})* | {_QUALIFIER}(?=\s(?:\d|[IVX]+\b)))
    (?:[ :/-]?{_NUMBERED}(?!\w)(?:[:/.-]\d+(?:\.\d+)*)*)?
    (?:[ ,]{{1,2}}{_QUALIFIER}\s(?:\d+(?:\.\d+)*|[IVX]+)\b)*
    """,
    re.VERBOSE,
)
_PART = re.compile(r"\d+(?:\.\d+)*|[A-Za-z]+")
_NOT_SAID = {"IEC", "V", "VERSION", "REVISION", "REV"}
_WORD = re.compile(r"[^\W_]+(?:['+#&][^\W_]+)*[+#]*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;]['\")]?\s|\n|[•*]\s|(?:^|\s)-\s)\W*$")
_CODE = re.compile(r"(?<![\w.])(?=\w*[^\W\d_])(?=\w*\d)\w+")
_IS_NUMBER = re.compile(
    rf"\d+(?:\.\d+)?(?:st|nd|rd|th|k|bn|s|(?:{'|'.join(sorted(map(re.escape, UNIT_OF), key=len, reverse=True))})s?)",
    re.IGNORECASE,
)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_ORDINARY = frozenset(["i", "mr", "ms", "mrs", "dr", *_WEEKDAYS.split(), *(word.lower() for word in MONTH_WORDS)])


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


def codes_in(text: str) -> list[str]:
    """Return the words of letters and digits (`Q3`, `S3`, `iso27001`), in capitals; `4h` and `15th` are numbers."""
    found = (match.group() for match in _CODE.finditer(text))
    return [one.upper() for one in found if not _IS_NUMBER.fullmatch(one)]


def has_initials(text: str, words: Sequence[str]) -> bool:
    """Return whether an abbreviation of three capitals or more stands written out among *words*, one behind another."""
    initials = "".join(word[0] for word in words)
    return len(text) > 2 and text.isalpha() and text.lower() in initials


def is_form_of_one(word: str, known: Collection[str]) -> bool:
    """Return whether a word (in small letters) is one of the *known* ones, or another form of one."""
    return word in known or any(_is_form_of(word, one) for one in known if one[:4] == word[:4])


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
    if set(words) <= _ORDINARY:
        return None
    written = text[first.start() : run[-1].end()]
    return Name(words=words, may_be_ordinary=begins and not _is_mixed(first.group()), text=written)


def _is_capitalised(word: str) -> bool:
    return (word[0].isupper() and any(letter.islower() for letter in word)) or _is_mixed(word)


def _is_mixed(word: str) -> bool:
    """Whether capitals stand behind small letters (`GitHub`, `iOS`)."""
    return bool(re.search(r"[^\W\d_A-Z][A-Z]", word))


def _is_form_of(word: str, other: str) -> bool:
    shared = next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), None)
    same = min(len(word), len(other)) if shared is None else shared
    return same >= 4 and max(len(word), len(other)) - same <= 4


def _digits(part: str) -> str:
    return {"I": "1", "II": "2", "III": "3", "IV": "4"}.get(part, part)


def _contains(words: Sequence[str], part: Sequence[str]) -> bool:
    width = len(part)
    return any(list(words[at : at + width]) == list(part) for at in range(len(words) - width + 1))
