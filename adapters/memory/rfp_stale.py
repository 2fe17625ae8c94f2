"""Answers that rest on documents which have changed, in memory: the rows of RFPs and of the library side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from adapters.memory.library import MemoryLibrary
from adapters.memory.rfps import MemoryRfpStore
from domain.embedding.library_document import DocumentId, LibraryDocument
from domain.embedding.ports import LibraryUnitOfWork
from domain.jobs.errors import NotFound
from domain.rfp_answering.findings.staleness import StaleAnswer, StaleReason, is_decided_since, stale_reason
from domain.rfp_answering.passage import PassageSource
from domain.rfp_answering.ports import RfpUnitOfWork
from domain.rfp_answering.rfp import RfpId, RfpPlace
from domain.tenancy import TenantContext


@frozen
class MemoryStaleAnswers:
    """`StaleAnswers` over what lives as long as the process."""

    rfps: MemoryRfpStore
    library: MemoryLibrary

    def find(self, tenant: TenantContext, *, limit: int, rfp_id: RfpId | None = None) -> list[StaleAnswer]:
        """Return the answers that rest on what has changed since."""
        with self.rfps.view(tenant) as work:
            sources = work.answers.sources()
        with self.library.view(tenant) as shelves:
            reasons = {one: (_document(shelves, one), reason) for one in sources if (reason := _reason(shelves, one))}
        with self.rfps.view(tenant) as work:
            found = [stale for one, (document, reason) in reasons.items() for stale in _of(work, one, document, reason)]
            places = {one.rfp_id: work.rfps.get(one.rfp_id).place for one in found}
        wanted = [one for one in found if rfp_id in (None, one.rfp_id)]
        wanted.sort(key=lambda one: (one.question.no, one.document_id, one.generation))
        return sorted(wanted, key=lambda one: _age(places[one.rfp_id]), reverse=True)[:limit]


def _age(place: RfpPlace) -> tuple[datetime, RfpId]:
    return place.created_at, place.id


def _document(shelves: LibraryUnitOfWork, source: PassageSource) -> LibraryDocument | None:
    try:
        return shelves.documents.get(DocumentId(source.document_id))
    except NotFound:
        return None


def _reason(shelves: LibraryUnitOfWork, source: PassageSource) -> StaleReason | None:
    document = _document(shelves, source)
    if document is None:
        return StaleReason.REMOVED
    is_removed = document.removed_at is not None
    is_rejected = not is_removed and document.generation > 0 and not document.is_findable
    return stale_reason(source.generation, visible=document.generation, is_removed=is_removed, is_rejected=is_rejected)


def _of(
    work: RfpUnitOfWork, source: PassageSource, document: LibraryDocument | None, reason: StaleReason
) -> Iterator[StaleAnswer]:
    for rfp_id, no in work.answers.resting_on([source]):
        standing = work.answers.of(rfp_id, no)
        if document is not None and is_decided_since(standing.decision, document.updated_at):
            continue
        yield StaleAnswer(
            rfp_id=rfp_id,
            rfp_name=work.rfps.get(rfp_id).questionnaire.name,
            question=standing.question,
            decision=standing.decision.kind if standing.decision else None,
            document_id=source.document_id,
            title=document.title if document else "",
            generation=source.generation,
            visible=document.generation if document else 0,
            reason=reason,
        )
