"""What people do with documents: look at them, approve or reject what readers see of them, and take them away."""

from __future__ import annotations

from attrs import evolve, frozen

from domain.embedding.chunk import StoredChunk
from domain.embedding.library_document import (
    DocumentId,
    DocumentPlace,
    LibraryDocument,
    Review,
    ReviewStatus,
    SourceId,
)
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.ports import Clock
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class DocumentFilter:
    """Which documents are wanted: of a status, of a source, with an id that begins so."""

    status: ReviewStatus | None = None
    source_id: SourceId | None = None
    id_prefix: str = ""


@frozen(kw_only=True)
class Reviewing:
    """The documents of a library, for those who look after them. Each decision is in the audit log."""

    library: Library
    clock: Clock
    audit: AuditLog

    def page(
        self,
        tenant: TenantContext,
        *,
        wanted: DocumentFilter,
        before: DocumentPlace | None = None,
        limit: int,
    ) -> list[LibraryDocument]:
        """Return documents that are there, the newest first, from just behind *before*; by the start of the id, ten."""
        with self.library.view(tenant) as work:
            if wanted.id_prefix:
                found = [work.documents.get(document_id) for document_id in work.documents.find(wanted.id_prefix)]
                return [] if before else [one for one in found if _is_wanted(one, wanted)][:limit]
            return work.documents.page(before=before, limit=limit, status=wanted.status, source_id=wanted.source_id)

    def get(self, tenant: TenantContext, document_id: DocumentId) -> LibraryDocument:
        """
        Return the document.

        Raises:
            NotFound: there is none of this id in this organization, or it was removed.
        """
        with self.library.view(tenant) as work:
            return there(work, document_id)

    def text(self, tenant: TenantContext, document_id: DocumentId) -> tuple[LibraryDocument, str]:
        """
        Return the document, and what readers see of it.

        Raises:
            NotFound: there is no such document, or nothing of it can be seen yet.
        """
        with self.library.view(tenant) as work:
            document = there(work, document_id)
            if document.generation == 0:
                raise NotFound(f"document {document_id} has no text yet: it is {document.review_status}")
            return document, work.texts.get(document_id, document.generation)

    def chunks(
        self, tenant: TenantContext, document_id: DocumentId, *, after: int | None = None, limit: int
    ) -> list[StoredChunk]:
        """
        Return the pieces of what readers see of a document, in their order, from just behind the ordinal *after*.

        Raises:
            NotFound: there is no such document.
        """
        with self.library.view(tenant) as work:
            return work.chunks.of(document_id, there(work, document_id).generation, after=after, limit=limit)

    def approve(
        self, tenant: TenantContext, document_id: DocumentId, *, generation: int | None = None
    ) -> LibraryDocument:
        """
        Let what readers see of the document be evidence.

        *generation* is what was looked at, where that is known: newer content is not approved unseen.

        Raises:
            NotFound: there is no such document.
            Conflict: nothing of it is visible, other content is under way or failed, or another generation is visible.
        """
        return self._decide(tenant, document_id, ReviewStatus.APPROVED, generation)

    def reject(
        self, tenant: TenantContext, document_id: DocumentId, *, generation: int | None = None
    ) -> LibraryDocument:
        """
        Say that what readers see of the document is no evidence; it stays, and search can leave it out.

        Raises: as `approve`; but what was visible before newer content failed may be rejected.
        """
        return self._decide(tenant, document_id, ReviewStatus.REJECTED, generation)

    def remove(self, tenant: TenantContext, document_id: DocumentId) -> None:
        """
        Let nobody find the document any more. Its rows stay, so that handing it in again finds what was decided.

        Raises:
            NotFound: there is no such document.
        """
        with self.library.begin(tenant) as work:
            document = there(work, document_id, lock=True)
            now = self.clock.now()
            work.documents.put(evolve(document, removed_at=now, updated_at=now))
            self._note(work, tenant, document, "removed")
            work.commit()

    def _decide(
        self, tenant: TenantContext, document_id: DocumentId, verdict: ReviewStatus, generation: int | None
    ) -> LibraryDocument:
        with self.library.begin(tenant) as work:
            document = there(work, document_id, lock=True)
            _check_decidable(document, verdict, generation)
            now = self.clock.now()
            review = Review(verdict=verdict, content_hash=document.visible_hash, by=tenant.user_id, at=now)
            decided = evolve(document, review=review, review_status=verdict, updated_at=now)
            work.documents.put(decided)
            self._note(work, tenant, document, verdict.value)
            work.commit()
        return decided

    def _note(self, work: LibraryUnitOfWork, tenant: TenantContext, document: LibraryDocument, deed: str) -> None:
        details = {"name": document.location, "content_hash": document.visible_hash}
        self.audit.note(work, tenant, action=f"document.{deed}", subject=f"document {document.id}", details=details)


def _is_wanted(document: LibraryDocument, wanted: DocumentFilter) -> bool:
    return wanted.status in (None, document.review_status) and wanted.source_id in (None, document.source_id)


def there(work: LibraryUnitOfWork, document_id: DocumentId, *, lock: bool = False) -> LibraryDocument:
    """
    Return a document that was not removed.

    Raises:
        NotFound: there is none, as for one that never was.
    """
    document = work.documents.get(document_id, lock=lock)
    if document.removed_at is not None:
        raise NotFound(f"document {document_id} was removed; hand it in again to have it back")
    return document


def _check_decidable(document: LibraryDocument, verdict: ReviewStatus, generation: int | None) -> None:
    if document.review_status is ReviewStatus.PROCESSING:
        raise Conflict(f"document {document.id}: its newest content is still read; wait until it is pending")
    if document.generation == 0:
        raise Conflict(f"document {document.id}: nothing of it can be seen ({document.failure}); hand in a better file")
    if document.review_status is ReviewStatus.FAILED and verdict is ReviewStatus.APPROVED:
        raise Conflict(
            f"document {document.id}: its newest content could not be read ({document.failure}); hand in a better "
            "file, and approve that"
        )
    if generation not in (None, document.generation):
        raise Conflict(
            f"document {document.id}: generation {generation} was looked at, and {document.generation} is there by "
            "now; look at that one"
        )
