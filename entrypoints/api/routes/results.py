"""/v1/jobs/{id}/results: what became of each test of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from attrs import define, field, frozen
from fastapi import APIRouter, Query

from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import JobId
from domain.jobs.ports import Store
from domain.tenancy import TenantContext
from domain.test_execution.test_result import Standing, TestResult, read_result
from entrypoints.api.callers import Reader, Services
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.results import ResultDocument, result_document
from entrypoints.api.paging import After, Limit, Page, numbered, position
from entrypoints.api.problems import documented
from entrypoints.api.routes.jobs import TheJob
from entrypoints.api.summaries import run_of

router = APIRouter(prefix="/v1/jobs", tags=["results"])

MOST_LOOKED_AT = 5_000
"""Rows that one request looks through: what few rows fit is found in several requests, each of them quick."""

_READ = 250
_STATES = {
    Standing.ERROR: ItemState.FAILED,
    Standing.SKIPPED: ItemState.SKIPPED,
    Standing.CANCELLED: ItemState.CANCELLED,
    Standing.RUNNING: ItemState.RUNNING,
    Standing.PENDING: ItemState.PENDING,
}


@router.get("/{job_id}/results", operation_id="list_results", responses=documented(404))
def list_results(
    caller: Reader,
    antiphon: Services,
    job_id: TheJob,
    limit: Limit = 20,
    after: After = None,
    verdict: Annotated[Standing | None, Query(description="Only tests that stand so.")] = None,
    metric: Annotated[
        str | None, Query(max_length=200, description="Only tests with a score of this metric (its name).")
    ] = None,
    tag: Annotated[str | None, Query(max_length=200, description="Only tests with this tag.")] = None,
) -> Page[ResultDocument]:
    """
    List a run's results in the order of its tests.

    A page may hold fewer than `limit`, or none, and still have a `next`: filters look through some rows at a time.
    """
    run_of(antiphon, caller, job_id)
    search = _Search(wanted=_Wanted(verdict=verdict, metric=metric, tag=tag), most=limit)
    behind = position(after, lambda no: ItemNo(numbered(no)))
    found = list(search.among(_rows(antiphon.store, caller, job_id, behind=behind, states=search.wanted.states)))
    return Page(
        items=[result_document(item, result) for item, result in found],
        next=None if search.last is None else cursor(search.last),
    )


@frozen(kw_only=True)
class _Wanted:
    verdict: Standing | None
    metric: str | None
    tag: str | None

    @property
    def states(self) -> Sequence[ItemState]:
        return () if self.verdict is None else (_STATES.get(self.verdict, ItemState.SUCCEEDED),)

    def fits(self, result: TestResult) -> bool:
        return (
            self.verdict in (None, result.standing)
            and (self.metric is None or any(score.metric == self.metric for score in result.scores))
            and (self.tag is None or self.tag in result.tags)
        )


@define(kw_only=True)
class _Search:
    """Looks for rows; *last* is the one to go on behind, None when all were looked at."""

    wanted: _Wanted
    most: int
    last: ItemNo | None = field(default=None, init=False)

    def among(self, rows: Iterator[Item]) -> Iterator[tuple[Item, TestResult]]:
        found = 0
        for looked_at, item in enumerate(rows, start=1):
            if found == self.most:
                return
            self.last = item.no
            result = read_result(item)
            if self.wanted.fits(result):
                found += 1
                yield item, result
            if looked_at == MOST_LOOKED_AT:
                return
        self.last = None


def _rows(
    store: Store, caller: TenantContext, job_id: JobId, *, behind: ItemNo | None, states: Sequence[ItemState]
) -> Iterator[Item]:
    while True:
        with store.view(caller) as work:
            page = work.ledger.page(job_id, after=behind, limit=_READ, states=states)
        yield from page
        if len(page) < _READ:
            return
        behind = page[-1].no
