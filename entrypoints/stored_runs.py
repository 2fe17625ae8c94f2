"""Stored test runs: found by the words of a user, their rows streamed in pages."""

from __future__ import annotations

from collections.abc import Iterator

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Item, ItemNo
from domain.jobs.job import JobId
from domain.jobs.ports import Store
from domain.jobs.service import JobView
from domain.tenancy import TenantContext
from domain.test_execution.run import KIND
from entrypoints.container import Antiphon

PAGE = 500


def find_run(antiphon: Antiphon, tenant: TenantContext, words: str) -> JobView:
    """
    Return the test run that *words* name: a job's id, the beginning of it, or `last`.

    Raises:
        NotFound: no job fits.
        InvalidInput: several do, or the job is no test run.
    """
    view = antiphon.jobs.get(tenant, antiphon.jobs.find(tenant, words))
    if view.job.kind != KIND:
        raise InvalidInput(f"job {view.job.id} is of kind {view.job.kind}, not a test run; name one that is")
    return view


def items_of(store: Store, tenant: TenantContext, job_id: JobId) -> Iterator[Item]:
    """Yield the job's rows in order, read in pages: a job may be larger than memory."""
    after: ItemNo | None = None
    while True:
        with store.view(tenant) as work:
            page = work.ledger.page(job_id, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].no
