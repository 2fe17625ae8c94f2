"""
Questions that seem to ask the same: suggested to people, and never merged.

Two questions are alike when their words are the same, or one has few words more; and only where they name the same
standards, things and quantities, and both or neither say `not`. Words that are exchanged (`at rest`, `in transit`) make
another question. No vector is asked: cosine finds ISO 27001 and ISO 9001 alike.

Of two questions that share enough words, each has one of the other's rarest (prefix filtering: Bayardo, Ma and Srikant
2007), so that only few are compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import floor

from attrs import frozen

from domain.rfp_answering.findings.topic import Named, Terms, denies, named_in, terms_of
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.stated import Stated

LEAST_SHARED = 0.7
"""The share of all words of two questions that both must have (Jaccard)."""
FEWEST_TERMS = 2
"""A question of fewer words (or standards) that say something (`Comments?`) is like many others and asks nothing."""


class Likeness(StrEnum):
    """How alike two questions are."""

    SAME_WORDS = "same_words"
    MORE_WORDS = "more_words"


@frozen(kw_only=True)
class Asked:
    """A question, by a *key* that is the caller's."""

    key: str
    text: str


@frozen(kw_only=True)
class Similar:
    """Two questions that seem to ask the same; *differing* are the words (stems) that only one of them has."""

    first: str
    second: str
    likeness: Likeness
    differing: tuple[str, ...] = ()


_Meaning = tuple[object, ...]


@frozen(kw_only=True)
class _Read:
    key: str
    terms: Terms
    meaning: _Meaning


def similar(questions: Sequence[Asked], *, earlier: Sequence[Asked] = ()) -> list[Similar]:
    """
    Return pairs of questions that seem to ask the same, those with the same words first.

    The *first* of a pair is one of *questions*; the *second* is one behind it, or one that was asked *earlier*.
    """
    ours, theirs = [*_readable(questions)], [*_readable(earlier)]
    rarity = Counter(term for one in (*ours, *theirs) for term in one.terms)
    index: dict[tuple[_Meaning, str], list[_Read]] = defaultdict(list)
    for one in theirs:
        _put(index, one)
    found: list[Similar] = []
    for one in reversed(ours):
        found += _alike(one, index, rarity)
        _put(index, one)
    places = {one.key: place for place, one in enumerate((*questions, *earlier))}
    return sorted(found, key=lambda one: (one.likeness is Likeness.MORE_WORDS, places[one.first], places[one.second]))


def _readable(questions: Sequence[Asked]) -> Iterator[_Read]:
    for one in questions:
        terms, named = terms_of(one.text), named_in(one.text)
        if terms and len(terms) + len(named.standards) >= FEWEST_TERMS:
            yield _Read(key=one.key, terms=terms, meaning=_meaning(one.text, named))


def _meaning(text: str, named: Named) -> _Meaning:
    """Return what must be the same in both: what is designated, quantities, and whether something is denied."""
    stated = Stated(text=folded(text))
    quantities = frozenset((one.value, one.unit) for one in stated.quantities)
    dates = frozenset((one.year, one.month, one.day) for one in stated.dates)
    return named.standards, named.marks, quantities, dates, denies(text)


def _put(index: dict[tuple[_Meaning, str], list[_Read]], one: _Read) -> None:
    for term in one.terms:
        index[one.meaning, term].append(one)


def _alike(one: _Read, index: dict[tuple[_Meaning, str], list[_Read]], rarity: Counter[str]) -> Iterator[Similar]:
    by_rarity = sorted(one.terms, key=lambda term: (rarity[term], term))
    needed = floor((1 - LEAST_SHARED) * len(by_rarity)) + 1
    candidates = {other.key: other for term in by_rarity[:needed] for other in index.get((one.meaning, term), ())}
    for other in candidates.values():
        if one.terms == other.terms:
            yield Similar(first=one.key, second=other.key, likeness=Likeness.SAME_WORDS)
        elif _share(one.terms, other.terms) >= LEAST_SHARED and (one.terms < other.terms or other.terms < one.terms):
            differing = tuple(sorted(one.terms ^ other.terms))
            yield Similar(first=one.key, second=other.key, likeness=Likeness.MORE_WORDS, differing=differing)


def _share(first: Terms, second: Terms) -> float:
    return len(first & second) / len(first | second)
