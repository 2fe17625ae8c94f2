"""
After a job of embedding, or a sync, has ended: no document says that it is processed, when nobody does that any more.

An attempt that fails says so itself. One whose worker was killed, whose time ran out or that was cancelled can't; the
job's end is what is sure to come, whatever happened before, and it is told until this has worked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from attrs import frozen

from domain.embedding.embedding_spec import KIND, EmbeddingSpec
from domain.embedding.library_document import DocumentId, ReviewStatus, failed
from domain.embedding.ports import Library
from domain.embedding.sync_items import step_of
from domain.embedding.sync_plan import Take
from domain.embedding.sync_spec import KIND as SYNC
from domain.embedding.sync_spec import SyncSpec
from domain.jobs.errors import NotFound
from domain.jobs.events import Envelope, JobEnded
from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job, JobStatus
from domain.jobs.ports import Clock, Store
from domain.jobs.relaying import system_context
from domain.tenancy import TenantContext

PAGE = 500
UNUSED_FOR = timedelta(days=30)
"""Content that comes back within that time costs nothing."""
FORGOTTEN = 5_000
_DocumentsOf = Callable[[TenantContext, Job, Sequence[Item]], Mapping[DocumentId, Item]]
_WITHOUT_SUCCESS = (ItemState.FAILED, ItemState.CANCELLED)
CANCELLED = "the job was cancelled before it came to this document; `antiphon library embed` begins again"
SYNC_CANCELLED = "the sync was cancelled before it was done with this document; the next one of its source goes on"


@frozen(kw_only=True)
class Settling:
    """Looks after the documents of jobs that have ended."""

    store: Store
    library: Library
    clock: Clock

    def react(self, envelope: Envelope) -> None:
        """
        Let the documents that the job did not get to their end say so (`Reaction`); again changes nothing.

        Vectors of texts that no document has any more are forgotten, some of them each time.
        """
        fact = envelope.message
        if not isinstance(fact, JobEnded):
            return
        tenant = system_context(envelope.organization_id)
        with self.store.view(tenant) as work:
            try:
                job = work.jobs.get(fact.job_id)
            except NotFound:  # purged since then
                return
        if job.kind not in (KIND, SYNC):
            return
        self._forget_unused(tenant)
        if fact.status is JobStatus.COMPLETED:
            return
        if job.kind == SYNC:
            self._settle_items(tenant, job, self._of_source, cancelled=SYNC_CANCELLED)
            return
        if not fact.planned:  # it never came to items
            named = EmbeddingSpec.from_document(job.spec).documents
            self._settle(tenant, dict.fromkeys(named, job.failure or CANCELLED))
        self._settle_items(tenant, job, _named, cancelled=CANCELLED)

    def _forget_unused(self, tenant: TenantContext) -> None:
        with self.library.begin(tenant) as work:
            if work.vectors.forget_unused(made_before=self.clock.now() - UNUSED_FOR, limit=FORGOTTEN):
                work.commit()

    def _settle_items(self, tenant: TenantContext, job: Job, documents_of: _DocumentsOf, *, cancelled: str) -> None:
        """Settle the documents of items that came to nothing; *documents_of* finds each item's."""
        after = None
        while True:
            with self.store.view(tenant) as work:
                page = work.ledger.page(job.id, after=after, limit=PAGE, states=_WITHOUT_SUCCESS)
            found = documents_of(tenant, job, page)
            self._settle(tenant, {document_id: _reason(item, cancelled) for document_id, item in found.items()})
            if len(page) < PAGE:
                return
            after = page[-1].no

    def _of_source(self, tenant: TenantContext, job: Job, items: Sequence[Item]) -> dict[DocumentId, Item]:
        """Return the documents of a sync's items; a sync knows them by where they are, as many are new to it."""
        source_id = SyncSpec.from_document(job.spec).source_id
        steps = [(item, step_of(item.input)) for item in items]
        with self.library.view(tenant) as work:
            found = [
                (work.documents.at(source_id, step.entry.location), item)
                for item, step in steps
                if isinstance(step, Take)
            ]
        return {document.id: item for document, item in found if document is not None}

    def _settle(self, tenant: TenantContext, reasons: Mapping[DocumentId, str]) -> None:
        with self.library.begin(tenant) as work:
            for document_id in sorted(reasons):  # all who lock documents do it in one order
                try:
                    document = work.documents.get(document_id, lock=True)
                except NotFound:
                    continue
                if document.review_status is ReviewStatus.PROCESSING:
                    now = self.clock.now()
                    reason = reasons[document_id]
                    work.documents.put(failed(document, content_hash=document.content_hash, reason=reason, now=now))
            work.commit()


def _named(_: TenantContext, __: Job, items: Sequence[Item]) -> dict[DocumentId, Item]:
    return {DocumentId(str(item.input["document_id"])): item for item in items}


def _reason(item: Item, cancelled: str) -> str:
    failure = item.outcome.failure if item.outcome else None
    return failure.message if failure else cancelled
