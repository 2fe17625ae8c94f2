"""
Contradictions between answers of one questionnaire: two numbers said of one thing, Yes and No to one question.

Found are two clauses that are about the same, in the same words, and state quantities that can't both be true. Where
one says more than the other (`backups`, `daily backups`), that counts as the same; where each says something that the
other does not (`daily`, `weekly`), or names something else, it does not. What is missed is what is said in other words:
a warning that is mostly wrong is read by nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import combinations

from attrs import frozen

from domain.rfp_answering.findings.near_duplicates import Asked, Likeness, similar
from domain.rfp_answering.findings.topic import Named, Terms, named_in, terms_of, without_names
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.magnitudes import Magnitude, magnitude_of
from domain.rfp_answering.proving.quantities import Quantity
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.stated import Stated
from domain.rfp_answering.questionnaire import QuestionNo

LEAST_SHARED = 0.5
"""The share of all words of two clauses that both must have."""


class ContradictionKind(StrEnum):
    """What can't both be true."""

    NUMBERS = "numbers"
    YES_AND_NO = "yes_and_no"


@frozen(kw_only=True)
class Answered:
    """A question and its answer, as they stand."""

    no: QuestionNo
    question: str
    answer: str


@frozen(kw_only=True)
class Statement:
    """What the answer to a question says: its sentence, and the number (or Yes, or No) that is at odds with another."""

    no: QuestionNo
    sentence: str
    value: str


@frozen(kw_only=True)
class Contradiction:
    """Two statements that can't both be true, as far as code can tell; a person decides."""

    kind: ContradictionKind
    first: Statement
    second: Statement


@frozen(kw_only=True)
class _Claim:
    statement: Statement
    magnitude: Magnitude
    terms: Terms
    named: Named
    asked: Named


_CLAUSE_END = re.compile(r"[,;:()]\s|\s-\s|\b(?:and|but|while|whereas)\s(?!at\b|up\b|\d)")
_POINTS_BACK = re.compile(r"(?:it|its|they|their|this|these|that|those|he|she|which)\b", re.IGNORECASE)
_WEAK = terms_of("keep make answer notify delete daily not cost costs price fee last expire end start begin total")
_YES = re.compile(r"(?:yes|fully compliant|compliant|supported|fulfilled|available)\b", re.IGNORECASE)
_NO = re.compile(
    r"(?:no\b(?!\.\s?\d)|not (?:compliant|supported|fulfilled|available)|non-compliant|we (?:do|are|have) not\b)",
    re.IGNORECASE,
)


def contradictions(answers: Sequence[Answered], *, own_names: Sequence[str] = ()) -> list[Contradiction]:
    """Return the contradictions between answers, by number; of two answers, one of each kind."""
    found = [*_of_numbers(answers, own_names), *_yes_and_no(answers)]
    first_of_pair = {(one.first.no, one.second.no, one.kind): one for one in reversed(found)}
    return [first_of_pair[key] for key in sorted(first_of_pair)]


def _of_numbers(answers: Sequence[Answered], own_names: Sequence[str]) -> Iterator[Contradiction]:
    comparable: dict[tuple[str, bool], list[_Claim]] = defaultdict(list)
    for answer in answers:
        for claim in _claims(answer, own_names):
            comparable[claim.magnitude.dimension, claim.magnitude.is_rate].append(claim)
    for claims in comparable.values():
        for first, second in combinations(claims, 2):
            if first.statement.no != second.statement.no and _are_at_odds(first, second):
                yield Contradiction(kind=ContradictionKind.NUMBERS, first=first.statement, second=second.statement)


def _are_at_odds(first: _Claim, second: _Claim) -> bool:
    if first.magnitude.agrees_with(second.magnitude) or not _are_about_the_same(first.terms, second.terms):
        return False
    is_apart = first.named.is_apart_from(second.named) or first.asked.is_apart_from(second.asked)
    return first.named.marks == second.named.marks and not is_apart


def _are_about_the_same(first: Terms, second: Terms) -> bool:
    fewer, more = sorted((first, second), key=len)
    if not fewer <= more or not fewer - _WEAK:
        return False
    return fewer - _WEAK == more - _WEAK or (len(fewer) > 1 and len(fewer) >= LEAST_SHARED * len(more))


def _claims(answer: Answered, own_names: Sequence[str]) -> Iterator[_Claim]:
    asked = named_in(answer.question, own_names=own_names)
    for written in sentences_of(answer.answer):
        sentence = folded(written)
        for start, clause, quantities in _clauses(sentence):
            magnitude = magnitude_of(clause, quantities)
            if magnitude is None:
                continue
            yield _Claim(
                statement=Statement(no=answer.no, sentence=written, value=magnitude.written),
                magnitude=magnitude,
                terms=_terms(answer, sentence, start, clause, own_names),
                named=named_in(clause, own_names=own_names),
                asked=asked,
            )


def _clauses(sentence: str) -> Iterator[tuple[int, str, list[Quantity]]]:
    """Yield the clauses of a folded sentence that state quantities with units: where each begins, and what it says."""
    stated = [one for one in Stated(text=sentence).quantities if one.unit]
    inside = [one for one in _CLAUSE_END.finditer(sentence) if not _is_within(one, stated)]
    starts, ends = [0, *(one.end() for one in inside)], [*(one.start() for one in inside), len(sentence)]
    for start, end in zip(starts, ends, strict=True):
        here = [one for one in stated if start <= one.start < end]
        for unit in dict.fromkeys(one.unit for one in here):
            of_unit = [_moved(one, -start) for one in here if one.unit == unit]
            yield start, sentence[start:end], of_unit


def _is_within(end: re.Match[str], stated: Iterable[Quantity]) -> bool:
    return any(one.start < end.end() and end.start() < one.end for one in stated)


def _moved(quantity: Quantity, by: int) -> Quantity:
    return Quantity(value=quantity.value, unit=quantity.unit, start=quantity.start + by, end=quantity.end + by)


def _terms(answer: Answered, sentence: str, start: int, clause: str, own_names: Sequence[str]) -> Terms:
    """
    Return what a clause is about.

    One that does not say it (`kept for 30 days`), or goes on in a sentence with next to nothing of its own (`and expire
    after 90 days`), is read with what stands before it; a sentence that says it nowhere, or points back (`It costs`),
    with the question.
    """
    until = sentence[: start + len(clause)]
    alone = ((clause, 2 if start else 1), (until, 1)) if not _POINTS_BACK.match(sentence) else ()
    for text, fewest in (*alone, (f"{answer.question} {until}", 1)):
        terms = terms_of(without_names(text, own_names))
        if len(terms - _WEAK) >= fewest:
            return terms
    return frozenset()


def _yes_and_no(answers: Sequence[Answered]) -> Iterator[Contradiction]:
    said = {one.no: (one, polarity) for one in answers if (polarity := _polarity(one.answer))}
    asked = [Asked(key=str(no), text=one.question) for no, (one, _) in said.items()]
    for pair in similar(asked):
        (first, yes), (second, other) = (said[QuestionNo(int(key))] for key in (pair.first, pair.second))
        if yes != other and pair.likeness is Likeness.SAME_WORDS:
            yield Contradiction(
                kind=ContradictionKind.YES_AND_NO,
                first=Statement(no=first.no, sentence=first.answer, value=yes),
                second=Statement(no=second.no, sentence=second.answer, value=other),
            )


def _polarity(answer: str) -> str:
    words = folded(answer).lstrip("\"'(*- ")
    return "no" if _NO.match(words) else "yes" if _YES.match(words) else ""
