"""/v1/jobs/{id}/items: the items of a job."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from domain.jobs.item import ItemNo, ItemState
from entrypoints.api.callers import Reader, Services
from entrypoints.api.conditional import TAGGED, Tagging
from entrypoints.api.cursors import LARGEST_NUMBER, cursor
from entrypoints.api.documents.items import ItemDetailDocument, ItemDocument, item_detail_document, item_document
from entrypoints.api.paging import After, Limit, Page, numbered, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.routes.jobs import TheJob

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.get("/{job_id}/items", operation_id="list_items", responses=documented(404))
def list_items(
    caller: Reader,
    antiphon: Services,
    job_id: TheJob,
    limit: Limit = 50,
    after: After = None,
    state: Annotated[list[ItemState], Query(max_length=6, description="Only items in these states.")] = [],  # noqa: B006  # FastAPI copies it
    verdict: Annotated[
        list[Annotated[str, Query(max_length=100)]],
        Query(max_length=10, description="Only items with these verdicts.", examples=[["fail"]]),
    ] = [],  # noqa: B006  # FastAPI copies it
) -> Page[ItemDocument]:
    """List items in the order of the plan."""
    items = antiphon.records.items(
        caller,
        job_id,
        after=position(after, lambda no: ItemNo(numbered(no))),
        limit=limit + 1,
        states=state,
        verdicts=verdict,
    )
    return page_of([item_document(item) for item in items], limit=limit, place=lambda item: cursor(item.no))


@router.get(
    "/{job_id}/items/{no}",
    operation_id="get_item",
    response_model=ItemDetailDocument,
    responses={**TAGGED, **documented(404)},
)
def get_item(
    caller: Reader,
    antiphon: Services,
    job_id: TheJob,
    no: Annotated[int, Path(ge=0, le=LARGEST_NUMBER, description="The item's number in the plan.")],
    tagging: Tagging,
) -> Response:
    """Look at an item: what was handed in, and what came out."""
    return tagging.answer(item_detail_document(antiphon.records.item(caller, job_id, ItemNo(no))))
