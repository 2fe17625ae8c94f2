"""
What a text is about, in terms that can be compared: its words without their endings, and what it calls by name.

Likeness of meaning is no part of it: texts about ISO 27001 and ISO 9001 are near each other in every vector space, and
are about two things.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from domain.rfp_answering.proving.designations import words_in
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.stated import Stated
from domain.rfp_answering.proving.stems import stems
from domain.rfp_answering.proving.units import UNIT_OF

Terms = frozenset[str]
_SYNONYMS = {
    "keep": "keep keeping kept retain retained retention held hold store stored preserve archive archived",
    "make": "make take takes taken perform performed made create run done carry carried",
    "answer": "answer respond response responds reaction react reply acknowledge acknowledged",
    "notify": "notify notification notified inform report told tell",
    "available": "available availability uptime",
    "delete": "delete deleted deletion erase erased destroy destroyed purge purged",
    "rotate": "rotate rotated rotation",
    "backup": "backup back",
}
_EMPTY_WORDS = """
automatically currently typically usually normally standard default always least most minimum maximum within up after
before than less more over under during between later guarantee commit offer ensure target achieve support long often
quick kind only approximately about around regular period duration amount
"""
_EMPTY = stems(_EMPTY_WORDS)
"""What says nothing of what a text is about, beside the words that nobody looks for."""
_NEGATIONS = frozenset(["not", "no", "never", "without", "except", "cannot", "non"])
_LETTER = re.compile(r"(?<=[a-z] )[B-HJ-Z]\b|(?<=[a-z] )A(?=[\s.,;:?!)]|$)")


def terms_of(text: str) -> Terms:
    """
    Return the words that say what a text is about: one for those of one meaning, and without endings.

    Quantities and numbered standards are no words here: `Named` and quantities are compared by themselves.
    """
    words = folded(text)
    stated = Stated(text=words)
    numbered = [one for one in stated.designations if any(part[0].isdigit() for part in one.parts)]
    places = [(one.start, one.end) for part in (stated.quantities, stated.dates, numbered) for one in part]
    for start, end in places:
        words = words[:start] + " " * (end - start) + words[end:]
    found = (_SAME.get(one, one) for one in map(_simple, stems(words)))
    return frozenset(one for one in found if one not in _EMPTY and one not in UNIT_OF)


def denies(text: str) -> bool:
    """Return whether a text says what is not."""
    return any(word in _NEGATIONS or word.endswith("n't") for word in words_in(folded(text)))


def _simple(stem: str) -> str:
    """Take off what `stems` leaves: the plural of short words, and the ending of `retention`."""
    if len(stem) == 4 and stem.endswith("s") and not stem.endswith(("ss", "us")):
        stem = stem[:3]
    return stem.removesuffix("ion") if stem.endswith("tion") and len(stem) > 6 else stem


@frozen(kw_only=True)
class Named:
    """
    What a text calls by name.

    *standards* as designated; *marks*: the letters and numbers that tell things of one kind apart (`site B`, `tier 1`);
    *names*: the words of names, which questionnaires also write with a capital where they are none (`Customer Data`).
    """

    standards: frozenset[tuple[str, ...]]
    marks: frozenset[str]
    names: frozenset[str]

    def is_apart_from(self, other: Named) -> bool:
        """Return whether each text names something that the other does not: they are about different things then."""
        pairs = ((self.standards, other.standards), (self.marks, other.marks), (self.names, other.names))
        return any(own - theirs and theirs - own for own, theirs in pairs)


def named_in(text: str, *, own_names: Sequence[str] = ()) -> Named:
    """Return what a text names; *own_names* are those of whoever answers, and tell nothing apart."""
    words = without_names(folded(text), own_names)
    stated = Stated(text=words)
    numbers = {one.written for one in stated.quantities if not one.unit}
    return Named(
        standards=frozenset(one.parts for one in stated.designations),
        marks=frozenset(numbers | set(_LETTER.findall(words))),
        names=frozenset(word for name in stated.names for word in name.words[int(name.may_be_ordinary) :]),
    )


def without_names(text: str, own_names: Sequence[str]) -> str:
    """Return a folded text that says `we` for the names of whoever answers."""
    for name in sorted(filter(None, map(folded, own_names)), key=len, reverse=True):
        text = text.replace(name, "we")
    return text


_SAME = {_simple(stem): _simple(*stems(one)) for one, words in _SYNONYMS.items() for stem in stems(words)}
"""One stem for what questionnaires say in several words."""
