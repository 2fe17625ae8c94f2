"""/v1/summaries and /v1/summary-checks: tender documents handed in, their summaries, and the jobs that make them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from domain.embedding.adding import Upload
from domain.rfp_answering.summaries.information_document import InformationId, InformationPlace
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.checking import at
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.rfp_summaries import (
    InformationDocumentDocument,
    SummaryAuthorDocument,
    SummaryDocument,
    SummaryWords,
    information_document_document,
    summary_document,
)
from entrypoints.api.paging import After, Limit, Page, dated, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import KEEPS_NO_KEY
from entrypoints.api.starting import STARTS, Starting
from entrypoints.api.uploading import FORM, UploadedFile
from entrypoints.rfp_summary_requests import check_summarizing, start_summarizing

router = APIRouter(prefix="/v1", tags=["rfps"])


def _summary_id(summary_id: Annotated[UUID, Path(description="The summary's id.")]) -> InformationId:
    return InformationId(str(summary_id))


TheSummary = Annotated[InformationId, Depends(_summary_id)]


@router.post(
    "/summaries",
    operation_id="add_summary",
    status_code=201,
    dependencies=[KEEPS_NO_KEY],
    responses={
        200: {"model": InformationDocumentDocument, "description": "This file was handed in under this name before."},
        **documented(415),
    },
    openapi_extra={"requestBody": {"required": True, "content": FORM}},
)
def add_summary(
    caller: Writer, antiphon: Services, file: UploadedFile, response: Response
) -> InformationDocumentDocument:
    """
    Hand in a document to be summarized: Markdown, text, HTML, PDF, Word, CSV or Excel, of 25 MB at most.

    It is read at once, and its text is kept in chunks. The same file under the same name is the same summary.
    """
    upload = Upload(name=file.name, content=file.content, media_type=file.media_type)
    document, is_new = antiphon.summaries.summaries.add(caller, upload)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/summaries/{document.id}"
    return information_document_document(document, antiphon.summaries.summaries.newest_job(caller, document.id))


@router.post("/summary-checks", operation_id="check_summarizing")
def check_summarizing_words(caller: Writer, antiphon: Services, words: SummaryWords) -> SummaryAuthorDocument:
    """
    Say who would summarize by these words, or why nobody could. Nothing is stored, and no model is asked.

    Worth a request before a document is handed in: the model is named with the job, and the document is kept whatever
    becomes of that.
    """
    with at("/body"):
        return check_summarizing(antiphon, caller, words)


@router.post("/summaries/{summary_id}/jobs", operation_id="summarize", status_code=202, responses=STARTS)
def summarize(
    starting: Starting, caller: Writer, antiphon: Services, summary_id: TheSummary, words: SummaryWords | None = None
) -> JobDocument:
    """
    Summarize a document, part by part. What the same model has made of the same text before is not asked again.

    409: a job summarizes it already.
    """
    said = words or SummaryWords()
    with at("/body"):
        return starting.of(lambda key: start_summarizing(antiphon, caller, summary_id, said, key))


@router.get("/summaries", operation_id="list_summaries")
def list_summaries(
    caller: Reader,
    antiphon: Services,
    limit: Limit = 20,
    after: After = None,
    id: Annotated[str, Query(pattern="^[0-9a-f-]{0,36}$", description="Only those whose id begins so.")] = "",
) -> Page[InformationDocumentDocument]:
    """List the documents that are summarized, the newest first, each with its newest job."""
    service = antiphon.summaries.summaries
    found = service.page(caller, id_prefix=id, before=position(after, _place), limit=limit + 1)
    documents = [information_document_document(document, job) for document, job in found]
    return page_of(documents, limit=limit, place=lambda one: cursor(one.created_at.isoformat(), one.id))


@router.get("/summaries/{summary_id}", operation_id="get_summary", responses=documented(404))
def get_summary(caller: Reader, antiphon: Services, summary_id: TheSummary) -> SummaryDocument:
    """Look at a summary as far as it is: bullets, the compliance matrix, what was left out, and what is missing."""
    return summary_document(antiphon.summaries.summaries.get(caller, summary_id))


@router.delete(
    "/summaries/{summary_id}", operation_id="remove_summary", status_code=204, responses=documented(404, 409)
)
def remove_summary(caller: Writer, antiphon: Services, summary_id: TheSummary) -> None:
    """Forget a document, its text and its summary. 409: a job is at work on it."""
    antiphon.summaries.summaries.remove(caller, summary_id)


def _place(created_at: str, summary_id: str) -> InformationPlace:
    at, found = dated(created_at, summary_id)
    return InformationPlace(created_at=at, id=InformationId(found))
