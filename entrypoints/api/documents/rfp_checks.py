"""Checking drafts against what somebody expects of them, as the API takes and shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.measuring.expectation import (
    LONGEST_TEXT,
    MOST_EVIDENCE,
    MOST_EXPECTATIONS,
    MOST_QUESTION_NO,
    Expectation,
    ExpectedEvidence,
)
from domain.rfp_answering.measuring.measurement import Compared, Measurement, Rate
from domain.rfp_answering.questionnaire import QuestionNo
from entrypoints.api.documents.rfp_answers import AuthorDocument
from entrypoints.api.documents.words import Words

_Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class EvidenceWords(Words):
    """What has to be quoted."""

    documents: list[_Text] = Field(
        min_length=1,
        max_length=MOST_EVIDENCE,
        description="A location, the end of one from a slash on, or a title; of several, one is enough.",
    )
    facts: list[_Text] = Field(
        default=[], max_length=MOST_EVIDENCE, description="What its quotes must hold, word for word."
    )


class ExpectationWords(Words):
    """What is expected of the answer to one question."""

    number: int = Field(ge=1, le=MOST_QUESTION_NO, description="The question's place in its questionnaire, from 1 on.")
    question: _Text = Field(description="Its text: an expectation of another question is refused.")
    verdict: AnswerVerdict
    evidence: list[EvidenceWords] = Field(
        default=[], max_length=MOST_EVIDENCE, description="Of a question without an answer there is none."
    )


class RfpCheckWords(Words):
    """What is expected of the answers to an RFP's questions, or to some of them."""

    questions: list[ExpectationWords] = Field(min_length=1, max_length=MOST_EXPECTATIONS)


class RateDocument(BaseModel):
    """So many of so many."""

    right: int
    of: int
    share: float | None = Field(description="From 0 to 1; null: there were none to be right.")


class DisagreementDocument(BaseModel):
    """A question whose draft is not what was expected."""

    number: int
    question: str
    expected: AnswerVerdict
    verdict: AnswerVerdict | None = Field(description="The draft's; null: there is no draft, and it is in no rate.")
    needs_review: bool = Field(description="Whether checks of its evidence hold it back for a person.")
    wrong: list[str] = Field(description="Documents that were quoted, and should not have been.")
    missing: list[list[str]] = Field(description="What had to be quoted and was not; of several, one was enough.")
    missing_facts: list[str] = Field(description="What had to stand in a quote from the right document and did not.")


class RfpCheckDocument(BaseModel):
    """How good the newest drafts are."""

    authors: list[AuthorDocument] = Field(description="Who drafted them.")
    questions: int = Field(description="Of how many something is expected.")
    drafted: int = Field(description="How many of those have a draft; the others are in no rate.")
    needs_review: int = Field(description="Drafts that the checks of evidence hold back for a person.")
    verdicts: RateDocument = Field(description="Drafts with the expected verdict.")
    no_answer_precision: RateDocument = Field(description="Said to have no answer, and having none.")
    no_answer_recall: RateDocument = Field(description="Having no answer, and said to have none.")
    evidence_precision: RateDocument = Field(description="Documents quoted that are right, each once a question.")
    evidence_recall: RateDocument = Field(description="Documents that had to be quoted, and were.")
    facts: RateDocument = Field(description="Facts that had to be quoted, and stand in quotes from the right document.")
    disagreements: list[DisagreementDocument]


def expectations(words: RfpCheckWords) -> list[Expectation]:
    """Return expectations as the service takes them."""
    return [
        Expectation(
            no=QuestionNo(one.number),
            question=one.question,
            verdict=one.verdict,
            evidence=tuple(
                ExpectedEvidence(documents=tuple(each.documents), facts=tuple(each.facts)) for each in one.evidence
            ),
        )
        for one in words.questions
    ]


def expectation_words(found: list[Expectation]) -> RfpCheckWords:
    """Return expectations as the API takes them."""
    questions = [
        ExpectationWords(
            number=one.no,
            question=one.question,
            verdict=one.verdict,
            evidence=[EvidenceWords(documents=list(each.documents), facts=list(each.facts)) for each in one.evidence],
        )
        for one in found
    ]
    return RfpCheckWords(questions=questions)


def rfp_check_document(found: Measurement) -> RfpCheckDocument:
    """Return what was measured as the API shows it."""
    return RfpCheckDocument(
        authors=[AuthorDocument(name=one.name, prompts=list(one.prompts)) for one in found.authors],
        questions=len(found.compared),
        drafted=len(found.drafted),
        needs_review=found.needs_review,
        verdicts=_rate(found.verdicts),
        no_answer_precision=_rate(found.no_answer_precision),
        no_answer_recall=_rate(found.no_answer_recall),
        evidence_precision=_rate(found.evidence_precision),
        evidence_recall=_rate(found.evidence_recall),
        facts=_rate(found.facts),
        disagreements=[_disagreement(one) for one in found.compared if not one.agrees],
    )


def _rate(rate: Rate) -> RateDocument:
    return RateDocument(right=rate.right, of=rate.of, share=rate.share)


def _disagreement(one: Compared) -> DisagreementDocument:
    return DisagreementDocument(
        number=one.no,
        question=one.expectation.question,
        expected=one.expectation.verdict,
        verdict=one.verdict,
        needs_review=one.needs_review,
        wrong=list(one.wrong),
        missing=[list(each.documents) for each in one.missing],
        missing_facts=list(one.missing_facts),
    )
