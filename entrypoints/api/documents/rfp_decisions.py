"""What people do with the answers of RFPs, as the API takes and shows it: decisions, findings, exports."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field

from domain.rfp_answering.deciding import Approved
from domain.rfp_answering.findings.contradictions import Contradiction, ContradictionKind, Statement
from domain.rfp_answering.findings.inspecting import RfpFindings, SimilarQuestion
from domain.rfp_answering.findings.near_duplicates import Likeness
from domain.rfp_answering.findings.staleness import StaleAnswer, StaleReason
from domain.rfp_answering.library_answers import Shelved
from domain.rfp_answering.questionnaire import Question, QuestionNo
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import AnswerState
from entrypoints.api.documents.library import AddedDocument, added_document
from entrypoints.api.documents.words import Words

LONGEST_ANSWER = 100_000


class DecisionWords(Words):
    """What a person decides on an answer."""

    kind: DecisionKind = Field(description="approved, edited (with a text), or rejected (it is drafted anew).")
    text: str = Field(default="", max_length=LONGEST_ANSWER, description="The person's own answer, of an edit.")
    draft: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        description="The version of the draft that was looked at; refused where another one is there by now.",
    )


class LeftDocument(BaseModel):
    """A question that is left for a person."""

    no: int
    state: AnswerState
    reasons: list[str] = Field(description="Why.")


class ApprovalsDocument(BaseModel):
    """What was approved together."""

    approved: list[int] = Field(description="Questions whose answers were approved now.")
    left: list[LeftDocument] = Field(description="Questions that nobody stands up for yet, and why.")


class RefusalDocument(BaseModel):
    """An answer that an export can't write."""

    no: int
    reason: str = Field(description="Where it would stand, and what is in the way.")


class RefusalsDocument(BaseModel):
    """What an export can't write."""

    refused: list[RefusalDocument] = Field(description="By question; empty: everything can be written.")


class NoWords(Words):
    """Nothing: what is asked stands in the path."""


class GapDocument(BaseModel):
    """A question that the library could not answer."""

    rfp_id: str
    no: int
    section: str
    question: str


class GapsDocument(BaseModel):
    """What the library lacks, by the questions it was asked."""

    gaps: list[GapDocument] = Field(description="Those of the newest RFPs first.")


class StatementDocument(BaseModel):
    """What the answer to a question says."""

    no: int
    value: str = Field(description="What is at odds.", examples=["30 day"])
    sentence: str


class ContradictionDocument(BaseModel):
    """Two statements that can't both be true, as far as code can tell."""

    kind: ContradictionKind
    first: StatementDocument
    second: StatementDocument


class SimilarDocument(BaseModel):
    """A question that seems to ask what another one asks; a suggestion, nothing is merged."""

    no: int
    question: str
    other_rfp_id: str = Field(description="This RFP, or another one where a person has answered it.")
    other_no: int
    other_question: str
    other_answer: str = Field(description="As it stands there.")
    likeness: Likeness = Field(description="same_words, or more_words: one of them has few words more.")
    differing: list[str] = Field(description="The beginnings of the words that only one of them has.")


class StaleDocument(BaseModel):
    """An answer that rests on a document which has changed since it was quoted."""

    rfp_id: str
    rfp_name: str
    no: int
    question: str
    decision: DecisionKind | None = Field(description="What a person decided last; a job redoes only what has none.")
    document_id: str
    title: str = Field(description="The document's, as it is now; empty: it is gone.")
    generation: int = Field(description="Which was quoted.")
    visible: int = Field(description="Which readers see now; 0: none.")
    reason: StaleReason


class StaleAnswersDocument(BaseModel):
    """Answers whose evidence is to be looked at again."""

    stale: list[StaleDocument] = Field(description="Those of the newest RFPs first; once for each document.")


class FindingsDocument(BaseModel):
    """What there is to look at before an RFP is sent."""

    contradictions: list[ContradictionDocument]
    similar: list[SimilarDocument]
    stale: list[StaleDocument]


class ShelvedDocument(BaseModel):
    """The library document that was made of an RFP's answers."""

    document: AddedDocument
    answered: list[int] = Field(description="The questions whose answers are in it.")
    left_out: list[int] = Field(description="Approved, but resting on a document that has changed since.")


def approvals_document(done: Approved) -> ApprovalsDocument:
    """Return what was approved together."""
    left = [LeftDocument(no=one.no, state=one.state, reasons=list(one.reasons)) for one in done.left]
    return ApprovalsDocument(approved=list(done.approved), left=left)


def refusals_document(refused: Mapping[QuestionNo, str]) -> RefusalsDocument:
    """Return what an export can't write."""
    return RefusalsDocument(refused=[RefusalDocument(no=no, reason=reason) for no, reason in refused.items()])


def gaps_document(gaps: list[tuple[RfpId, Question]]) -> GapsDocument:
    """Return what the library lacks."""
    return GapsDocument(
        gaps=[GapDocument(rfp_id=rfp_id, no=one.no, section=one.section, question=one.text) for rfp_id, one in gaps]
    )


def findings_document(found: RfpFindings) -> FindingsDocument:
    """Return what was found about an RFP's answers."""
    return FindingsDocument(
        contradictions=[_contradiction(one) for one in found.contradictions],
        similar=[_similar(one) for one in found.similar],
        stale=[_stale(one) for one in found.stale],
    )


def stale_document(found: list[StaleAnswer]) -> StaleAnswersDocument:
    """Return answers whose evidence has changed."""
    return StaleAnswersDocument(stale=[_stale(one) for one in found])


def shelved_document(done: Shelved) -> ShelvedDocument:
    """Return what became of an RFP's answers."""
    return ShelvedDocument(
        document=added_document(done.added), answered=list(done.answered), left_out=list(done.left_out)
    )


def _contradiction(one: Contradiction) -> ContradictionDocument:
    return ContradictionDocument(kind=one.kind, first=_statement(one.first), second=_statement(one.second))


def _statement(one: Statement) -> StatementDocument:
    return StatementDocument(no=one.no, value=one.value, sentence=one.sentence)


def _similar(one: SimilarQuestion) -> SimilarDocument:
    return SimilarDocument(
        no=one.no,
        question=one.question,
        other_rfp_id=one.other_rfp,
        other_no=one.other_no,
        other_question=one.other_question,
        other_answer=one.other_answer,
        likeness=one.likeness,
        differing=list(one.differing),
    )


def _stale(one: StaleAnswer) -> StaleDocument:
    return StaleDocument(
        rfp_id=one.rfp_id,
        rfp_name=one.rfp_name,
        no=one.question.no,
        question=one.question.text,
        decision=one.decision,
        document_id=one.document_id,
        title=one.title,
        generation=one.generation,
        visible=one.visible,
        reason=one.reason,
    )
