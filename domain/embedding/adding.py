"""Handing documents in: new ones, new versions of those there are, and files that are there already."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from attrs import evolve, frozen

from domain.embedding.library_document import (
    DocumentId,
    LibraryDocument,
    ReviewStatus,
    checked_location,
    with_content,
)
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.jobs.errors import Conflict, InvalidInput
from domain.jobs.events import DocumentCreated
from domain.jobs.ports import Clock, Doorbell, IdSource
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext

MOST_BYTES = 25_000_000
"""Of one document: what is larger is not read by anybody as one."""


class Change(StrEnum):
    """What handing a file in came to."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@frozen(kw_only=True)
class Upload:
    """A file as it was handed in: *name* is what its sender calls it, *media_type* what they say it is."""

    name: str
    content: bytes
    media_type: str = ""


@frozen(kw_only=True)
class Added:
    """The document of a file that was handed in, and what that changed."""

    document: LibraryDocument
    change: Change


@frozen(kw_only=True)
class Adding:
    """Takes files in. They are read and embedded after the commit, by whoever hears of them (`DocumentCreated`)."""

    library: Library
    clock: Clock
    ids: IdSource
    audit: AuditLog
    doorbell: Doorbell

    def add(self, tenant: TenantContext, upload: Upload) -> Added:
        """
        Store a file as a document. Its name is what it is known by: other content under it is its new version.

        The same content again changes nothing, unless it could not be read before, or was removed.

        Raises:
            InvalidInput: a name that can't be one, a file that is empty or too large.
        """
        checked_location(upload.name)
        _check_size(upload)
        content_hash = hashlib.sha256(upload.content).hexdigest()
        try:
            return self._add(tenant, upload, content_hash)
        except Conflict:  # somebody handed in a new document of that name at the same moment; it is there now
            return self._add(tenant, upload, content_hash)

    def _add(self, tenant: TenantContext, upload: Upload, content_hash: str) -> Added:
        with self.library.begin(tenant) as work:
            known = work.documents.at(None, upload.name, lock=True)
            if known and _has(known, content_hash):
                return Added(document=known, change=Change.UNCHANGED)
            if known:
                added = Added(document=self._renewed(work, known, upload, content_hash), change=Change.UPDATED)
            else:
                added = Added(document=self._created(work, tenant, upload, content_hash), change=Change.CREATED)
            work.contents.put(added.document.id, upload.content)
            work.outbox.add(DocumentCreated(document_id=added.document.id), now=self.clock.now())
            self._note(work, tenant, added)
            work.commit()
        self.doorbell.ring()
        return added

    def _created(
        self, work: LibraryUnitOfWork, tenant: TenantContext, upload: Upload, content_hash: str
    ) -> LibraryDocument:
        now = self.clock.now()
        document = LibraryDocument(
            id=DocumentId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            location=upload.name,
            title=upload.name,
            media_type=upload.media_type,
            content_hash=content_hash,
            size_bytes=len(upload.content),
            created_at=now,
            updated_at=now,
        )
        work.documents.add(document)
        return document

    def _renewed(
        self, work: LibraryUnitOfWork, known: LibraryDocument, upload: Upload, content_hash: str
    ) -> LibraryDocument:
        now, size_bytes = self.clock.now(), len(upload.content)
        renewed = with_content(known, content_hash=content_hash, size_bytes=size_bytes, now=now)
        document = evolve(renewed, media_type=upload.media_type or known.media_type)
        work.documents.put(document)
        return document

    def _note(self, work: LibraryUnitOfWork, tenant: TenantContext, added: Added) -> None:
        action = "document.added" if added.change is Change.CREATED else "document.renewed"
        details = {"name": added.document.location, "content_hash": added.document.content_hash}
        self.audit.note(work, tenant, action=action, subject=f"document {added.document.id}", details=details)


def _has(known: LibraryDocument, content_hash: str) -> bool:
    is_read = known.review_status is ReviewStatus.PROCESSING or known.visible_hash == content_hash
    return known.removed_at is None and known.content_hash == content_hash and is_read


def _check_size(upload: Upload) -> None:
    if not upload.content.strip():
        raise InvalidInput(f"file {upload.name!r}: it is empty; hand in one that says something")
    if len(upload.content) > MOST_BYTES:
        raise InvalidInput(
            f"file {upload.name!r}: it has {len(upload.content) / 1e6:.1f} MB; expected at most "
            f"{MOST_BYTES / 1e6:g} MB; split it into several documents"
        )
