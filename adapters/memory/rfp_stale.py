"""Answers that rest on documents which have changed, in memory: the rows of RFPs and of the library side by side."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from adapters.memory.library import MemoryLibrary
from adapters.memory.rfps import MemoryRfpStore, MemoryRfpUnitOfWork
from domain.embedding.library_document import DocumentId, LibraryDocument
from domain.embedding.ports import LibraryUnitOfWork
from domain.jobs.errors import NotFound
from domain.rfp_answering.findings.staleness import StaleAnswer, StaleReason, is_decided_since, stale_reason
from domain.rfp_answering.passage import PassageSource, sources_of
from domain.rfp_answering.rfp import Rfp, RfpId
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class _Resting:
    """An answer, and one of the contents that its newest draft quotes."""

    rfp: Rfp
    standing: Standing
    source: PassageSource


@frozen
class MemoryStaleAnswers:
    """`StaleAnswers` over what lives as long as the process."""

    rfps: MemoryRfpStore
    library: MemoryLibrary

    def find(self, tenant: TenantContext, *, limit: int, rfp_id: RfpId | None = None) -> list[StaleAnswer]:
        """Return the answers that rest on what has changed since."""
        with self.rfps.view(tenant) as work:
            resting = [one for one in _resting(work) if rfp_id in (None, one.rfp.id)]
        with self.library.view(tenant) as shelves:
            return [stale for one in resting if (stale := _stale(one, shelves)) is not None][:limit]


def _resting(work: MemoryRfpUnitOfWork) -> Iterator[_Resting]:
    for rfp in sorted(work.rows.rfps.values(), key=lambda one: (one.created_at, one.id), reverse=True):
        for standing in work.answers.page(rfp.id, limit=len(rfp.questionnaire.questions)):
            quoted = sources_of(standing.draft.draft.quotes) if standing.draft else ()
            for source in sorted(quoted, key=lambda one: (one.document_id, one.generation)):
                yield _Resting(rfp=rfp, standing=standing, source=source)


def _stale(resting: _Resting, shelves: LibraryUnitOfWork) -> StaleAnswer | None:
    document, decision = _document(shelves, resting.source), resting.standing.decision
    reason = _reason(resting.source, document)
    if reason is None or (document is not None and is_decided_since(decision, document.updated_at)):
        return None
    return StaleAnswer(
        rfp_id=resting.rfp.id,
        rfp_name=resting.rfp.questionnaire.name,
        question=resting.standing.question,
        decision=decision.kind if decision else None,
        document_id=resting.source.document_id,
        title=document.title if document else "",
        generation=resting.source.generation,
        visible=document.generation if document else 0,
        reason=reason,
    )


def _document(shelves: LibraryUnitOfWork, source: PassageSource) -> LibraryDocument | None:
    try:
        return shelves.documents.get(DocumentId(source.document_id))
    except NotFound:
        return None


def _reason(source: PassageSource, document: LibraryDocument | None) -> StaleReason | None:
    if document is None:
        return StaleReason.REMOVED
    is_removed = document.removed_at is not None
    is_rejected = not is_removed and document.generation > 0 and not document.is_findable
    return stale_reason(source.generation, visible=document.generation, is_removed=is_removed, is_rejected=is_rejected)
