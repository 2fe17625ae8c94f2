"""RFPs as the API takes and shows them: files with questions, how far their answers are, and who is at work on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from adapters.questionnaires.columns import letters
from domain.jobs.job import Job, JobOptions, JobStatus
from domain.language_models.model import ModelSpec
from domain.rfp_answering.looking import RfpStages
from domain.rfp_answering.overview import RfpOverview
from domain.rfp_answering.questionnaire import (
    MOST_QUESTIONS,
    Columns,
    Form,
    Question,
    Questionnaire,
    QuestionNo,
    WantedColumns,
)
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import OPTIONS, StageSpec
from domain.rfp_answering.standing import AnswerState
from domain.test_execution.test_set import RunHints
from entrypoints.api.documents.runs import RunOptions
from entrypoints.api.documents.words import Words

MOST_PASSAGES = 50
COLUMN = "As a letter (`C`) or by its heading (`Response`); default: it is found."
_HEADING = "What stands above that column; empty: nothing that is known as a heading."
ColumnName = Annotated[str, Field(max_length=200)]
_HINTS = RunHints(deadline_s=OPTIONS.deadline_s)


class ImportWords(Words):
    """What a person says of where the questions are; what is left out is found."""

    question_column: ColumnName = Field(default="", description=f"The column that asks. {COLUMN}")
    answer_column: ColumnName = Field(default="", description=f"The column that answers belong into. {COLUMN}")
    sheets: list[ColumnName] = Field(default=[], max_length=100, description="Only these sheets; default: all visible.")

    def wanted(self) -> WantedColumns:
        """Return the words as the domain has them."""
        return WantedColumns(
            question=self.question_column.strip(), answer=self.answer_column.strip(), tables=tuple(self.sheets)
        )


class ColumnsDocument(BaseModel):
    """Where the questions of one sheet or table were found."""

    table: str = Field(description="The sheet's name, or the table's number.", examples=["Security"])
    first_row: int = Field(description="The first row behind the heading, counted from 1.", examples=[2])
    question: str = Field(description="The letter of the column that asks.", examples=["B"])
    answer: str = Field(description="The letter of the column that answers are written into.", examples=["D"])
    section: str | None = Field(description="The letter of the column with the sections.", examples=[None])
    question_heading: str = Field(description=_HEADING, examples=["Question"])
    answer_heading: str = Field(description=_HEADING, examples=["Response"])
    section_heading: str = Field(description=_HEADING, examples=[""])


class QuestionDocument(BaseModel):
    """A question, and where it stands in the buyer's file."""

    no: int = Field(description="Its place in the questionnaire, from 1 on.", examples=[1])
    section: str = Field(description="What it stands under; empty: nothing.", examples=["Encryption"])
    question: str = Field(description="What is asked.", examples=["Is customer data encrypted at rest?"])
    table: str = Field(description="The sheet or table.", examples=["Security"])
    question_place: str = Field(description="The cell or paragraph that asks.", examples=["B2"])
    answer_place: str = Field(description="The one that the answer belongs into.", examples=["D2"])
    allowed_values: list[str] = Field(description="The answer is one of these; empty: anything.", examples=[[]])
    most_characters: int | None = Field(description="How long the answer may be.", examples=[None])
    given: str = Field(description="The answer that stands in the file already; such a question is not drafted.")
    obstacle: str = Field(description="Why nothing can be written at its place; empty: it can.")


class PreviewDocument(BaseModel):
    """What a file would be imported as."""

    name: str
    form: Form = Field(description="The file's format.")
    file_hash: str = Field(description="SHA-256 of the file.")
    columns: list[ColumnsDocument] = Field(description="Where the questions were found; empty where no table asks.")
    obstacles: int = Field(description="How many questions have a place that nothing can be written at.")
    questions: list[QuestionDocument]


class RfpDocument(BaseModel):
    """A questionnaire that was handed in."""

    id: str = Field(examples=["0b9f2c56-1f0e-4d0e-9a53-6a0c2f1d7e11"])
    name: str = Field(description="The file's name.", examples=["tender.xlsx"])
    form: Form = Field(description="The file's format.")
    file_hash: str = Field(description="SHA-256 of the file.")
    questions: int = Field(description="How many there are.", examples=[30])
    states: dict[AnswerState, int] = Field(
        description="How many of them are in which state: open, no_answer, needs_review, drafted, reviewed, approved, "
        "edited, rejected; a state that none is in is left out.",
        examples=[{"drafted": 22, "no_answer": 8}],
    )
    columns: list[ColumnsDocument] = Field(description="Where the questions were found; empty where no table asks.")
    created_at: datetime
    created_by: str


