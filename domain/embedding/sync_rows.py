"""What items of a sync need to know of each other: what comes last waits for all documents, and hears of failures."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.embedding.sync_counts import tail_rows
from domain.embedding.sync_items import step_of
from domain.embedding.sync_plan import Take
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemNo, ItemState
from domain.jobs.job import JobId
from domain.jobs.ports import Store
from domain.tenancy import TenantContext

PAGE = 500
OF_THE_DOCUMENT = frozenset({FailureKind.BAD_INPUT, FailureKind.TOO_LARGE})
"""What is wrong with one document, and says nothing about the source or the models."""


@frozen(kw_only=True)
class SyncRows:
    """Reads the rows of one sync."""

    store: Store
    tenant: TenantContext
    job_id: JobId

    def open_documents(self) -> int:
        """Return how many items for documents have not ended."""
        with self.store.view(self.tenant) as work:
            tally = work.ledger.tally(self.job_id)
            tail = tail_rows(work.ledger, work.jobs.get(self.job_id))
        return tally.pending + tally.running - sum(not row.state.is_end for row in tail)

    def doubt(self) -> str:
        """Return why what is known of the source may be wrong, or may not be complete; empty: it is not."""
        cancelled = self._rows(ItemState.CANCELLED)
        if cancelled:
            return "the sync was cancelled"
        others = [location for location, failure in self.failed().items() if failure.kind not in OF_THE_DOCUMENT]
        if not others:
            return ""
        many = f" and {len(others) - 1} more" if len(others) > 1 else ""
        return f"{others[0]}{many} could not be fetched or embedded"

    def failed(self) -> dict[str, Failure]:
        """Return the locations of documents that failed, each with the reason."""
        found = [(row, step_of(row.input)) for row in self._rows(ItemState.FAILED)]
        return {
            step.entry.location: row.outcome.failure
            for row, step in found
            if isinstance(step, Take) and row.outcome is not None and row.outcome.failure is not None
        }

    def _rows(self, state: ItemState) -> Sequence[Item]:
        rows: list[Item] = []
        after: ItemNo | None = None
        while True:
            with self.store.view(self.tenant) as work:
                page = work.ledger.page(self.job_id, after=after, limit=PAGE, states=[state])
            rows += page
            if len(page) < PAGE:
                return rows
            after = page[-1].no
