"""Handing documents in: what is new, what is a new version, what is there already, and what can't be a document."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import define, evolve, field, frozen

from adapters.identifiers import UuidSource
from adapters.memory.clock import ManualClock
from adapters.memory.library import MemoryLibrary
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.store import MemoryStore
from domain.embedding.adding import MOST_BYTES, Added, Adding, Change, Upload
from domain.embedding.library_document import LibraryDocument, ReviewStatus, failed, swapped_in
from domain.embedding.reviewing import DocumentFilter, Reviewing
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.jobs.events import DocumentCreated
from domain.organizations.audit_log import AuditLog
from tests.contract.building import NOW, THEM, US


@define
class CountingBell:
    """A doorbell that counts."""

    rung: int = 0

    def ring(self) -> None:
        """Count."""
        self.rung += 1


@frozen
class Desk:
    """A library in memory, and who hands in and reviews."""

    store: MemoryStore = field(factory=MemoryStore)
    clock: ManualClock = field(factory=lambda: ManualClock(NOW))
    bell: CountingBell = field(factory=CountingBell)
    library: MemoryLibrary = field(init=False)
    adding: Adding = field(init=False)
    reviewing: Reviewing = field(init=False)

    def __attrs_post_init__(self) -> None:
        library, ids = MemoryLibrary(self.store), UuidSource()
        audit = AuditLog(directory=MemoryDirectory(), clock=self.clock, ids=ids)
        adding = Adding(library=library, clock=self.clock, ids=ids, audit=audit, doorbell=self.bell)
        object.__setattr__(self, "library", library)
        object.__setattr__(self, "adding", adding)
        object.__setattr__(self, "reviewing", Reviewing(library=library, clock=self.clock, audit=audit))

    def add(self, content: bytes = b"words", *, name: str = "a.md", media_type: str = "") -> Added:
        """Hand a file in."""
        return self.adding.add(US, Upload(name=name, content=content, media_type=media_type))

    def put(self, document: LibraryDocument) -> LibraryDocument:
        """Store a changed document."""
        with self.library.begin(US) as work:
            work.documents.put(document)
            work.commit()
        return document

    def show(self, document: LibraryDocument) -> LibraryDocument:
        """Make the document's newest content visible."""
        return self.put(swapped_in(document, content_hash=document.content_hash, title="T", now=NOW))

    def facts(self) -> list[object]:
        """Take what is told."""
        taken = self.store.take_facts(now=NOW, hold_until=NOW + timedelta(days=1), limit=99)
        self.store.mark_sent([one.id for one in taken], now=NOW)
        return [one.message for one in taken]

    def deeds(self) -> list[str]:
        """Return what the audit log says was done, by name."""
        with self.library.view(US) as work:
            entries = work.entries.page(before=None, limit=99)
        assert all(entry.user_id == US.user_id for entry in entries)
        return sorted(entry.action for entry in entries)


@pytest.fixture
def desk() -> Desk:
    """A desk with an empty library."""
    return Desk()


def test_a_new_file_is_a_document_that_others_hear_of(desk: Desk) -> None:
    """It is read by whoever hears of it; what nobody hears of stays unread for ever."""
    added = desk.add(b"words", media_type="text/markdown")
    document = added.document

    assert added.change is Change.CREATED
    assert (document.review_status, document.generation) == (ReviewStatus.PROCESSING, 0)
    assert (document.location, document.size_bytes, document.media_type) == ("a.md", 5, "text/markdown")
    assert desk.facts() == [DocumentCreated(document_id=document.id)]
    assert (desk.bell.rung, desk.deeds()) == (1, ["document.added"])
    with desk.library.view(US) as work:
        assert work.documents.get(document.id) == document
        assert work.contents.get(document.id) == b"words"


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """Handing in a folder twice must cost nothing the second time."""
    first = desk.add()
    desk.facts()

    assert desk.add() == Added(document=first.document, change=Change.UNCHANGED)
    assert desk.add(b"words") == desk.add()
    assert desk.facts() == []
    assert desk.bell.rung == 1


def test_other_content_under_the_name_is_a_new_version(desk: Desk) -> None:
    """One document is found, and not two that say different things."""
    first = desk.show(desk.add().document)
    desk.facts()

    second = desk.add(b"other words")

    assert second.change is Change.UPDATED
    assert second.document.id == first.id
    assert (second.document.review_status, second.document.generation) == (ReviewStatus.PROCESSING, 1)
    assert desk.facts() == [DocumentCreated(document_id=first.id)]
    assert desk.deeds() == ["document.added", "document.renewed"]
    with desk.library.view(US) as work:
        assert work.contents.get(first.id) == b"other words"


def test_what_failed_is_tried_again(desk: Desk) -> None:
    """The reason may be gone: a limit was raised, or a model is there now."""
    document = desk.add().document
    desk.put(failed(document, content_hash=document.content_hash, reason="no model", now=NOW))
    desk.facts()

    again = desk.add()

    assert (again.change, again.document.review_status) == (Change.UPDATED, ReviewStatus.PROCESSING)
    assert desk.facts() == [DocumentCreated(document_id=document.id)]


