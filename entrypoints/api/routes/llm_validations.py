"""/v1/llm-validations: which LLM APIs work; and the history of an API's checks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path

from domain.jobs.job import Job, JobId
from domain.jobs.request_key import IdempotencyKey
from domain.llm_validation.check import CheckId
from domain.llm_validation.checks import CheckPlace
from entrypoints.api.callers import Administrator, Reader, Services
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.llm_checks import (
    CheckDocument,
    RefreshDocument,
    StartValidation,
    ValidationDocument,
    check_document,
    refresh_document,
    validation_document,
)
from entrypoints.api.paging import After, Limit, Page, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.routes.llm_apis import TheApi
from entrypoints.api.starting import STARTS, Starting

router = APIRouter(prefix="/v1/llm-validations", tags=["LLM APIs"])
of_apis = APIRouter(prefix="/v1/llm-apis", tags=["LLM APIs"])
ROUTERS = (router, of_apis)

TheJob = Annotated[str, Path(min_length=1, max_length=64, description="The job's id.")]


@router.post("", operation_id="start_llm_validation", status_code=202, responses=STARTS)
def start_llm_validation(start: Starting, wanted: StartValidation) -> JobDocument:
    """
    Check all active LLM APIs at once, or one.

    Each climbs a ladder and stops at the first rung that breaks: what is written down, the way there, its list of
    models, a tiny chat, embeddings. 409 while the same is being checked.
    """
    validations = start.antiphon.checks.validations

    def submit(key: IdempotencyKey | None) -> Job:
        api_id = None if wanted.llm_api is None else validations.find(start.caller, wanted.llm_api)
        return validations.submit(start.caller, api_id, options=wanted.options(), idempotency_key=key)

    return start.of(submit)


@router.get("/{job_id}", operation_id="get_llm_validation", responses=documented(404))
def get_llm_validation(caller: Reader, antiphon: Services, job_id: TheJob) -> ValidationDocument:
    """Look at what a validation came to; while it is under way, at what it has come to so far."""
    return validation_document(*antiphon.checks.result(caller, JobId(job_id)))


@of_apis.get("/{llm_api}/checks", operation_id="list_llm_checks", responses=documented(404))
def list_llm_checks(
    caller: Reader, antiphon: Services, llm_api: TheApi, limit: Limit = 50, after: After = None
) -> Page[CheckDocument]:
    """List the checks of an API, the newest first; they are kept for 90 days."""
    validations = antiphon.checks.validations
    api_id, before = validations.find(caller, llm_api), position(after, _place)
    rows = validations.history(caller, api_id, before=before, limit=limit + 1)
    page = page_of(rows, limit=limit, place=lambda check: cursor(check.checked_at.isoformat(), check.id))
    return Page(items=[check_document(check) for check in page.items], next=page.next)


@of_apis.post("/{llm_api}/refresh", operation_id="refresh_llm_models", responses=documented(404))
def refresh_llm_models(caller: Administrator, antiphon: Services, llm_api: TheApi) -> RefreshDocument:
    """
    Ask the provider for its list of models now, and take over what is new, changed or missing.

    A list that can't be had changes nothing.
    """
    api_id = antiphon.checks.validations.find(caller, llm_api)
    return refresh_document(antiphon.checks.refresh(caller, api_id))


def _place(checked_at: str, check_id: str) -> CheckPlace:
    moment = datetime.fromisoformat(checked_at)
    if moment.tzinfo is None or not isinstance(check_id, str):
        raise ValueError(checked_at)
    return CheckPlace(checked_at=moment.astimezone(UTC), id=CheckId(check_id))
