"""/v1/rfps/{id}, for those who answer for answers: decisions, findings, exports, reports, documents of the library."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import Response

from adapters.reports.rfp_markdown import rfp_markdown
from domain.rfp_answering.questionnaire import Form
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.checking import at
from entrypoints.api.documents.rfp_answers import AnswerDocument, answer_document
from entrypoints.api.documents.rfp_decisions import (
    ApprovalsDocument,
    DecisionWords,
    FindingsDocument,
    GapsDocument,
    NoWords,
    RefusalsDocument,
    ShelvedDocument,
    StaleAnswersDocument,
    approvals_document,
    findings_document,
    gaps_document,
    refusals_document,
    shelved_document,
    stale_document,
)
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import KEEPS_NO_KEY
from entrypoints.api.routes.rfps import TheQuestion, TheRfp
from entrypoints.rfp_exports import LEFT_OPEN, LEFT_OUT, WRITTEN, exported_file, ranges

router = APIRouter(prefix="/v1", tags=["rfps"])
_MEDIA = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Form.CSV: "text/csv",
    Form.MARKDOWN: "text/markdown",
    Form.JSON: "application/json",
}
_MEDIA_WITH_MACROS = {
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".docm": "application/vnd.ms-word.document.macroEnabled.12",
}
_NUMBERS = {"schema": {"type": "string"}, "example": "1-3,7"}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in (*_MEDIA.values(), *_MEDIA_WITH_MACROS.values())
        },
        "headers": {
            WRITTEN: {"description": "The questions that were answered in it.", **_NUMBERS},
            LEFT_OPEN: {"description": "The questions that there is no answer to.", **_NUMBERS},
            LEFT_OUT: {"description": "The questions whose answer it could not take.", **_NUMBERS},
        },
    }
}
_MARKDOWN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The report.", "content": {"text/markdown": {"schema": {"type": "string"}}}}
}
WithDrafts = Annotated[bool, Query(description="Also answers that nobody has approved, but that passed every check.")]
ExportForm = Annotated[
    Form | None,
    Query(description="docx or xlsx: a new file of this form; default: the own form of the buyer's file."),
]
Most = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
OwnNames = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=200)]],
    Query(max_length=50, description="Names of your own, which tell no two answers apart."),
]


@router.post(
    "/rfps/{rfp_id}/answers/{no}/decisions",
    operation_id="decide_rfp_answer",
    dependencies=[KEEPS_NO_KEY],
    responses=documented(404, 409),
)
def decide_rfp_answer(
    caller: Writer, antiphon: Services, rfp_id: TheRfp, no: TheQuestion, words: DecisionWords
) -> AnswerDocument:
    """
    Approve, edit or reject the answer to a question. Who decided, and when, is kept, and nothing overwrites it.

    No job drafts an answer anew that was approved or edited. 409: there is no draft to decide on, another one than was
    looked at, or `draft` does not name the one that is approved in place of a person's own text.
    """
    deciding = antiphon.rfp.deciding
    with at("/body/text"):
        decided = deciding.decide(caller, rfp_id, no, words.kind, text=words.text, draft_version=words.draft)
    return answer_document(decided)


@router.post(
    "/rfps/{rfp_id}/approvals",
    operation_id="approve_rfp_answers",
    dependencies=[KEEPS_NO_KEY],
    responses=documented(404),
)
def approve_rfp_answers(
    caller: Writer, antiphon: Services, rfp_id: TheRfp, words: NoWords | None = None
) -> ApprovalsDocument:
    """
    Approve all answers that passed every check and no reviewer objected to.

    What is left, and why, is said: what needs a look, what the library could not answer, what nobody has answered.
    """
    _ = words
    return approvals_document(antiphon.rfp.deciding.approve_all(caller, rfp_id))


@router.get("/rfps/{rfp_id}/findings", operation_id="get_rfp_findings", responses=documented(404))
def get_rfp_findings(
    caller: Reader,
    antiphon: Services,
    rfp_id: TheRfp,
    own_names: OwnNames = [],  # noqa: B006  # FastAPI reads it, and nobody changes it
) -> FindingsDocument:
    """
    Look at what an RFP's answers say together.

    Answers that contradict each other, questions that seem to ask the same (here, or in an RFP that was answered
    before), and answers that rest on a document which has changed since.
    """
    return findings_document(antiphon.rfp.inspecting.findings(caller, rfp_id, own_names=own_names))


@router.get(
    "/rfps/{rfp_id}/export", operation_id="export_rfp", response_class=Response, responses=documented(404) | _FILE
)
def export_rfp(
    caller: Reader,
    antiphon: Services,
    rfp_id: TheRfp,
    with_drafts: WithDrafts = False,
    form: ExportForm = None,
    leave_out_refused: Annotated[
        bool, Query(description="Write all others where an answer can't be written at its place.")
    ] = False,
) -> Response:
    """
    Download the buyer's own file with the answers that a person approved or wrote, and nothing else changed.

    Where an answer can't be written at its place (merged cells, a formula) nothing is, and the refusal names all such
    answers, unless they are to be left out. The headers `Antiphon-Written`, `Antiphon-Left-Open` (no answer) and
    `Antiphon-Left-Out` (no place) name the questions; `GET /v1/rfps/ID/export-refusals` says why for the last.
    """
    exported = antiphon.rfp.deciding.export(
        caller, rfp_id, with_drafts=with_drafts, form=form, leave_out_refused=leave_out_refused
    )
    file = exported_file(exported)
    name = PurePath(exported.name.replace("\\", "/")).name  # what its sender calls it may look like a path
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        WRITTEN: ranges(file.written),
        LEFT_OPEN: ranges(file.left_open),
        LEFT_OUT: ranges(file.left_out),
    }
    media = _MEDIA_WITH_MACROS.get(PurePath(name).suffix.lower(), _MEDIA[exported.form])
    return Response(file.content, media_type=media, headers=headers)


@router.get("/rfps/{rfp_id}/export-refusals", operation_id="list_rfp_export_refusals", responses=documented(404))
def list_rfp_export_refusals(
    caller: Reader,
    antiphon: Services,
    rfp_id: TheRfp,
    with_drafts: WithDrafts = False,
    form: ExportForm = None,
) -> RefusalsDocument:
    """List the answers that an export of the same words can't write at their places, and why."""
    return refusals_document(antiphon.rfp.deciding.refused(caller, rfp_id, with_drafts=with_drafts, form=form))


