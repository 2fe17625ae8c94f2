"""
`Not`, and what turns a sentence round as it does: whether an answer says yes where its quotes say no.

Nothing is understood here. A clause of the answer is put beside the clause of the quoted sentences that shares most of
its words; one of the two says `not`, or `is planned`, and the other one does not: then a person has to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from attrs import evolve, frozen

from domain.rfp_answering.proving.designations import designations_in
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.scales import Sense, sense_of_value
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.stems import stems

_DENYING = (
    r"not|no|never|none|nor|neither|nobody|nothing|without|cannot|nicht|kein\w*|nie|niemals|ohne|pas|aucune?|jamais"
)
_NOT = rf"(?:{_DENYING}|\w+n't)"
_NEGATION = re.compile(
    rf"\b{_NOT}\b(?!\s(?:only\b|(?:more|less|fewer|later|earlier|sooner|longer)\sthan\b))", re.IGNORECASE
)
_PLANNED = (
    r"\b(?:planned\s(?:for|to|by|as\sof)|(?:is|are|was|were|been|being)\s(?:\w+\s)?(?:planned|expected(?!\sto)|foreseen)|roadmap|(?:intends?|expects?)\sto|considering|plan(?:s|ning)?\sto|"
    r"under\sconsideration)\b"
)
_PLAN = re.compile(_PLANNED, re.IGNORECASE)
_UNDECIDED = r"""
    \b(?:only|solely|exclusively|except|excluding|unless|unsupported|unavailable|excluded|prohibited|forbidden|
    disabled|instead|rather|limited|restricted|lacks?|prevents?|prevented|refuse[ds]?|denie[ds]|hardly|rarely|until|yet|
    exceeds?|stays?|remains?|free\sof|at\s(?:most|least))\b"""
_BETWEEN = re.compile(_UNDECIDED, re.IGNORECASE | re.VERBOSE)
"""What says neither yes nor no: nothing is concluded from it."""
_TURNS = re.compile(rf"\b(?:{_DENYING})\b|{_PLANNED}|{_UNDECIDED}", re.IGNORECASE | re.VERBOSE)
"""What a sentence holds that does anything but say so; beside `\\w+n't`, which is slow to look for."""
_LEFT_OUT = re.compile(rf"\b(?:{_NOT}|except|excluding|unless|planned|roadmap|plans?\sto|longer)\b", re.IGNORECASE)
_BORDER = re.compile(r"[;:|,]\s|\s\|\s|\b(?:and|but|while|whereas|which|because|although|however|or)\b", re.IGNORECASE)
_BORDER_BEFORE = re.compile(r"[;:|]\s|\b(?:but|while|whereas|however)\b|,\s(?:and|so|yet)\b", re.IGNORECASE)
_YES_NO = re.compile(r"\s*(?P<word>yes|no|ja|nein)\b", re.IGNORECASE)
_ABOUT_SOURCES = re.compile(
    r"\b(?:documents?|documentation|passages?|stated?|specif\w+|described?|mention\w*|information|known|open)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(r"\b(?:plan\w*|expect\w*|foreseen|roadmap|will|upcoming|yet|future|scheduled)\b", re.IGNORECASE)
FEWEST_SHARED = 2
"""Words that two clauses must share before they are about the same."""


@frozen(kw_only=True)
class Clause:
    """A part of a sentence, what it says something *about*, and what it does with that."""

    text: str
    about: str
    sense: Sense

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that carry meaning, but for those that deny it."""
        return stems(_NEGATION.sub(" ", self.about))

    @cached_property
    def is_denied(self) -> bool:
        """Whether it says `not`, and not twice."""
        return denials_in(self.text) % 2 == 1


def left_out(quote: str, chunk: str) -> str:
    """Return the word of the quoted sentence that would turn the quote round and is not quoted; empty: none is."""
    sentences = _sentences(chunk)
    whole, wanted = " ".join(sentences), folded(quote)
    at = whole.find(wanted)
    if at < 0:
        return ""
    start = 0
    for sentence in sentences:
        end = start + len(sentence)
        before = _BORDER_BEFORE.split(whole[start:at])[-1] if start < at < end else ""
        behind = _BORDER.split(whole[at + len(wanted) : end])[0] if start < at + len(wanted) < end else ""
        if found := _LEFT_OUT.search(before) or _LEFT_OUT.search(behind):
            return found.group()
        start = end + 1
    return ""


def quoted_sentences(quote: str, chunk: str) -> list[str]:
    """Return the whole sentences of a chunk that a quote is of."""
    sentences = _sentences(chunk)
    at, wanted = " ".join(sentences).find(folded(quote)), folded(quote)
    if at < 0:
        return []
    found, start = [], 0
    for sentence in sentences:
        if start < at + len(wanted) and at < start + len(sentence):
            found.append(sentence)
        start += len(sentence) + 1
    return found


