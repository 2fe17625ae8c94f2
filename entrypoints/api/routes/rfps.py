"""/v1/rfps: questionnaires handed in, how their answers stand, and the jobs that draft and review them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.rfp import RfpId, RfpPlace
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.checking import at
from entrypoints.api.cursors import LARGEST_NUMBER, cursor
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.rfp_answers import (
    AnswerDetailDocument,
    AnswerDocument,
    answer_detail_document,
    answer_document,
)
from entrypoints.api.documents.rfps import (
    COLUMN,
    ColumnName,
    ImportWords,
    PreviewDocument,
    RfpDetailDocument,
    RfpDocument,
    StartAnswering,
    StartReview,
    preview_document,
    rfp_detail_document,
    rfp_document,
)
from entrypoints.api.paging import After, Limit, Page, dated, numbered, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import RequestKey
from entrypoints.api.starting import STARTS, Starting
from entrypoints.api.uploading import FORM, UploadedFile
from entrypoints.rfp_requests import imported, start_answering, start_review

router = APIRouter(prefix="/v1", tags=["rfps"])
_BODY = {"requestBody": {"required": True, "content": FORM}}


def _rfp_id(rfp_id: Annotated[UUID, Path(description="The RFP's id.")]) -> RfpId:
    return RfpId(str(rfp_id))


def _question_no(
    no: Annotated[int, Path(ge=1, le=LARGEST_NUMBER, description="The question's place, from 1 on.")],
) -> QuestionNo:
    return QuestionNo(no)


def _import_words(
    question_column: Annotated[ColumnName, Query(description=f"The column that asks. {COLUMN}")] = "",
    answer_column: Annotated[ColumnName, Query(description=f"The column that answers belong into. {COLUMN}")] = "",
    sheets: Annotated[
        list[ColumnName], Query(max_length=100, description="Only these sheets; default: all visible.")
    ] = [],  # noqa: B006  # FastAPI reads it, and nobody changes it
) -> ImportWords:
    return ImportWords(question_column=question_column, answer_column=answer_column, sheets=sheets)


TheRfp = Annotated[RfpId, Depends(_rfp_id)]
TheQuestion = Annotated[QuestionNo, Depends(_question_no)]
Wanted = Annotated[ImportWords, Depends(_import_words)]


@router.post("/rfps", operation_id="add_rfp", status_code=201, responses=documented(415), openapi_extra=_BODY)
def add_rfp(
    caller: Writer,
    antiphon: Services,
    file: UploadedFile,
    words: Wanted,
    response: Response,
    idempotency_key: RequestKey = None,
) -> RfpDocument:
    """
    Hand in a questionnaire: .xlsx, .docx, .pdf, .csv, .md or .json, of 25 MB at most.

    The ending of its name tells the format. The file is kept as it is: answers are written into it in the end. A
    repeated request (same key, name, file and columns) gets the same RFP, as long as that is not removed.
    """
    key = IdempotencyKey(idempotency_key) if idempotency_key else None
    added = imported(antiphon, caller, file.name, file.content, words, key=key)
    response.headers["Location"] = f"/v1/rfps/{added.id}"
    return added


@router.post("/rfp-previews", operation_id="preview_rfp", responses=documented(415), openapi_extra=_BODY)
def preview_rfp(caller: Writer, antiphon: Services, file: UploadedFile, words: Wanted) -> PreviewDocument:
    """Look at what a file would be imported as: which columns ask, and what. Nothing is stored."""
    _ = caller
    return preview_document(antiphon.rfp.answering.preview(file.content, name=file.name, wanted=words.wanted()))


@router.get("/rfps", operation_id="list_rfps")
def list_rfps(
    caller: Reader,
    antiphon: Services,
    limit: Limit = 20,
    after: After = None,
    id: Annotated[str, Query(pattern="^[0-9a-f-]{0,36}$", description="Only those whose id begins so.")] = "",
) -> Page[RfpDocument]:
    """List RFPs, the newest first, and how many questions of each are in which state."""
    before = position(after, _place)
    found = antiphon.rfp.answering.page(caller, id_prefix=id, before=before, limit=limit + 1)
    documents = [rfp_document(overview) for overview in found]
    return page_of(documents, limit=limit, place=lambda one: cursor(one.created_at.isoformat(), one.id))


@router.get("/rfps/{rfp_id}", operation_id="get_rfp", responses=documented(404))
def get_rfp(caller: Reader, antiphon: Services, rfp_id: TheRfp) -> RfpDetailDocument:
    """Look at an RFP: how its answers stand, and who is at work on them."""
    return rfp_detail_document(antiphon.rfp.looking.rfp(caller, rfp_id))


@router.delete("/rfps/{rfp_id}", operation_id="remove_rfp", status_code=204, responses=documented(404, 409))
def remove_rfp(caller: Writer, antiphon: Services, rfp_id: TheRfp) -> None:
    """Forget an RFP, its file, and everything that was done about it. 409: a job is at work on it."""
    antiphon.rfp.answering.remove(caller, rfp_id)


@router.get("/rfps/{rfp_id}/answers", operation_id="list_rfp_answers", responses=documented(404))
def list_rfp_answers(
    caller: Reader, antiphon: Services, rfp_id: TheRfp, limit: Limit = 20, after: After = None
) -> Page[AnswerDocument]:
    """List the questions of an RFP, in their order, and where their answers stand."""
    behind = position(after, numbered) or 0
    found = antiphon.rfp.answering.standings(caller, rfp_id, after=behind, limit=limit + 1)
    return page_of([answer_document(one) for one in found], limit=limit, place=lambda one: cursor(one.no))


@router.get("/rfps/{rfp_id}/answers/{no}", operation_id="get_rfp_answer", responses=documented(404))
def get_rfp_answer(caller: Reader, antiphon: Services, rfp_id: TheRfp, no: TheQuestion) -> AnswerDetailDocument:
    """Look at everything about one question: what proves its answer, all drafts, reviews and decisions."""
    return answer_detail_document(antiphon.rfp.looking.answer(caller, rfp_id, no))


@router.post("/rfps/{rfp_id}/answering", operation_id="start_rfp_answering", status_code=202, responses=STARTS)
def start_rfp_answering(
    antiphon: Services, start: Starting, rfp_id: TheRfp, words: StartAnswering | None = None
) -> JobDocument:
    """
    Draft answers: one item a question, each with the passages that prove it, which code has checked.

    What a person has approved or written, and what the buyer's file answers already, is not drafted; a draft stays
    where its question, its passages, the prompts and the model are the same. 409: they are being drafted or reviewed,
    or the library can't answer anything.
    """
    said = words or StartAnswering()
    with at("/body"):
        return start.of(lambda key: start_answering(antiphon, start.caller, rfp_id, said, key))


@router.post("/rfps/{rfp_id}/review", operation_id="start_rfp_review", status_code=202, responses=STARTS)
def start_rfp_review(
    antiphon: Services, start: Starting, rfp_id: TheRfp, words: StartReview | None = None
) -> JobDocument:
    """
    Review drafts: one item a draft, by another prompt and, by default, another model than drafted. It edits nothing.

    409: they are being reviewed or drafted, or no embedding model is in use.
    """
    said = words or StartReview()
    with at("/body"):
        return start.of(lambda key: start_review(antiphon, start.caller, rfp_id, said, key))


def _place(created_at: str, rfp_id: str) -> RfpPlace:
    moment, found = dated(created_at, rfp_id)
    return RfpPlace(created_at=moment, id=RfpId(found))
