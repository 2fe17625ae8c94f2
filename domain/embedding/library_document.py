"""
A document of the library: where it is from, how far its newest content got, and which generation readers see.

Two things are kept apart. The *content* is the newest that was handed in; the *visible* generation is what search
reads, and stays until a newer one takes its place as a whole. So a document that is processed anew, or whose new
content can't be read, is found as it was before.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from attrs import evolve, frozen

from domain.jobs.errors import Conflict, InvalidInput
from domain.tenancy import OrganizationId, UserId

DocumentId = NewType("DocumentId", str)
SourceId = NewType("SourceId", str)

LONGEST_LOCATION_BYTES = 2000
"""Of a location in UTF-8: it is part of an index, whose entries Postgres holds to 2,700 bytes."""


class ReviewStatus(StrEnum):
    """How far a document's newest content got, and what people said of it."""

    PROCESSING = "processing"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILED = "failed"


@frozen(kw_only=True)
class Review:
    """What was decided on one content: approved or rejected, *by* whom (None: its source is trusted), and when."""

    verdict: ReviewStatus
    content_hash: str
    by: UserId | None
    at: datetime


@frozen(kw_only=True)
class DocumentPlace:
    """Where a document stands in the list, which begins with the newest; of one moment, the greater id is first."""

    created_at: datetime
    id: DocumentId


@frozen(kw_only=True)
class LibraryDocument:
    """
    One document.

    *location* is a file's name, a path or a URL, unique within its source (no source: it was uploaded). *version* is
    the source's own token for the content. *content_hash* is the SHA-256 of the newest bytes, in hex, *visible_hash*
    that of the bytes which the visible *generation* was made of (0: nothing is visible yet). *failure* says why the
    newest content could not be read. *removed_at*: since when nobody finds it; its rows are still there.
    """

    id: DocumentId
    organization_id: OrganizationId
    source_id: SourceId | None = None
    location: str
    title: str
    media_type: str = ""
    version: str = ""
    content_hash: str
    visible_hash: str = ""
    size_bytes: int
    review_status: ReviewStatus = ReviewStatus.PROCESSING
    review: Review | None = None
    generation: int = 0
    failure: str | None = None
    created_at: datetime
    updated_at: datetime
    removed_at: datetime | None = None

    @property
    def place(self) -> DocumentPlace:
        """Where it stands in the list."""
        return DocumentPlace(created_at=self.created_at, id=self.id)

    @property
    def is_approved(self) -> bool:
        """
        Whether what readers see was approved: the question of a search for approved evidence.

        Not the same as the status, which speaks of the newest content: while that is processed, or when it failed, the
        approved one before it is still evidence.
        """
        return self.generation > 0 and self._verdict_on(self.visible_hash) is ReviewStatus.APPROVED

    @property
    def is_findable(self) -> bool:
        """Whether searches find what is visible of it: not removed, and not rejected."""
        is_rejected = self._verdict_on(self.visible_hash) is ReviewStatus.REJECTED
        return self.removed_at is None and self.generation > 0 and not is_rejected

    def _verdict_on(self, content_hash: str) -> ReviewStatus | None:
        return self.review.verdict if self.review and self.review.content_hash == content_hash else None


def with_content(
    document: LibraryDocument, *, content_hash: str, size_bytes: int, version: str = "", now: datetime
) -> LibraryDocument:
    """Return the document with new content, to be processed; what is visible stays; one that was removed is back."""
    return evolve(
        document,
        content_hash=content_hash,
        size_bytes=size_bytes,
        version=version,
        review_status=ReviewStatus.PROCESSING,
        failure=None,
        removed_at=None,
        updated_at=now,
    )


def swapped_in(
    document: LibraryDocument, *, content_hash: str, title: str, is_trusted: bool = False, now: datetime
) -> LibraryDocument:
    """
    Return the document with its next generation visible, made of the content with this hash.

    What was decided on the same content before holds for it: making it anew (for another embedding model, say) asks
    nobody again. Other content waits for a person, unless its source *is_trusted*.

    Raises:
        Conflict: the document has newer content by now, or was removed; this generation is not to be seen.
    """
    if document.content_hash != content_hash or document.removed_at:
        reason = "was removed" if document.removed_at else "has newer content"
        raise Conflict(
            f"document {document.id} {reason} meanwhile; what was made of its earlier content is thrown away"
        )
    known = document.review if document.review and document.review.content_hash == content_hash else None
    if known is None and is_trusted:
        known = Review(verdict=ReviewStatus.APPROVED, content_hash=content_hash, by=None, at=now)
    return evolve(
        document,
        title=title or document.title,
        generation=document.generation + 1,
        visible_hash=content_hash,
        review_status=known.verdict if known else ReviewStatus.PENDING,
        review=known or document.review,
        failure=None,
        updated_at=now,
    )


def failed(document: LibraryDocument, *, content_hash: str, reason: str, now: datetime) -> LibraryDocument:
    """Return the document with the reason why this content can't be used; unchanged where there is newer content."""
    if document.content_hash != content_hash:
        return document
    return evolve(document, review_status=ReviewStatus.FAILED, failure=reason, updated_at=now)


def checked_location(location: str) -> str:
    """
    Return the location.

    Raises:
        InvalidInput: it is empty, too long, or holds what can't be shown.
    """
    length = len(location.encode(errors="replace"))
    if not location.strip():
        raise InvalidInput("location: it is empty; expected a file's name, a path or a URL")
    if length > LONGEST_LOCATION_BYTES:
        raise InvalidInput(
            f"location {location[:60]!r}...: {length} bytes; expected at most {LONGEST_LOCATION_BYTES}; shorten it"
        )
    if not location.isprintable():
        raise InvalidInput(f"location {location[:60]!r}: it has characters that can't be shown; use another name")
    return location
