"""
An author without a model: it answers with the sentences of one document that share most with the question.

It understands nothing. What counts is how many of the question's words a sentence and its headings hold, and whether it
states what is asked for (`asked_for.py`); an answer must hold enough of both, else it says that there is none. It is
there for trying things out without a model and a key, and is labelled wherever it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from domain.rfp_answering.asked_for import AskedFact, facts_asked
from domain.rfp_answering.authorship import Written
from domain.rfp_answering.draft import AnswerVerdict, Draft, Quote
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.proving.designations import designations_in, words_in
from domain.rfp_answering.proving.evidence import Finding
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.quoting import FEWEST_QUOTE_WORDS
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.proving.stems import stems
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Author

EXTRACTIVE = Author(name="extractive", prompts=("extractive@2",))
MOST_SENTENCES = 3
ANSWERED_FROM, PARTIAL_FROM = 0.5, 0.35
"""The share of what the question demands that the quoted sentences must hold."""

_FACT_WEIGHT = 2.0
_HEADING_WEIGHT = 0.5
_LEAST_GAIN = 0.1

_PARTS = re.compile(r"\n(?=\|)|^#{1,6}[ \t].*$", re.MULTILINE)
"""Rows of tables, and what stands between headings: not everybody leaves a line free behind one."""


@frozen(kw_only=True)
class Demands:
    """What a question demands of an answer: its words, and the facts that it asks for."""

    words: frozenset[str]
    facts: tuple[AskedFact, ...]
    standards: frozenset[tuple[str, ...]]

    @property
    def weight(self) -> float:
        """All of it."""
        return len(self.words) + _FACT_WEIGHT * len(self.facts)


@frozen(kw_only=True)
class Candidate:
    """A sentence of a passage, the question's words that it and its headings hold, and the facts that it states."""

    passage: Passage
    text: str
    words: frozenset[str]
    heading: frozenset[str]
    facts: frozenset[AskedFact]
    place: int


class ExtractiveResponder:
    """`Responder` that quotes."""

    @property
    def author(self) -> Author:
        """Who this is."""
        return EXTRACTIVE

    def draft(self, question: Question, passages: Sequence[Passage], *, deadline_s: float) -> Written:
        """Return the sentences that hold most of what the question demands, or `no_answer`."""
        _ = deadline_s
        demands = _demands(question.text)
        by_document: dict[str, list[Candidate]] = {}
        for one in _candidates(passages, demands):
            by_document.setdefault(one.passage.document_id, []).append(one)
        answers = [_chosen(every, demands, most=question.rules.most_characters) for every in by_document.values()]
        best = max(answers, key=lambda one: _share(one, demands), default=[])
        share = _share(best, demands)
        if share < PARTIAL_FROM or not _is_to_the_point(best, demands):
            return Written(draft=Draft(answer="", verdict=AnswerVerdict.NO_ANSWER))
        is_whole = share >= ANSWERED_FROM and _facts(best) >= set(demands.facts)
        in_order = sorted(best, key=lambda one: one.place)
        return Written(
            draft=Draft(
                answer=_joined(in_order),
                verdict=AnswerVerdict.ANSWERED if is_whole else AnswerVerdict.PARTIAL,
                quotes=tuple(Quote(chunk_id=one.passage.chunk_id, text=one.text) for one in in_order),
            )
        )

    def repair(
        self,
        question: Question,
        passages: Sequence[Passage],
        *,
        draft: Draft,
        findings: Sequence[Finding],
        deadline_s: float,
    ) -> Written | None:
        """Return nothing: it would write the same again."""
        _ = question, passages, draft, findings, deadline_s
        return None


def _demands(question: str) -> Demands:
    text = folded(question)
    return Demands(words=stems(text), facts=facts_asked(text), standards=frozenset(_standards(text)))


def _standards(text: str) -> set[tuple[str, ...]]:
    """The standards and acronyms that a text names, with their numbers: an answer about another one is none."""
    return {one.parts[:2] for one in designations_in(text)}


def _candidates(passages: Sequence[Passage], demands: Demands) -> list[Candidate]:
    found: list[Candidate] = []
    for passage in passages:
        headings = {folded(one) for one in (passage.title, *passage.heading_path)}
        heading = stems(" ".join(headings)) & demands.words
        for text in _sentences(passage.text):
            told = folded(text)
            words = stems(told) & demands.words
            if words and told not in headings and len(words_in(told)) >= FEWEST_QUOTE_WORDS:
                facts = frozenset(one for one in demands.facts if one.is_stated_in(told))
                candidate = Candidate(
                    passage=passage, text=text, words=words, heading=heading - words, facts=facts, place=len(found)
                )
                found.append(candidate)
    return found


def _sentences(text: str) -> Iterator[str]:
    """Yield what says something: no headings, no questions; each row of a table by itself."""
    for part in _PARTS.split(text):
        yield from (one for one in sentences_of(part) if not one.startswith("#") and not one.endswith(("?", ":")))


def _share(chosen: Sequence[Candidate], demands: Demands) -> float:
    """Return the share of the demands, from 0 to 1, that sentences hold together."""
    words = frozenset().union(*(one.words for one in chosen))
    heading = frozenset().union(*(one.heading for one in chosen)) - words
    held = len(words) + _HEADING_WEIGHT * len(heading) + _FACT_WEIGHT * len(_facts(chosen))
    return held / demands.weight if demands.weight else 0.0


def _facts(chosen: Sequence[Candidate]) -> set[AskedFact]:
    return {fact for one in chosen for fact in one.facts}


def _is_to_the_point(chosen: Sequence[Candidate], demands: Demands) -> bool:
    """Whether the standards that are asked about are named, and one of the facts that are asked for is stated."""
    shown = folded(" ".join(" ".join((one.passage.title, *one.passage.heading_path, one.text)) for one in chosen))
    return demands.standards <= _standards(shown) and (not demands.facts or bool(_facts(chosen)))


def _chosen(candidates: Sequence[Candidate], demands: Demands, *, most: int | None) -> list[Candidate]:
    """Take the sentence that adds most of the demands, then the next, as long as one adds enough; *most* characters."""
    chosen: list[Candidate] = []
    while len(chosen) < MOST_SENTENCES:
        held = _share(chosen, demands)
        fitting = [one for one in candidates if most is None or len(_joined([*chosen, one])) <= most]
        best = max(fitting, key=lambda one: (_share([*chosen, one], demands), -one.place), default=None)
        if best is None or _share([*chosen, best], demands) - held < _LEAST_GAIN:
            return chosen
        chosen.append(best)
    return chosen


def _joined(chosen: Sequence[Candidate]) -> str:
    """Return the sentences as one text; how their lines are broken is the document's business."""
    return " ".join(" ".join(one.text.split()) for one in chosen)
