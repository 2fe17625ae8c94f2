"""/v1/jobs/{id}/report.*: a run as one file, streamed from its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from attrs import frozen
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from adapters.reports.html import html_pieces, html_policy
from adapters.reports.junit import SuiteCounts, junit_pieces
from adapters.reports.promptfoo_output import promptfoo_pieces
from adapters.reports.table_files import csv_pieces, jsonl_pieces
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import RunSummary, summarise
from entrypoints.api.callers import Reader, Services
from entrypoints.api.problems import documented
from entrypoints.api.routes.jobs import TheJob
from entrypoints.api.streaming import in_blocks, page_headers
from entrypoints.api.summaries import TheSummaries, run_of
from entrypoints.stored_runs import items_of

router = APIRouter(prefix="/v1/jobs", tags=["reports"])


class Form(StrEnum):
    """What a report can be."""

    CSV = "csv"
    JSONL = "jsonl"
    PROMPTFOO = "promptfoo.json"
    JUNIT = "junit.xml"
    HTML = "html"


_MEDIA = {
    Form.CSV: "text/csv",
    Form.JSONL: "application/x-ndjson",
    Form.PROMPTFOO: "application/json",
    Form.JUNIT: "application/xml",
    Form.HTML: "text/html",
}
_TEXT = {"schema": {"type": "string"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The report.", "content": dict.fromkeys(_MEDIA.values(), _TEXT)}
}


@frozen(kw_only=True)
class _Run:
    job: Job
    rows: Callable[[], Iterator[Item]]

    @property
    def title(self) -> str:
        return RunSpec.from_document(self.job.spec).test_set_name


@router.get("/{job_id}/report.json", operation_id="get_report", responses=documented(404))
def get_report(caller: Reader, antiphon: Services, summaries: TheSummaries, job_id: TheJob) -> dict[str, object]:
    """Return the document that `antiphon run --json` prints (docs/json-output.md), of a run that goes on too."""
    return summaries.document(antiphon, caller, run_of(antiphon, caller, job_id).job)


@router.get(
    "/{job_id}/report.{form}",
    operation_id="download_report",
    response_class=StreamingResponse,
    responses=documented(404) | _FILES,
)
def download_report(
    caller: Reader, antiphon: Services, summaries: TheSummaries, job_id: TheJob, form: Form
) -> StreamingResponse:
    """
    Download a run: rows as CSV or JSON lines, promptfoo's output, JUnit XML for build servers, a page for people.

    Texts of answers that a spreadsheet would take for a formula get an apostrophe in front; the page runs no script but
    its own, and loads nothing.
    """
    job = run_of(antiphon, caller, job_id).job
    run = _Run(job=job, rows=lambda: items_of(antiphon.store, caller, job_id))
    if form in _WITH_NUMBERS:
        with summaries.place():  # they begin with numbers over all rows
            pieces = _WITH_NUMBERS[form](run)
    else:
        pieces = _ROWS[form](job, run.rows())
    return StreamingResponse(in_blocks(pieces), media_type=_MEDIA[form], headers=_headers(job, form))


def _junit(run: _Run) -> Iterator[str]:
    counts = SuiteCounts()
    summary = _summary(run, counts.noting(run.rows()))
    return junit_pieces(run.job, run.rows(), summary=summary, title=run.title, counts=counts)


def _html(run: _Run) -> Iterator[str]:
    return html_pieces(run.job, run.rows(), summary=_summary(run, run.rows()), title=run.title)


def _promptfoo(run: _Run) -> Iterator[str]:
    return promptfoo_pieces(run.job, run.rows(), summary=_summary(run, run.rows()), title=run.title)


def _summary(run: _Run, rows: Iterator[Item]) -> RunSummary:
    return summarise(run.job, items=rows, gates=RunSpec.from_document(run.job.spec).gates)


_ROWS: dict[Form, Callable[[Job, Iterator[Item]], Iterator[str]]] = {Form.CSV: csv_pieces, Form.JSONL: jsonl_pieces}
_WITH_NUMBERS: dict[Form, Callable[[_Run], Iterator[str]]] = {
    Form.PROMPTFOO: _promptfoo,
    Form.JUNIT: _junit,
    Form.HTML: _html,
}


def _headers(job: Job, form: Form) -> dict[str, str]:
    name = f"run-{job.id[:8]}.{form.value}"
    if form is not Form.HTML:
        return {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return page_headers(html_policy(), name=name)
