"""
What somebody expects of the answers to a questionnaire: for each question a verdict, and what has to be quoted.

Expectations are written by people who know the documents; an author is measured by them (`measurement.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from domain.counting_words import counted
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.questionnaire import Question, QuestionNo

MOST_EXPECTATIONS = 2000
MOST_QUESTION_NO = 1_000_000
LONGEST_TEXT = 32_767
"""Characters of a question, a document's name or a fact: what a cell of a workbook can hold."""
MOST_EVIDENCE = 50
"""Documents that one answer has to quote, names of one of them, or facts of it."""


@frozen(kw_only=True)
class ExpectedEvidence:
    """
    What has to be quoted: one of these *documents*, and from it each of the *facts*, word for word.

    A document is a location, the end of one from a slash on, or a title.
    """

    documents: tuple[str, ...]
    facts: tuple[str, ...] = ()


@frozen(kw_only=True)
class Expectation:
    """A question by its number and its text, its verdict, and the evidence that a good answer has."""

    no: QuestionNo
    question: str
    verdict: AnswerVerdict = field(converter=AnswerVerdict)
    evidence: tuple[ExpectedEvidence, ...] = ()


def checked_expectations(
    expectations: Sequence[Expectation], *, questions: Sequence[Question]
) -> tuple[Expectation, ...]:
    """
    Return the expectations, in the order of their numbers.

    Raises:
        InvalidInput: there are none or too many, two are about one question, one is about another question than that of
            its number, or its evidence does not fit its verdict; all problems at once.
    """
    if not 0 < len(expectations) <= MOST_EXPECTATIONS:
        raise InvalidInput(f"questions: there are {len(expectations)} expectations; expected 1 to {MOST_EXPECTATIONS}")
    asked = {one.no: one.text for one in questions}
    counts = Counter(one.no for one in expectations)
    problems = [f"question {no}: it is there {count} times" for no, count in counts.items() if count > 1]
    problems += [f"question {one.no}: {what}" for one in expectations for what in _problems_of(one, asked.get(one.no))]
    if problems:
        raise InvalidInput(f"{problems[0]} ({counted(len(problems), 'problem')})", problems=tuple(problems))
    return tuple(sorted(expectations, key=lambda one: one.no))


def _problems_of(expectation: Expectation, asked: str | None) -> Iterator[str]:
    if asked is None:
        yield "the RFP has no question of this number"
    elif folded(asked) != folded(expectation.question):
        yield f"the RFP asks {_short(asked)} there, and not {_short(expectation.question)}"
    if expectation.verdict is AnswerVerdict.NO_ANSWER and expectation.evidence:
        yield "no answer is expected, and evidence is; leave one of the two out"
    if expectation.verdict is not AnswerVerdict.NO_ANSWER and not expectation.evidence:
        yield "an answer is expected, and no evidence; name the document that has to be quoted"
    for one in expectation.evidence:
        if not one.documents or not all(name.strip() for name in one.documents):
            yield "evidence without the name of a document"
        if not all(fact.strip() for fact in one.facts):
            yield "a fact that is empty; expected words of the document"


def _short(text: str, *, most: int = 60) -> str:
    return repr(text if len(text) <= most else f"{text[: most - 1]}…")
