"""The moves of a document: new content, a generation that becomes visible, a failure, and what was decided on which."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve

from domain.embedding.library_document import (
    LONGEST_LOCATION_BYTES,
    DocumentId,
    LibraryDocument,
    Review,
    ReviewStatus,
    checked_location,
    failed,
    swapped_in,
    with_content,
)
from domain.jobs.errors import Conflict, InvalidInput
from domain.tenancy import OrganizationId, UserId

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NEW = LibraryDocument(
    id=DocumentId("d"),
    organization_id=OrganizationId("us"),
    location="a.md",
    title="a",
    content_hash="first",
    size_bytes=5,
    created_at=NOW,
    updated_at=NOW,
)


def approved(document: LibraryDocument) -> LibraryDocument:
    """Return the document as a person approved it."""
    review = Review(verdict=ReviewStatus.APPROVED, content_hash=document.visible_hash, by=UserId("ada"), at=NOW)
    return evolve(document, review=review, review_status=ReviewStatus.APPROVED)


def swapped(document: LibraryDocument, *, is_trusted: bool = False) -> LibraryDocument:
    """Return the document with its newest content visible."""
    return swapped_in(document, content_hash=document.content_hash, title="T", is_trusted=is_trusted, now=NOW)


def changed(document: LibraryDocument, content_hash: str = "second") -> LibraryDocument:
    """Return the document with other content."""
    return with_content(document, content_hash=content_hash, size_bytes=6, now=NOW)


def test_what_becomes_visible_waits_for_a_person() -> None:
    """Nothing is evidence because somebody handed it in."""
    visible = swapped(NEW)

    assert (visible.generation, visible.visible_hash, visible.title) == (1, "first", "T")
    assert visible.review_status is ReviewStatus.PENDING
    assert not visible.is_approved


def test_a_trusted_source_approves_by_itself() -> None:
    """Who trusts a source wants its documents at once, and the review names nobody."""
    visible = swapped(NEW, is_trusted=True)

    assert visible.is_approved
    assert visible.review == Review(verdict=ReviewStatus.APPROVED, content_hash="first", by=None, at=NOW)


def test_new_content_of_an_approved_document_is_judged_anew() -> None:
    """An approval is of what somebody read, and not of whatever takes its place."""
    under_way = changed(approved(swapped(NEW)))
    visible = swapped(under_way)

    assert under_way.review_status is ReviewStatus.PROCESSING
    assert under_way.is_approved  # the old generation is still what readers see
    assert visible.review_status is ReviewStatus.PENDING
    assert not visible.is_approved


def test_the_same_content_made_anew_stays_approved() -> None:
    """Another embedding model changes no word of what was read."""
    visible = swapped(approved(swapped(NEW)))

    assert visible.generation == 2
    assert visible.review_status is ReviewStatus.APPROVED
    assert visible.is_approved


def test_what_was_rejected_is_not_approved_by_trust() -> None:
    """A person's no to this content is stronger than what is believed of its source."""
    no = Review(verdict=ReviewStatus.REJECTED, content_hash="first", by=UserId("ada"), at=NOW)

    assert swapped(evolve(NEW, review=no), is_trusted=True).review_status is ReviewStatus.REJECTED
    assert swapped(changed(evolve(NEW, review=no)), is_trusted=True).is_approved


def test_a_failure_leaves_what_was_visible() -> None:
    """A broken upload must not take away what was found before."""
    broken = failed(changed(approved(swapped(NEW))), content_hash="second", reason="encrypted", now=NOW)

    assert (broken.review_status, broken.failure) == (ReviewStatus.FAILED, "encrypted")
    assert (broken.generation, broken.is_approved) == (1, True)


def test_new_content_mends_a_failure() -> None:
    """What failed is told as long as it is so."""
    mended = changed(failed(NEW, content_hash="first", reason="encrypted", now=NOW))

    assert (mended.review_status, mended.failure) == (ReviewStatus.PROCESSING, None)


def test_a_late_failure_of_old_content_says_nothing_of_the_new() -> None:
    """Two workers may have two contents of one document in hand."""
    newer = changed(NEW)

    assert failed(newer, content_hash="first", reason="encrypted", now=NOW) == newer


@pytest.mark.parametrize("document", [changed(NEW), evolve(NEW, removed_at=NOW)], ids=["newer content", "removed"])
def test_a_late_generation_takes_no_place(document: LibraryDocument) -> None:
    """Otherwise the older content, or a removed document, would be found again."""
    with pytest.raises(Conflict, match="meanwhile"):
        swapped_in(document, content_hash="first", title="T", now=NOW)


def test_new_content_brings_a_removed_document_back() -> None:
    """A location stands for one document, whatever happened to it before."""
    assert changed(evolve(NEW, removed_at=NOW)).removed_at is None


@pytest.mark.parametrize("location", ["", "  ", "a\nb", "x" * (LONGEST_LOCATION_BYTES + 1), "\N{SNOWMAN}" * 700])
def test_a_location_that_no_index_or_terminal_takes_is_refused(location: str) -> None:
    """Found when it is handed in, and not as a database's error in the middle of a sync."""
    with pytest.raises(InvalidInput, match="location"):
        checked_location(location)
