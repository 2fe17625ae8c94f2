"""Answers to the questions of an RFP as the API shows them: drafts with what proves them, reviews, decisions."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from domain.rfp_answering.draft import AnswerVerdict, Quote
from domain.rfp_answering.looking import AnswerHistory
from domain.rfp_answering.passage import Passage, source_of
from domain.rfp_answering.proving.evidence import Check
from domain.rfp_answering.records import Decision, DecisionKind, DraftRecord, ReviewRecord, ReviewVerdict
from domain.rfp_answering.standing import AnswerState, Standing
from entrypoints.api.documents.rfps import QuestionDocument, question_document
from entrypoints.api.documents.usage import UsageDocument, usage_document


class AuthorDocument(BaseModel):
    """Who wrote."""

    name: str = Field(description="A model, or `extractive` or `checks` where none was asked.", examples=["extractive"])
    prompts: list[str] = Field(description="What it was asked by, with versions.", examples=[["responder@1"]])


class FindingDocument(BaseModel):
    """Why a check did not pass."""

    check: Check
    reason: str = Field(examples=["the number '99.9 %' of the answer stands in no quote"])


class QuoteDocument(BaseModel):
    """What is quoted, and where it stands."""

    chunk_id: str = Field(description="`DOCUMENT:GENERATION:ORDINAL`.")
    text: str = Field(description="What is quoted.")
    document_id: str
    generation: int = Field(description="Of the document's content, which was quoted.")
    title: str | None = Field(description="The document's; null: it is gone, or was rejected since.")
    heading_path: list[str] = Field(description="The headings it stands under, from the highest down.")
    passage: str | None = Field(description="All that the chunk says; null as the title.")


class DraftDocument(BaseModel):
    """A draft, and what the checks found about it."""

    version: int = Field(description="The newest counts.", examples=[1])
    verdict: AnswerVerdict
    answer: str
    checks: list[Check] = Field(description="Those that passed: all the confidence there is.")
    findings: list[FindingDocument] = Field(description="Why a person has to look; empty: none has to.")
    author: AuthorDocument
    repairs: int = Field(description="Whether it was written anew because of what the checks found first.")
    job_id: str
    made_at: datetime
    usage: UsageDocument


class CommentDocument(BaseModel):
    """A reviewer's remark."""

    sentence: int = Field(description="Of the answer, counted from 1; 0: all of it.", examples=[1])
    text: str


class ReviewDocument(BaseModel):
    """What a reviewer says of a draft; it edits nothing."""

    draft: int = Field(description="The version that was reviewed.")
    verdict: ReviewVerdict
    scores: dict[str, float] = Field(description="By criterion, from 0 to 1.")
    comments: list[CommentDocument]
    author: AuthorDocument
    job_id: str
    made_at: datetime
    usage: UsageDocument


class DecisionDocument(BaseModel):
    """What a person decided."""

    kind: DecisionKind
    draft: int = Field(description="The version it was decided on; 0: there was none.")
    by: str
    at: datetime
    text: str = Field(description="The person's own answer, where it was edited.")


class AnswerDocument(QuestionDocument):
    """A question, and where its answer stands."""

    state: AnswerState = Field(
        description="open, no_answer (the library has none), needs_review (a person has to look), drafted, reviewed, "
        "approved, edited, rejected."
    )
    answer: str = Field(description="As it stands, whoever wrote it; empty: there is none.")
    draft: DraftDocument | None = Field(description="The draft that counts.")
    review: ReviewDocument | None = Field(description="What was said of it last.")
    decision: DecisionDocument | None = Field(description="What a person decided last.")


class AnswerDetailDocument(AnswerDocument):
    """A question with everything there is about it; records are the oldest first."""

    quotes: list[QuoteDocument] = Field(description="What proves the draft that counts.")
    drafts: list[DraftDocument]
    reviews: list[ReviewDocument]
    decisions: list[DecisionDocument]


def answer_document(standing: Standing) -> AnswerDocument:
    """Return the document of where a question stands."""
    review, decision = standing.current_review, standing.decision
    return AnswerDocument(
        **question_document(standing.question).model_dump(),
        state=standing.state,
        answer=standing.answer,
        draft=draft_document(standing.draft) if standing.draft else None,
        review=review_document(review) if review else None,
        decision=decision_document(decision) if decision else None,
    )


def answer_detail_document(found: AnswerHistory) -> AnswerDetailDocument:
    """Return the document of everything about a question."""
    draft = found.standing.draft
    quotes = draft.draft.quotes if draft else ()
    return AnswerDetailDocument(
        **answer_document(found.standing).model_dump(),
        quotes=[quote_document(one, found.passages.get(one.chunk_id)) for one in quotes],
        drafts=list(map(draft_document, found.drafts)),
        reviews=list(map(review_document, found.reviews)),
        decisions=list(map(decision_document, found.decisions)),
    )


def quote_document(quote: Quote, passage: Passage | None) -> QuoteDocument:
    """Return the document of a quote; *passage* is None where its document is gone."""
    source = source_of(quote.chunk_id)
    return QuoteDocument(
        chunk_id=quote.chunk_id,
        text=quote.text,
        document_id=source.document_id,
        generation=source.generation,
        title=passage.title if passage else None,
        heading_path=list(passage.heading_path) if passage else [],
        passage=passage.text if passage else None,
    )


def draft_document(record: DraftRecord) -> DraftDocument:
    """Return the document of a draft."""
    author = record.basis.author
    return DraftDocument(
        version=record.version,
        verdict=record.draft.verdict,
        answer=record.draft.answer,
        checks=list(record.evidence.passed),
        findings=[FindingDocument(check=one.check, reason=one.reason) for one in record.evidence.findings],
        author=AuthorDocument(name=author.name, prompts=list(author.prompts)),
        repairs=record.repairs,
        job_id=record.job_id,
        made_at=record.made_at,
        usage=usage_document(record.usage),
    )


def review_document(record: ReviewRecord) -> ReviewDocument:
    """Return the document of a review."""
    return ReviewDocument(
        draft=record.draft_version,
        verdict=record.verdict,
        scores=dict(record.scores),
        comments=[CommentDocument(sentence=one.sentence, text=one.text) for one in record.comments],
        author=AuthorDocument(name=record.author.name, prompts=list(record.author.prompts)),
        job_id=record.job_id,
        made_at=record.made_at,
        usage=usage_document(record.usage),
    )


def decision_document(decision: Decision) -> DecisionDocument:
    """Return the document of a decision."""
    return DecisionDocument(
        kind=decision.kind, draft=decision.draft_version, by=decision.by, at=decision.at, text=decision.text
    )
