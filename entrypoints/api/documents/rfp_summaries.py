"""Summaries as the API takes and shows them: bullets with what they rest on, the compliance matrix, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from domain.jobs.item import ItemState
from domain.jobs.job import Job, JobOptions, JobStatus
from domain.rfp_answering.stage import OPTIONS
from domain.rfp_answering.summaries.information_document import InformationDocument
from domain.rfp_answering.summaries.statements import Bullet, FoundBy, LeftOut, MatrixRow, RowKind
from domain.rfp_answering.summaries.summary import MissingPart, Summary
from domain.test_execution.test_set import RunHints
from entrypoints.api.documents.runs import RunOptions
from entrypoints.api.documents.words import Words

_HINTS = RunHints(deadline_s=OPTIONS.deadline_s)
_CHUNK = "The chunk that says it, counted from 1."
_HEADINGS = "The headings it stands under, from the highest down."
_QUOTE = "Its words, found in the chunk letter by letter (white space, quotes and hyphens aside)."
_DOUBTS = "What a person should look at; empty: nothing looks odd."


class SummaryWords(Words):
    """Who summarizes, and how the work is run."""

    model: str = Field(
        default="",
        max_length=300,
        description="`offline` (no model is asked), `llm:API/MODEL`, `llm:default`, or any model by name "
        "(`openai:gpt-5-mini`). Default: the organization's default model for chats, if it has one, else offline.",
        examples=["llm:default"],
    )
    options: RunOptions = RunOptions()

    def job_options(self) -> JobOptions:
        """Return how its items are run."""
        return self.options.chosen(_HINTS)


class SummaryAuthorDocument(BaseModel):
    """Who would summarize."""

    author: str = Field(
        description="The model, or `extractive`: sentences of the document, chosen without a model.",
        examples=["extractive"],
    )


class SummaryJobDocument(BaseModel):
    """The newest job that summarizes a document."""

    job_id: str
    status: JobStatus
    created_at: datetime
    ended_at: datetime | None


class InformationDocumentDocument(BaseModel):
    """A document that was handed in to be summarized."""

    id: str = Field(examples=["0b9f2c56-1f0e-4d0e-9a53-6a0c2f1d7e11"])
    name: str = Field(description="The file's name.", examples=["tender.pdf"])
    title: str = Field(description="Its title, or its name where it has none.")
    content_hash: str = Field(description="SHA-256 of the file. The bytes are not kept, the text is.")
    size_bytes: int
    chunks: int = Field(description="How many pieces its text has.", examples=[42])
    created_at: datetime
    created_by: str
    job: SummaryJobDocument | None = Field(description="The newest job that summarizes it; null: nobody has asked.")


class CitationDocument(BaseModel):
    """Where a bullet stands."""

    chunk: int = Field(description=_CHUNK, examples=[3])
    heading_path: list[str] = Field(description=_HEADINGS, examples=[["Instructions", "Submission"]])
    quote: str = Field(description=_QUOTE)


class BulletDocument(BaseModel):
    """One sentence of a summary."""

    text: str
    citations: list[CitationDocument]
    doubts: list[str] = Field(description=_DOUBTS)


class SectionDocument(BaseModel):
    """The bullets under one heading."""

    heading_path: list[str]
    bullets: list[BulletDocument]


class MatrixRowDocument(BaseModel):
    """A row of the compliance matrix."""

    no: int = Field(description="Its place, from 1 on.")
    kind: RowKind
    text: str
    date: str = Field(description="ISO 8601, as far as the quote says it; empty: no calendar date.")
    chunk: int = Field(description=_CHUNK)
    heading_path: list[str] = Field(description=_HEADINGS)
    quote: str = Field(description=_QUOTE)
    found_by: FoundBy = Field(description="`author`, or `words`: the sentence's own words, where no author had it.")
    doubts: list[str] = Field(description=_DOUBTS)


class LeftOutDocument(BaseModel):
    """What an author said and the document does not prove."""

    text: str
    kind: RowKind | None = Field(description="Null: it was a bullet.")
    reasons: list[str]


class MissingPartDocument(BaseModel):
    """A part of the document that the summary says nothing about."""

    first_chunk: int
    last_chunk: int
    state: ItemState
    reason: str


class SummaryDocument(InformationDocumentDocument):
    """A document and its summary, as far as that is."""

    is_whole: bool = Field(description="Whether every part of the document is in it.")
    parts: int = Field(description="How many parts the newest job has planned.")
    authors: list[str] = Field(description="Who wrote: `extractive` is no model.", examples=[["openai:gpt-5-mini"]])
    prompts: list[str] = Field(examples=[["summary-part@1", "summary-overview@1"]])
    overview: list[BulletDocument] = Field(description="The most important of all parts; empty for one part.")
    sections: list[SectionDocument]
    matrix: list[MatrixRowDocument] = Field(description="Dates by day, requirements and criteria by place.")
    left_out: list[LeftOutDocument]
    missing: list[MissingPartDocument]


def information_document_document(document: InformationDocument, job: Job | None) -> InformationDocumentDocument:
    """Return the document of a document in the list."""
    return InformationDocumentDocument(
        id=document.id,
        name=document.name,
        title=document.title,
        content_hash=document.content_hash,
        size_bytes=document.size_bytes,
        chunks=document.chunks,
        created_at=document.created_at,
        created_by=document.created_by,
        job=_job(job),
    )


def summary_document(summary: Summary) -> SummaryDocument:
    """Return the document of a summary."""
    headings = summary.headings
    return SummaryDocument(
        **information_document_document(summary.document, summary.job).model_dump(),
        is_whole=summary.is_whole,
        parts=summary.parts,
        authors=list(dict.fromkeys(one.name for one in summary.authors)),
        prompts=list(dict.fromkeys(title for one in summary.authors for title in one.prompts)),
        overview=[_bullet(one, headings) for one in summary.overview],
        sections=[
            SectionDocument(
                heading_path=list(section.heading_path), bullets=[_bullet(one, headings) for one in section.bullets]
            )
            for section in summary.sections
        ],
        matrix=[_row(no, one, headings) for no, one in enumerate(summary.rows, start=1)],
        left_out=[_left_out(one) for one in summary.left_out],
        missing=[_missing(one) for one in summary.missing],
    )


def _job(job: Job | None) -> SummaryJobDocument | None:
    if job is None:
        return None
    return SummaryJobDocument(job_id=job.id, status=job.status, created_at=job.created_at, ended_at=job.ended_at)


def _bullet(bullet: Bullet, headings: Mapping[int, tuple[str, ...]]) -> BulletDocument:
    citations = [
        CitationDocument(chunk=one.chunk + 1, heading_path=list(headings.get(one.chunk, ())), quote=one.quote)
        for one in bullet.citations
    ]
    return BulletDocument(text=bullet.text, citations=citations, doubts=list(bullet.doubts))


def _row(no: int, row: MatrixRow, headings: Mapping[int, tuple[str, ...]]) -> MatrixRowDocument:
    return MatrixRowDocument(
        no=no,
        kind=row.kind,
        text=row.text,
        date=row.date,
        chunk=row.chunk + 1,
        heading_path=list(headings.get(row.chunk, ())),
        quote=row.quote,
        found_by=row.found_by,
        doubts=list(row.doubts),
    )


def _left_out(one: LeftOut) -> LeftOutDocument:
    return LeftOutDocument(text=one.text, kind=one.kind, reasons=list(one.reasons))


def _missing(part: MissingPart) -> MissingPartDocument:
    return MissingPartDocument(
        first_chunk=part.first + 1, last_chunk=part.last + 1, state=part.state, reason=part.reason
    )