@lru_cache(maxsize=256)
def _sentences(chunk: str) -> tuple[str, ...]:
    return tuple(map(folded, sentences_of(chunk)))


def contradicted(answer: str, sentences: Sequence[str], *, asked: str = "") -> Iterator[tuple[str, str]]:
    """
    Yield clauses of an answer with the clause of the quoted *sentences* that says the contrary.

    A `yes` or `no` at its beginning, or a value of a scale (`Fully compliant`), is a statement about what was *asked*.
    """
    proofs = [clause for sentence in sentences for clause in clauses_of(sentence)]
    stated = list(_stated(answer, asked))
    said, proved = {clause.sense for clause in stated}, {clause.sense for clause in proofs}
    if all(_agree(one, other) for one in said for other in proved):  # so it is for most answers
        return
    for clause in stated:
        near = nearest(clause, proofs)
        if near and not any(_agree(clause.sense, proof.sense) for proof in near):
            yield clause.text, near[0].text
        else:
            yield from ((clause.text, proof.text) for proof in proofs if _is_denied_in_passing(clause, proof))
            if clause.sense is Sense.SAYS and Sense.PLANS in proved and not _AHEAD.search(answer):
                yield from ((clause.text, proof.text) for proof in _only_planned(clause, proofs))


def _is_denied_in_passing(clause: Clause, proof: Clause) -> bool:
    """Whether a clause says all that a shorter one denies: `answered directly`, `and are never answered directly`."""
    is_within = len(proof.words) >= FEWEST_SHARED and proof.words <= clause.words
    return is_within and clause.sense is Sense.SAYS and proof.sense is Sense.DENIES


def _only_planned(clause: Clause, proofs: Sequence[Clause]) -> Iterator[Clause]:
    """Yield the clauses that plan what a clause says of a standard with its number, where no other one knows of it."""
    for one in designations_in(clause.text):
        where = [proof for proof in proofs if any(map(one.is_stated_by, designations_in(proof.text)))]
        if len(one.parts) > 1 and all(proof.sense is Sense.PLANS for proof in where):
            yield from where[:1]


def denials_in(text: str) -> int:
    """Return how often a text says `not`."""
    return len(_NEGATION.findall(text))


def is_about_sources(sentence: str) -> bool:
    """Return whether a sentence may say what the documents leave open: that is quoted from nowhere."""
    return bool(_ABOUT_SOURCES.search(sentence))


def _stated(answer: str, asked: str) -> Iterator[Clause]:
    value = sense_of_value(answer)
    if value is not None:
        if not _NEGATION.search(asked):
            yield Clause(text=answer, about=asked, sense=value)
        return
    opening = _YES_NO.match(answer)
    if opening is not None and not _NEGATION.search(asked):
        says = opening["word"].lower() in ("yes", "ja")
        yield Clause(text=opening["word"], about=asked, sense=Sense.SAYS if says else Sense.DENIES)
        answer = answer[opening.end() :].lstrip(" ,.;:-") if answer[opening.end() :].lstrip()[:1] in ",.;:-" else answer
    for sentence in sentences_of(answer):
        if not is_about_sources(sentence):
            yield from clauses_of(folded(sentence))


@lru_cache(maxsize=2048)
def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """Return the clauses of a folded sentence; what follows an enumeration's comma keeps the sense of what leads it."""
    found, leading = [], Sense.SAYS
    turns = _TURNS.search(sentence) or "n't" in sentence.lower()
    for part in _BORDER.split(sentence):
        clause = Clause(text=part.strip(), about=part, sense=_sense(part) if turns else Sense.SAYS)
        if clause.sense is not leading and clause.sense is Sense.SAYS and len(clause.words) < FEWEST_SHARED:
            clause = evolve(clause, sense=leading)
        leading = clause.sense
        found.append(clause)
    return tuple(found)


def _agree(said: Sense, proof: Sense) -> bool:
    """What is planned is not there yet: who denies it, or says that it is planned, is right."""
    is_open = Sense.NEITHER in (said, proof)
    return is_open or said is proof or (said is Sense.DENIES and proof is Sense.PLANS)


def _sense(part: str) -> Sense:
    if _BETWEEN.search(part):
        return Sense.NEITHER
    if _PLAN.search(part):
        return Sense.PLANS
    return Sense.DENIES if len(_NEGATION.findall(part)) % 2 else Sense.SAYS


def nearest(clause: Clause, proofs: Sequence[Clause]) -> list[Clause]:
    """Return the clauses that share most words with one, if they share enough to be about the same."""
    shared = {at: len(clause.words & proof.words) for at, proof in enumerate(proofs)}
    most = max(shared.values(), default=0)
    if most < FEWEST_SHARED or 2 * most < len(clause.words):
        return []
    return [proofs[at] for at, count in shared.items() if count == most]