class StageJobDocument(BaseModel):
    """The newest job of a stage."""

    job_id: str
    status: JobStatus
    created_at: datetime
    ended_at: datetime | None


class RfpDetailDocument(RfpDocument):
    """A questionnaire, and who is at work on it."""

    answering: StageJobDocument | None = Field(description="The newest job that drafts; null: there was none.")
    review: StageJobDocument | None = Field(description="The newest job that reviews; null: there was none.")


class StageWords(Words):
    """Which questions a job is about, who works on them, and what from."""

    model: str = Field(
        default="",
        max_length=300,
        description="`offline` (no model is asked), `llm:API/MODEL`, `llm:default`, or any model by name "
        "(`openai:gpt-5-mini`). Default: the organization's default model for this, if it has one, else offline.",
        examples=["llm:default"],
    )
    questions: list[Annotated[int, Field(ge=1, le=MOST_QUESTIONS)]] = Field(
        default=[], max_length=MOST_QUESTIONS, description="Only these, by number; default: all."
    )
    passages: int = Field(default=8, ge=1, le=MOST_PASSAGES, description="How many passages an author is shown.")
    include_pending: bool = Field(
        default=False, description="Answer from documents, too, that wait for somebody to approve them."
    )
    own_names: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default=[], max_length=100, description="Names of yours and your products, which need no evidence."
    )
    options: RunOptions = RunOptions()

    def spec(self, rfp_id: RfpId, *, model: ModelSpec | None) -> StageSpec:
        """Return what the job is to do."""
        return StageSpec(
            rfp_id=rfp_id,
            model=model,
            questions=tuple(map(QuestionNo, self.questions)),
            passages=self.passages,
            only_approved=not self.include_pending,
            own_names=tuple(self.own_names),
        )

    def job_options(self) -> JobOptions:
        """Return how its items are run."""
        return self.options.chosen(_HINTS)


class StartAnswering(StageWords):
    """Answers to be drafted: to the questions named, or to all that nobody has answered for."""


class StartReview(StageWords):
    """Drafts to be reviewed: of the questions named, or all that no person has answered for."""


def columns_document(columns: Columns) -> ColumnsDocument:
    """Return the document of where questions were found."""
    return ColumnsDocument(
        table=columns.table,
        first_row=columns.first_row + 1,
        question=letters(columns.question),
        answer=letters(columns.answer),
        section=None if columns.section is None else letters(columns.section),
        question_heading=columns.question_heading,
        answer_heading=columns.answer_heading,
        section_heading=columns.section_heading,
    )


def question_document(question: Question) -> QuestionDocument:
    """Return the document of a question."""
    return QuestionDocument(
        no=question.no,
        section=question.section,
        question=question.text,
        table=question.place.table,
        question_place=question.place.question,
        answer_place=question.place.answer,
        allowed_values=list(question.rules.allowed_values),
        most_characters=question.rules.most_characters,
        given=question.given,
        obstacle=question.obstacle,
    )


def preview_document(asked: Questionnaire) -> PreviewDocument:
    """Return the document of what would be imported."""
    return PreviewDocument(
        name=asked.name,
        form=asked.form,
        file_hash=asked.file_hash,
        columns=list(map(columns_document, asked.columns)),
        obstacles=sum(bool(one.obstacle) for one in asked.questions),
        questions=list(map(question_document, asked.questions)),
    )


def rfp_document(overview: RfpOverview) -> RfpDocument:
    """Return the document of an RFP."""
    return RfpDocument(
        id=overview.id,
        name=overview.name,
        form=overview.form,
        file_hash=overview.file_hash,
        questions=overview.questions,
        states=dict(overview.states),
        columns=list(map(columns_document, overview.columns)),
        created_at=overview.created_at,
        created_by=overview.created_by,
    )


def rfp_detail_document(found: RfpStages) -> RfpDetailDocument:
    """Return the document of an RFP, and of who is at work on it."""
    return RfpDetailDocument(
        **rfp_document(found.overview).model_dump(),
        answering=_stage_job(found.responding),
        review=_stage_job(found.reviewing),
    )


def _stage_job(job: Job | None) -> StageJobDocument | None:
    if job is None:
        return None
    return StageJobDocument(job_id=job.id, status=job.status, created_at=job.created_at, ended_at=job.ended_at)