def test_what_was_removed_comes_back(desk: Desk) -> None:
    """And is the same document, for whoever noted its id."""
    document = desk.show(desk.add().document)
    desk.reviewing.remove(US, document.id)

    again = desk.add()

    assert (again.change, again.document.id, again.document.removed_at) == (Change.UPDATED, document.id, None)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("", b"words", "location"),
        ("a\nb.md", b"words", "location"),
        ("a.md", b" \n", "it is empty"),
        ("a.md", b"x" * (MOST_BYTES + 1), "expected at most 25 MB"),
    ],
    ids=["no name", "a name on two lines", "empty", "large"],
)
def test_what_can_not_be_a_document_is_refused_at_once(desk: Desk, name: str, content: bytes, reason: str) -> None:
    """Whoever waits for an answer gets it now, and not from a failed item."""
    with pytest.raises(InvalidInput, match=reason):
        desk.add(content, name=name)
    assert desk.facts() == []


def test_a_person_approves_and_rejects(desk: Desk) -> None:
    """By whom and when is part of it, and in the audit log."""
    document = desk.show(desk.add().document)

    approved = desk.reviewing.approve(US, document.id)
    rejected = desk.reviewing.reject(US, document.id)

    assert (approved.review_status, approved.is_approved) == (ReviewStatus.APPROVED, True)
    assert approved.review
    assert (approved.review.by, approved.review.at, approved.review.content_hash) == (
        US.user_id,
        NOW,
        document.content_hash,
    )
    assert (rejected.review_status, rejected.is_approved) == (ReviewStatus.REJECTED, False)
    assert desk.deeds() == ["document.added", "document.approved", "document.rejected"]


def test_new_content_of_what_was_approved_waits_again(desk: Desk) -> None:
    """And the content from before, handed in again, need not."""
    document = desk.show(desk.add().document)
    desk.reviewing.approve(US, document.id)

    changed = desk.show(desk.add(b"other words").document)
    restored = desk.show(desk.add().document)

    assert (changed.review_status, changed.is_approved) == (ReviewStatus.PENDING, False)
    assert (restored.review_status, restored.is_approved) == (ReviewStatus.APPROVED, True)


def test_nothing_is_approved_unseen(desk: Desk) -> None:
    """Between looking and approving, other content may have come."""
    document = desk.show(desk.add().document)
    newer = desk.show(desk.add(b"other words").document)

    with pytest.raises(Conflict, match="generation 1 was looked at, and 2"):
        desk.reviewing.approve(US, document.id, generation=1)
    assert desk.reviewing.approve(US, newer.id, generation=2).is_approved


def test_what_is_not_ready_is_not_decided(desk: Desk) -> None:
    """There is nothing to look at yet, or what there is will be replaced."""
    document = desk.add().document
    with pytest.raises(Conflict, match="still read"):
        desk.reviewing.reject(US, document.id)

    desk.put(failed(document, content_hash=document.content_hash, reason="encrypted", now=NOW))
    with pytest.raises(Conflict, match=r"nothing of it can be seen \(encrypted\)"):
        desk.reviewing.approve(US, document.id)


def test_what_was_visible_before_a_failure_can_be_rejected_and_not_approved(desk: Desk) -> None:
    """To withdraw must be possible at any time; to approve would look like approving the new content."""
    first = desk.show(desk.add().document)
    second = desk.add(b"other words").document
    desk.put(failed(second, content_hash=second.content_hash, reason="encrypted", now=NOW))

    with pytest.raises(Conflict, match="encrypted"):
        desk.reviewing.approve(US, first.id)
    rejected = desk.reviewing.reject(US, first.id)
    assert rejected.review_status is ReviewStatus.REJECTED
    assert rejected.review
    assert rejected.review.content_hash == first.content_hash  # of what could be seen, and not of what failed
    assert desk.add(b"other words").change is Change.UPDATED  # it was never read


def test_a_removed_document_is_found_by_nobody(desk: Desk) -> None:
    """Neither listed, nor shown, nor removed twice."""
    document = desk.show(desk.add().document)
    desk.reviewing.remove(US, document.id)

    for move in (desk.reviewing.get, desk.reviewing.approve, desk.reviewing.reject, desk.reviewing.remove):
        with pytest.raises(NotFound):
            move(US, document.id)
    assert desk.reviewing.page(US, wanted=DocumentFilter(), limit=9) == []
    assert desk.deeds() == ["document.added", "document.removed"]


def test_documents_are_listed_by_what_is_asked(desk: Desk) -> None:
    """Of a status, and by the start of the id, which is what people type."""
    one, other = desk.show(desk.add(name="a.md").document), desk.add(name="b.md").document

    def listed(wanted: DocumentFilter) -> set[str]:
        return {found.location for found in desk.reviewing.page(US, wanted=wanted, limit=9)}

    assert listed(DocumentFilter(status=ReviewStatus.PENDING)) == {"a.md"}
    assert listed(DocumentFilter(id_prefix=other.id[:8])) == {"b.md"}
    assert listed(DocumentFilter(id_prefix=one.id, status=ReviewStatus.PROCESSING)) == set()
    assert desk.reviewing.page(US, wanted=DocumentFilter(id_prefix=one.id), before=one.place, limit=9) == []


def test_another_organization_has_none_of_it(desk: Desk) -> None:
    """Its own file of the same name is another document."""
    document = desk.show(desk.add().document)
    tenant = evolve(THEM)

    with pytest.raises(NotFound):
        desk.reviewing.approve(tenant, document.id)
    assert desk.adding.add(tenant, Upload(name="a.md", content=b"words")).change is Change.CREATED
