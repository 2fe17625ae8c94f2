"""/v1/comparisons: two runs, test by test."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from domain.test_execution.comparison_document import comparison_document
from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.test_set import Gates
from entrypoints.api.callers import Reader, Services
from entrypoints.api.checking import at
from entrypoints.api.problems import documented
from entrypoints.api.summaries import TheSummaries
from entrypoints.comparisons import compared, side_of

router = APIRouter(prefix="/v1/comparisons", tags=["results"])

Run = Annotated[UUID, Query(description="The id of a run that has ended.")]
Target = Annotated[
    str | None, Query(max_length=100, description="The one target that is compared; usually each with its namesake.")
]


@router.get("", operation_id="compare_runs", responses=documented(404, 409))
def compare_runs(
    caller: Reader,
    antiphon: Services,
    summaries: TheSummaries,
    base: Run,
    new: Run,
    base_target: Target = None,
    new_target: Target = None,
    alpha: Annotated[float, Query(gt=0, le=0.5, description="How often chance may look like a difference.")] = 0.05,
    no_regression: Annotated[bool, Query(description="Gate: no fall that is more than chance.")] = False,
    min_pass_rate: Annotated[float | None, Query(ge=0, le=1, description="Gate: of the new run.")] = None,
    min_pass_rate_lower: Annotated[float | None, Query(ge=0, le=1, description="Gate: of the new run.")] = None,
) -> dict[str, object]:
    """
    Compare a run with a new one: what changed, and whether it is more than chance.

    The document is the one that `antiphon runs compare --json` prints (docs/json-output.md).
    """
    with at("/query/base_target"):
        before = side_of(antiphon, caller, str(base), target=base_target)
    with at("/query/new_target"):
        after = side_of(antiphon, caller, str(new), target=new_target)
    of_new = Gates(min_pass_rate=min_pass_rate, min_pass_rate_lower=min_pass_rate_lower)
    gates = ComparisonGates(no_regression=no_regression, of_new=of_new)
    with summaries.place():
        found = compared(before, after, alpha=alpha, gates=gates)
    jobs = before.view.job, after.view.job
    return comparison_document(found.comparison, base=jobs[0], new=jobs[1], gates=found.gates, names=found.names)
