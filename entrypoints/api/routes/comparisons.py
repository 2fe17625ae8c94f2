"""/v1/comparisons: two runs, test by test."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from adapters.reports.comparison_page import comparison_policy
from domain.tenancy import TenantContext
from entrypoints.api.callers import Reader, Services
from entrypoints.api.checking import at
from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.api.problems import documented
from entrypoints.api.streaming import in_blocks, page_headers
from entrypoints.api.summaries import TheSummaries
from entrypoints.comparisons import Side, compared, side_of
from entrypoints.container import Antiphon
from entrypoints.pair_rows import PairIndex

router = APIRouter(prefix="/v1/comparisons", tags=["results"])

Words = Annotated[ComparisonWords, Query()]
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}


@router.get("", operation_id="compare_runs", responses=documented(404, 409))
def compare_runs(caller: Reader, antiphon: Services, summaries: TheSummaries, words: Words) -> dict[str, object]:
    """
    Compare a run with a new one: what changed, and whether it is more than chance.

    The document is the one that `antiphon runs compare --json` prints (docs/json-output.md).
    """
    before, after = _sides(antiphon, caller, words)
    with summaries.place():
        return compared(before, after, words).document()


@router.get(
    "/report.html",
    operation_id="download_comparison",
    response_class=StreamingResponse,
    responses=documented(404, 409) | _PAGE,
)
def download_comparison(caller: Reader, antiphon: Services, summaries: TheSummaries, words: Words) -> StreamingResponse:
    """Compare two runs in a page, every test side by side; it runs no script but its own, and loads nothing."""
    before, after = _sides(antiphon, caller, words)
    index = PairIndex()
    with summaries.place():
        found = compared(before, after, words, on_pair=index.add)
    pieces = found.page(index, antiphon.store, caller)
    name = f"comparison-{before.view.job.id[:8]}-{after.view.job.id[:8]}.html"
    return StreamingResponse(
        in_blocks(pieces), media_type="text/html", headers=page_headers(comparison_policy(), name=name)
    )


def _sides(antiphon: Antiphon, caller: TenantContext, words: ComparisonWords) -> tuple[Side, Side]:
    with at("/query/base_target"):
        before = side_of(antiphon, caller, str(words.base), target=words.base_target)
    with at("/query/new_target"):
        return before, side_of(antiphon, caller, str(words.new), target=words.new_target)
