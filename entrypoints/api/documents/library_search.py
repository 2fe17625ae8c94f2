"""Searching a library, checking how well it is found, and what an audit of it says, as the API shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from domain.embedding.check_question import LONGEST_QUESTION as LONGEST_CHECK_QUESTION
from domain.embedding.check_question import MOST_QUESTIONS, CheckQuestion
from domain.embedding.library_audit import Audit, Trouble
from domain.embedding.retrieval_check import AT, Recall
from domain.embedding.search import MOST_HITS, Hit
from domain.embedding.searching import LONGEST_QUESTION, Found
from entrypoints.api.documents.words import Words

MOST_MODELS = 10
ModelName = Annotated[str, Field(min_length=1, max_length=200)]
_LEXICAL = "The model compares letters and knows no meaning."


class SearchWords(Words):
    """What to look for."""

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION, examples=["How long are backups kept?"])
    k: int = Field(default=5, ge=1, le=MOST_HITS, description="How many hits at most.")
    only_approved: bool = Field(
        default=False, description="Only what a person approved, or what is of a trusted source."
    )
    model: ModelName | None = Field(default=None, description="An embedding model's name; left out: the one in use.")


class HitDocument(BaseModel):
    """A passage that was found."""

    document_id: str
    title: str
    location: str = Field(description="The file's name, a path or a URL.")
    heading_path: list[str] = Field(description="The headings it stands under, from the highest down.")
    start: int = Field(description="Its first character, counted from 0, in the document's text.")
    end: int = Field(description="The character behind its last one.")
    text: str
    score: float = Field(description="Ranks the hits of this search, and means nothing beyond it.")
    is_approved: bool = Field(description="Whether what is quoted here was approved.")


class SearchDocument(BaseModel):
    """What a search brought, the nearest first."""

    model: str = Field(description="The embedding model that found it.")
    is_lexical: bool = Field(description=_LEXICAL)
    hits: list[HitDocument]


class CheckQuestionWords(Words):
    """A question, and the passage that answers it."""

    question: str = Field(min_length=1, max_length=LONGEST_CHECK_QUESTION)
    document: str = Field(min_length=1, max_length=2000, description="Its location, the end of it, or its title.")
    heading: str = Field(
        default="", max_length=2000, description="A heading the passage stands under; empty: any passage will do."
    )


class CheckQuestionsWords(Words):
    """The questions a library is checked by."""

    questions: list[CheckQuestionWords] = Field(min_length=1, max_length=MOST_QUESTIONS)


class CheckQuestionsDocument(BaseModel):
    """The questions that the organization keeps."""

    questions: list[CheckQuestionWords]


class CheckWords(Words):
    """What to check."""

    questions: list[CheckQuestionWords] = Field(
        default=[], max_length=MOST_QUESTIONS, description="Left out: those that the organization keeps."
    )
    models: list[ModelName] = Field(
        default=[], max_length=MOST_MODELS, description="Names of embedding models; left out: the one in use."
    )


class MissedDocument(BaseModel):
    """A question whose passage was not the first hit, or none of the first ones."""

    question: str
    document: str
    heading: str
    rank: int | None = Field(description=f"Where it was found; null: not among the first {max(AT)}.")


class RecallDocument(BaseModel):
    """How often the passage that answers a question was among the first hits."""

    model: str
    is_lexical: bool = Field(description=_LEXICAL)
    questions: int
    recall_at_3: float = Field(ge=0, le=1)
    recall_at_5: float = Field(ge=0, le=1)
    not_first: list[MissedDocument]


class CheckDocument(BaseModel):
    """What a check found, for each model."""

    recalls: list[RecallDocument]


class AuditWords(Words):
    """What an audit is to do beside looking."""

    repair: bool = Field(default=False, strict=True, description="Put right what is out of step.")


class LibraryFindingDocument(BaseModel):
    """One way in which rows are out of step."""

    trouble: Trouble
    count: int
    examples: list[str] = Field(description="Ids of some of the documents, or fingerprints of models, it is about.")
    done: str = Field(description="What the repair did about it; empty: nothing yet.")


class LibraryAuditDocument(BaseModel):
    """What an audit found; without findings all is in order."""

    findings: list[LibraryFindingDocument]
    job_id: str | None = Field(description="The job that embeds what has to be, if the repair started one.")


def search_document(found: Found) -> SearchDocument:
    """Return what a search brought as the API shows it."""
    return SearchDocument(
        model=found.model.name, is_lexical=found.model.is_lexical, hits=[_hit_document(hit) for hit in found.hits]
    )


def check_questions(words: list[CheckQuestionWords]) -> list[CheckQuestion]:
    """Return questions as the service takes them."""
    return [CheckQuestion(question=each.question, document=each.document, heading=each.heading) for each in words]


def questions_document(questions: list[CheckQuestion]) -> CheckQuestionsDocument:
    """Return questions as the API shows them."""
    shown = [CheckQuestionWords(question=one.question, document=one.document, heading=one.heading) for one in questions]
    return CheckQuestionsDocument(questions=shown)


def check_document(recalls: list[Recall]) -> CheckDocument:
    """Return what a check found as the API shows it."""
    return CheckDocument(recalls=[_recall_document(each) for each in recalls])


def audit_document(audit: Audit) -> LibraryAuditDocument:
    """Return an audit as the API shows it."""
    findings = [
        LibraryFindingDocument(trouble=one.trouble, count=one.count, examples=list(one.examples), done=one.done)
        for one in audit.findings
    ]
    return LibraryAuditDocument(findings=findings, job_id=audit.job_id)


def _hit_document(hit: Hit) -> HitDocument:
    return HitDocument(
        document_id=hit.document_id,
        title=hit.title,
        location=hit.location,
        heading_path=list(hit.heading_path),
        start=hit.start,
        end=hit.end,
        text=hit.text,
        score=hit.score,
        is_approved=hit.is_approved,
    )


def _recall_document(recall: Recall) -> RecallDocument:
    missed = [
        MissedDocument(
            question=each.question.question,
            document=each.question.document,
            heading=each.question.heading,
            rank=each.rank,
        )
        for each in recall.answered
        if each.rank != 1
    ]
    return RecallDocument(
        model=recall.model,
        is_lexical=recall.is_lexical,
        questions=len(recall.answered),
        recall_at_3=recall.at(3),
        recall_at_5=recall.at(5),
        not_first=missed,
    )