@router.get(
    "/rfps/{rfp_id}/report", operation_id="report_rfp", response_class=Response, responses=documented(404) | _MARKDOWN
)
def report_rfp(caller: Reader, antiphon: Services, rfp_id: TheRfp) -> Response:
    """
    Download a report in Markdown: each answer with its evidence, what was checked, and who stands up for it.

    Nothing that a buyer or a document says can become markup, HTML or a link in it.
    """
    text = rfp_markdown(antiphon.rfp.reporting.report(caller, rfp_id))
    name = f"rfp-{rfp_id[:8]}.md"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(text.encode(errors="replace"), media_type="text/markdown", headers=headers)


@router.post(
    "/rfps/{rfp_id}/library-documents",
    operation_id="shelve_rfp_answers",
    dependencies=[KEEPS_NO_KEY],
    responses=documented(404, 409),
)
def shelve_rfp_answers(
    caller: Writer, antiphon: Services, rfp_id: TheRfp, words: NoWords | None = None
) -> ShelvedDocument:
    """
    Make a document of the library of the answers that a person approved or wrote; changed ones are its new version.

    It waits for somebody to approve it, as every document that is handed in, and this RFP is never answered from it.
    Answers that rest on a document which has changed since are left out. 409: no answer is left.
    """
    _ = words
    return shelved_document(antiphon.rfp.shelving.shelve(caller, rfp_id))


@router.get("/rfp-gaps", operation_id="list_rfp_gaps")
def list_rfp_gaps(caller: Reader, antiphon: Services, limit: Most = 200) -> GapsDocument:
    """List the questions that the library could not answer, those of the newest RFPs first."""
    return gaps_document(antiphon.rfp.deciding.gaps(caller, limit=limit))


@router.get("/rfp-stale", operation_id="list_stale_rfp_answers")
def list_stale_rfp_answers(caller: Reader, antiphon: Services, limit: Most = 200) -> StaleAnswersDocument:
    """List the answers, of all RFPs, that rest on a document which has changed, was rejected or removed since."""
    return stale_document(antiphon.rfp.inspecting.stale(caller, limit=limit))
