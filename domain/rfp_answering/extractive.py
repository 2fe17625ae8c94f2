"""
An author without a model: it answers with the sentences of the library that share most with the question.

It understands nothing. Words that are rare in what was found weigh more (BM25's idf, Robertson and Zaragoza 2009), and
an answer must hold most of the question's weight; else it says that there is none. It is there for trying things out
without a model and a key, and is labelled wherever it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log

from attrs import frozen

from domain.rfp_answering.authorship import Written
from domain.rfp_answering.designations import designations_in, words_in
from domain.rfp_answering.draft import AnswerVerdict, Draft, Quote
from domain.rfp_answering.evidence import FEWEST_QUOTE_WORDS, Finding
from domain.rfp_answering.folding import folded
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Author
from domain.rfp_answering.sentences import sentences_of

EXTRACTIVE = Author(name="extractive", prompts=("extractive@1",))
MOST_SENTENCES = 3
ANSWERED_FROM, PARTIAL_FROM = 0.6, 0.45
"""The share of the question's weight that the quoted sentences must hold."""

_COMMON_WORDS = """
a an and any are as at be been being by can could do does for from had has have how if in into is it its many may more
much must of on or our please provide shall should such than that the their them there these they this those to us was
we were what when where whether which who will with would you your describe explain list state about all also each ever
every other per under use used using via company solution service product system
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ENDING = re.compile(r"(?:ations|ation|ments|ment|ings|ing|ies|ied|ers|ed|es|er|s|e|y)$")


@frozen(kw_only=True)
class Candidate:
    """A sentence of a passage, and the question's words that it (or its heading) holds."""

    passage: Passage
    text: str
    words: frozenset[str]
    place: int


class ExtractiveResponder:
    """`Responder` that quotes."""

    @property
    def author(self) -> Author:
        """Who this is."""
        return EXTRACTIVE

    def draft(self, question: Question, passages: Sequence[Passage], *, deadline_s: float) -> Written:
        """Return the sentences that share most with the question, or `no_answer`."""
        _ = deadline_s
        wanted = stems(question.text)
        candidates = _candidates(passages, wanted)
        weights = _weights(wanted, passages)
        chosen = _chosen(candidates, weights)
        share = _share(frozenset().union(*(one.words for one in chosen)), weights)
        named = _named(question.text)
        if share < PARTIAL_FROM or not named <= _named(" ".join(one.text for one in chosen)):
            return Written(draft=Draft(answer="", verdict=AnswerVerdict.NO_ANSWER))
        verdict = AnswerVerdict.ANSWERED if share >= ANSWERED_FROM else AnswerVerdict.PARTIAL
        in_order = sorted(chosen, key=lambda one: one.place)
        quotes = tuple(Quote(chunk_id=one.passage.chunk_id, text=one.text) for one in in_order)
        return Written(draft=Draft(answer=" ".join(one.text for one in in_order), verdict=verdict, quotes=quotes))

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


def stems(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning, without their endings."""
    words = words_in(folded(text))
    return frozenset(_stem(word) for word in words if word not in _COMMON and len(word) > 1)


def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 4 and word.isalpha() else word


def _named(text: str) -> set[tuple[str, ...]]:
    """The standards that a text names with their numbers: an answer about another one is none."""
    found = designations_in(folded(text))
    return {one.parts[:2] for one in found if any(part[0].isdigit() for part in one.parts)}


def _candidates(passages: Sequence[Passage], wanted: frozenset[str]) -> list[Candidate]:
    found: list[Candidate] = []
    for passage in passages:
        heading = stems(" ".join((passage.title, *passage.heading_path)))
        for text in sentences_of(passage.text):
            own = stems(text) & wanted
            if own and len(words_in(folded(text))) >= FEWEST_QUOTE_WORDS and not text.endswith("?"):
                words = own | (heading & wanted)
                found.append(Candidate(passage=passage, text=text, words=words, place=len(found)))
    return found


def _weights(wanted: frozenset[str], passages: Sequence[Passage]) -> dict[str, float]:
    """The weight of each word of the question: the fewer passages hold it, the more it says."""
    texts = [stems(" ".join((one.title, *one.heading_path, one.text))) for one in passages]
    total = len(texts)
    counts = {word: sum(word in text for text in texts) for word in wanted}
    return {word: log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in counts.items()}


def _share(words: frozenset[str], weights: dict[str, float]) -> float:
    whole = sum(weights.values())
    return sum(weights[word] for word in words) / whole if whole else 0.0


def _chosen(candidates: list[Candidate], weights: dict[str, float]) -> list[Candidate]:
    """Take the sentence that adds most of the question, then the next, as long as one adds something."""
    chosen: list[Candidate] = []
    held: frozenset[str] = frozenset()
    while len(chosen) < MOST_SENTENCES:
        best = max(candidates, key=lambda one: (_share(one.words - held, weights), -one.place), default=None)
        if best is None or _share(best.words - held, weights) < (0.15 if chosen else 0.0001):
            return chosen
        chosen.append(best)
        held |= best.words
    return chosen
