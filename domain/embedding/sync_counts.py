"""
A sync in numbers: always added up from the rows of its job, and from nothing else.

A document's item ends with a verdict that says what came of it. Items that stand for several documents say how many, as
in `skipped:500`, so that the ledger's own count of verdicts is the count of documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from attrs import frozen

from domain.embedding.sync_items import step_of, tail_of
from domain.embedding.sync_plan import Deletions, Finish
from domain.jobs.aggregate import Tally
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import Job, JobId
from domain.jobs.ports import Ledger, Store
from domain.tenancy import TenantContext

CREATED, UPDATED, SKIPPED, DELETED, HELD = "created", "updated", "skipped", "deleted", "held"


@frozen(kw_only=True)
class SyncCounts:
    """
    What a sync has done so far, in documents. *total* is None until the source is listed.

    *unconfirmed* documents have vanished and wait for a person's word; *held* ones have, and wait for a sync in which
    nothing goes wrong; *is_empty*: the listing held nothing, and so nothing was believed.
    """

    created: int = 0
    updated: int = 0
    skipped: int = 0
    deleted: int = 0
    failed: int = 0
    total: int | None = None
    unconfirmed: int = 0
    held: int = 0
    is_empty: bool = False

    FIELDS: ClassVar[tuple[str, ...]] = ("created", "updated", "skipped", "deleted", "failed", "processed", "total")

    @property
    def processed(self) -> int:
        """Documents of the listing that are done with."""
        return self.created + self.updated + self.skipped + self.failed

    def document(self) -> dict[str, object]:
        """Return the numbers as JSON."""
        numbers: dict[str, object] = {name: getattr(self, name) for name in self.FIELDS}
        return {**numbers, "unconfirmed": self.unconfirmed, "held": self.held, "is_empty": self.is_empty}


def verdict(what: str, *, count: int = 1) -> str:
    """Return the verdict of an item that stands for *count* documents."""
    return what if count == 1 else f"{what}:{count}"


def counts_of(tally: Tally, *, end: Finish | None, failed_otherwise: int) -> SyncCounts:
    """
    Return a job's numbers: from its tally, the *end* of its plan (None while that is written).

    *failed_otherwise*: how many of the failed items stand for no document of the listing.
    """
    documents: Counter[str] = Counter()
    for word, items in tally.verdicts.items():
        what, _, count = word.partition(":")
        documents[what] += items * int(count or 1)
    vanished = end.vanished if end else 0
    return SyncCounts(
        created=documents[CREATED],
        updated=documents[UPDATED],
        skipped=documents[SKIPPED],
        deleted=documents[DELETED],
        failed=tally.failed - failed_otherwise,
        total=end.listed if end else None,
        unconfirmed=vanished if end and end.deletions is Deletions.UNCONFIRMED else 0,
        held=documents[HELD],
        is_empty=end is not None and end.deletions is Deletions.EMPTY,
    )


@frozen(kw_only=True)
class SyncReports:
    """Reads the numbers of syncs."""

    store: Store

    def counts(self, tenant: TenantContext, jobs: Iterable[Job]) -> dict[JobId, SyncCounts]:
        """Return the numbers of syncs as they are now; of each a few rows are read, however many documents it has."""
        with self.store.view(tenant) as work:
            return {job.id: _counted(work.ledger, job) for job in jobs}


def _counted(ledger: Ledger, job: Job) -> SyncCounts:
    tally, rows = ledger.tally(job.id), tail_rows(ledger, job)
    if not rows:
        return counts_of(tally, end=None, failed_otherwise=0)
    end = step_of(rows[-1].input)
    assert isinstance(end, Finish), "the last item of a sync is its end"
    otherwise = sum(row.state is ItemState.FAILED for row in rows)
    return counts_of(tally, end=end, failed_otherwise=otherwise)


def tail_rows(ledger: Ledger, job: Job) -> Sequence[Item]:
    """Return the items of a sync that are no documents: deletions and the end; none while its plan is written."""
    if not job.planned:
        return ()
    last = job.planned - 1
    (end,) = ledger.get(job.id, [ItemNo(last)])
    first = tail_of(end.input)
    return ledger.get(job.id, [ItemNo(no) for no in range(first, job.planned)])
