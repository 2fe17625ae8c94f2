"""
What is said of one of several that share a name: `Orrin Sign Business` beside `Orrin Sign Enterprise`, `Lumo X1`, `X2`.

Editions, companies of a group, models: their names are easily exchanged, and stand all in the quotes. Quoted sentences
are cut where such a name begins. What an answer says of one is exchanged where its words, or a word with digits
(a standard, a number, a year), are quoted of its siblings and not of itself. A sentence that names none is of all.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from domain.rfp_answering.proving.designations import words_in
from domain.rfp_answering.proving.first_words import FIRST_WORDS
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.stems import stems

_NAME = re.compile(r"\b[A-Z][\w&+]*(?:[ -](?:[A-Z][\w&+]*|\d+(?:\.\d+)*(?![\w%]|[.,]\d)))+")
_SENTENCE = re.compile(r"[.!?]\s|\n")
_BORDER = re.compile(r";\s|[,:|(]\s?(?!\d)|\b(?:and|but|while|whereas|und|et)\b", re.IGNORECASE)
_MOVES_BACK = re.compile(r"\b(?:respectively|both|former|latter)\b", re.IGNORECASE)
FEWEST_TAKEN = 2
"""Words without digits that must be a sibling's alone."""
LARGEST_FAMILY = 40
"""Names that begin alike, above which a text is a list of them, and nothing is concluded."""


@frozen(kw_only=True)
class _Said:
    """What a text says of each name that has siblings, and what of none (*of_all*)."""

    of: dict[tuple[str, ...], frozenset[str]]
    of_all: frozenset[str]


def taken_from_siblings(answer: str, quotes: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with what a folded answer says of a name, where the folded *quotes* say it of its sibling."""
    if _MOVES_BACK.search(answer) or any(folded(answer) in quote for quote in quotes):
        return
    siblings = _siblings({words for quote in quotes for _start, _end, words in _names_in(quote)})
    if not siblings:
        return
    said = _said_of(answer, siblings.keys())
    quoted = [_said_of(quote, siblings.keys()) for quote in quotes]
    of_all = frozenset[str]().union(*(one.of_all for one in quoted))
    for name, words in said.of.items():
        own = of_all.union(*(one.of.get(name, frozenset()) for one in quoted))
        its = frozenset[str]().union(*(one.of.get(other, frozenset()) for one in quoted for other in siblings[name]))
        taken = (words & its) - own
        is_clear = len(taken) >= FEWEST_TAKEN and not (words & own) - its
        if is_clear or any(any(map(str.isdigit, word)) for word in taken):
            words_taken, whom = ", ".join(sorted(taken)), " ".join(name)
            yield f"the answer says {words_taken!r} of {whom!r}, and what is quoted says it of another one"


def _siblings(names: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """Return those of the names that have siblings, with these."""
    families: dict[str, set[tuple[str, ...]]] = {}
    for name in names:
        families.setdefault(name[0], set()).add(name)
    return {
        name: alike
        for family in families.values()
        if len(family) <= LARGEST_FAMILY
        for name in family
        if (alike := {one for one in family if _are_siblings(name, one)})
    }


def _said_of(text: str, names: Iterable[tuple[str, ...]]) -> _Said:
    of: dict[tuple[str, ...], frozenset[str]] = {}
    of_all = frozenset[str]()
    start = 0
    for end in (*(one.end() for one in _SENTENCE.finditer(text)), len(text)):
        sentence = text[start:end]
        start = end
        here = [one for one in _names_in(sentence) if one[2] in names]
        cuts = _cuts(sentence, here)
        for at, (begin, behind, name) in enumerate(here):
            words = _words(f"{sentence[cuts[at] : begin]} {sentence[behind : cuts[at + 1]]}")
            of[name] = of.get(name, frozenset()) | words
        if not here:
            of_all |= _words(sentence)
    return _Said(of=of, of_all=of_all)


def _cuts(sentence: str, here: Sequence[tuple[int, int, tuple[str, ...]]]) -> list[int]:
    """Return where the share of each name begins, and where the last one ends."""
    cuts = [0]
    for one, other in itertools.pairwise(here):
        borders = [border.end() for border in _BORDER.finditer(sentence, one[1], other[0])]
        cuts.append(borders[-1] if borders else other[0])
    return [*cuts, len(sentence)]


def _names_in(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the names of two words and more, with their places; an ordinary word that begins a sentence is left out."""
    for found in _NAME.finditer(text):
        start, words = found.start(), re.split("[ -]", found.group())
        while words and words[0].lower() in FIRST_WORDS:
            start += len(words[0]) + 1
            words = words[1:]
        if len(words) > 1:
            yield start, found.end(), tuple(word.lower() for word in words)


def _are_siblings(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether of two names that begin alike neither is a shorter form of the other."""
    width = min(len(one), len(other))
    return one[:width] != other[:width]


def _words(text: str) -> frozenset[str]:
    return stems(text) | {word for word in words_in(text) if any(map(str.isdigit, word))}
