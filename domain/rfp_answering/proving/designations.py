"""
What a text calls by its name: standards and versions (`ISO 27001`, `TLS 1.3`, `SOC 2 Type II`), acronyms, products.

No list of names is needed: a designation is capitals with numbers behind them, a code is letters and digits in one
word, a name is a capitalised word. One at the beginning of a sentence is a name unless it is known as an ordinary word.
What is missed is a name in small letters; a word too many only asks a person to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from attrs import frozen

from domain.rfp_answering.proving.dates import MONTH_WORDS
from domain.rfp_answering.proving.first_words import FIRST_WORDS
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.number_words import VALUES
from domain.rfp_answering.proving.spelled import found_where
from domain.rfp_answering.proving.units import UNIT_OF


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
        """Return whether the name stands, word behind word, among *words* (small); `Cubes` may open for `cube`."""
        is_plural = self.may_be_ordinary and len(self.words) == 1 and self.words[0].removesuffix("s") in words
        return is_plural or _contains(words, self.words)

    def without_opening(self, is_known: Callable[[str], bool]) -> Name | None:
        """Return what is left of it where its first word begins a sentence and *is_known* as an ordinary one."""
        if not self.may_be_ordinary or not (self.words[0] in FIRST_WORDS or is_known(self.words[0])):
            return self
        return Name(words=self.words[1:], may_be_ordinary=False, text=self.text) if self.words[1:] else None


_ACRONYM = r"[A-Z][A-Za-z]{0,9}?[A-Z][A-Za-z]{0,3}|[A-Z]{2,}"
_NUMBERED = r"(?:[vV]?\d+(?:\.\d+)*[a-zA-Z]?\d*)"
_ENDS = r"(?!(?![vV]\d)[A-Za-z])"
_QUALIFIER = r"(?:Type|Level|Rev(?:ision)?|Class|Tier|Part|Version|Edition|Annex|Article|Section)\.?"
_UNITS_BEHIND = "|".join(
    sorted(
        (rf"{re.escape(one)}s?" for one in UNIT_OF if len(one) > 1 and one.isalpha() and "bit" not in one),
        key=len,
        reverse=True,
    )
)  # in `RTO 4 hours` the number is no part of the name; in `AES 256 bits` it is
_DESIGNATION = re.compile(
    rf"""
    (?<![\w.])
    (?:(?:{_ACRONYM}){_ENDS}(?:[ /-](?:{_ACRONYM}){_ENDS})* | {_QUALIFIER}(?=\s(?:\d|[IVX]+\b)))
    (?:(?!\s\d+(?:[.,]\d+)?\s?(?i:{_UNITS_BEHIND})\b)[ :/-]?{_NUMBERED}(?!\w)(?:[:/.-]\d+(?:\.\d+)*)*)?
    (?:[ ,]{{1,2}}{_QUALIFIER}\s(?:\d+(?:\.\d+)*|[IVX]+)\b)*
    """,
    re.VERBOSE,
)
_CAPITAL = re.compile(r"[A-Z]")
_PART = re.compile(r"\d+(?:\.\d+)*|[A-Za-z]+")
_NOT_SAID = {"IEC", "V", "VERSION", "REVISION", "REV"}
_WORD = re.compile(r"[^\W_]+(?:['+#&][^\W_]+)*[+#]*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;]['\")]?\s|\n|[•*]\s|(?:^|\s)-\s)\W*$")
_FROM_DIGIT = re.compile(r"\d\w*")
_CODE = re.compile(r"(?<!\.)(?=\w*[^\W\d_])\w+")
_LETTERS = re.compile(r"[^\W\d_]+")
_IS_NUMBER = re.compile(
    rf"\d+(?:\.\d+)?(?:st|nd|rd|th|k|bn|s|(?:{'|'.join(sorted(map(re.escape, UNIT_OF), key=len, reverse=True))})s?)",
    re.IGNORECASE,
)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_TITLES = "i mr ms mrs dr"
_SHORT_DAYS = "mon tue wed thu fri sat sun mo di mi do fr sa so"
_ORDINARY = frozenset(
    [
        *_TITLES.split(),
        *_WEEKDAYS.split(),
        *(f"{day}s" for day in _WEEKDAYS.split()),
        *_SHORT_DAYS.split(),
        *(word.lower() for word in MONTH_WORDS),
    ]
)
_NUMBER_BEFORE = re.compile(rf"(?:\d|\b(?:{'|'.join(VALUES)}|mio|mrd|millionen)\.?)[ -]\Z", re.IGNORECASE)


def designations_in(text: str) -> list[Designation]:
    """Return the designations of a folded text, by place."""
    found = []
    for match in found_where(_CAPITAL, _DESIGNATION, text):
        parts = tuple(part.upper() for part in _PART.findall(match.group()) if part.upper() not in _NOT_SAID)
        if parts and parts[0].lower() not in UNIT_OF:  # `GB` and `EUR` belong to the number beside them
            found.append(
                Designation(parts=tuple(map(_digits, parts)), text=match.group(), start=match.start(), end=match.end())
            )
    return found


def codes_in(text: str) -> list[str]:
    """Return the words of letters and digits (`Q3`, `S3`, `iso27001`), in capitals; `4h` and `15th` are numbers."""
    runs = (_CODE.match(text, _beginning(text, run.start())) for run in _FROM_DIGIT.finditer(text))
    found = (run.group() for run in runs if run is not None)
    return [one.upper() for one in found if not _IS_NUMBER.fullmatch(one)]


def _beginning(text: str, at: int) -> int:
    """Return where the run of letters and digits begins that goes on at a place."""
    while at and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    return at


def has_initials(text: str, words: Sequence[str]) -> bool:
    """Return whether an abbreviation of three capitals or more stands written out among *words*, one behind another."""
    initials = "".join(word[0] for word in words)
    letters = text[:-1] if text.endswith("s") else text  # the plural: `SCCs`
    return len(letters) > 2 and letters.isalpha() and letters.lower() in initials


def is_written_small(word: str, text: str) -> bool:
    """Return whether a text writes a word (given in small letters), or another form of it, without a capital."""
    written = text if text.isascii() else folded(text)  # in ASCII, folding changes no word
    start = word[:4]
    at = written.find(start)
    while at >= 0:
        run = _LETTERS.match(written, at)
        if run is not None and not (at and _LETTERS.match(written, at - 1)) and run.group().islower():
            other = run.group()
            if other == word or (other[:4] == start and _is_form_of(word, other)):
                return True
        at = written.find(start, at + 1)
    return False


@lru_cache(maxsize=256)
def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a folded text in small letters, a possessive `'s` left out."""
    words = _WORD.findall(text.lower()) if text.isascii() else [one.lower() for one in _WORD.findall(text)]
    return tuple(one.removesuffix("'s") for one in words) if "'" in text else tuple(words)


def names_in(text: str) -> list[Name]:
    """Return the names in a folded text, by place; what is designated by capitals alone is no name here."""
    runs: list[list[re.Match[str]]] = []
    behind = []
    last = before = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.islower() and _is_capitalised(word):
            if runs and before == last and text[last : match.start()] == " ":
                runs[-1].append(match)
            else:
                runs.append([match])
                behind.append(before)
            last = match.end()
        before = match.end()
    return [name for run, end in zip(runs, behind, strict=True) if (name := _name(text, run, behind=end)) is not None]


def _name(text: str, run: list[re.Match[str]], *, behind: int) -> Name | None:
    """Return the name that a run of words is; the word before it ends at *behind*."""
    first = run[0]
    begins = first.start() == 0 or bool(_SENTENCE_END.search(text, behind, first.start()))
    words = tuple(match.group().lower().removesuffix("'s") for match in run)
    if set(words) <= _ORDINARY or (words[0] in UNIT_OF and _NUMBER_BEFORE.search(text, behind - 12, first.start())):
        return None  # in German, units have capitals
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


def _contains(words: Sequence[str], part: tuple[str, ...]) -> bool:
    width = len(part)
    return any(one == part[0] and tuple(words[at : at + width]) == part for at, one in enumerate(words))
