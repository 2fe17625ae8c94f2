"""Contract of the library's store: documents, their contents, texts and chunks, of one organization at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from adapters.identifiers import UuidSource
from adapters.memory.clock import ManualClock
from adapters.memory.organizations import MemoryDirectory
from domain.embedding.adding import Adding, Change, Upload
from domain.embedding.library_document import DocumentId, Review, ReviewStatus, SourceId
from domain.embedding.ports import Library
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.events import DocumentCreated
from domain.organizations.audit_entry import AuditEntry, AuditEntryId
from domain.organizations.audit_log import AuditLog
from domain.tenancy import UserId
from pipelines.bell import RelayBell
from tests.contract.building import NOW, THEM, US, KernelStore, after
from tests.contract.library_building import TEXT, a_document, add_document, ids, make_visible, pieces

SOURCE = SourceId("source-1")
FULL = a_document(
    2,
    source_id=SOURCE,
    location="docs/ä b.md",
    media_type="text/markdown",
    version="etag-1",
    visible_hash="hash-2",
    generation=3,
    review_status=ReviewStatus.APPROVED,
    review=Review(verdict=ReviewStatus.APPROVED, content_hash="hash-2", by=UserId("ada"), at=after(9)),
    failure="it was encrypted",
    removed_at=after(99),
)


def test_a_document_is_read_as_it_was_stored(library: Library) -> None:
    """What is lost between row and value is lost for ever."""
    for document in (a_document(1), FULL, attrs.evolve(FULL, id=DocumentId("3"), location="c", review=None)):
        add_document(library, document)

        with library.view(US) as work:
            assert work.documents.get(document.id) == document


def test_a_review_by_nobody_stays_one_by_nobody(library: Library) -> None:
    """A trusted source approves by itself; a name would say that somebody had looked."""
    by_source = Review(verdict=ReviewStatus.APPROVED, content_hash="hash-1", by=None, at=NOW)
    document = add_document(library, a_document(1, review=by_source))

    with library.view(US) as work:
        assert work.documents.get(document.id).review == by_source


def test_changes_are_kept_and_undone(library: Library) -> None:
    """A unit of work that is left without commit has changed nothing."""
    document = add_document(library, a_document())
    changed = attrs.evolve(document, title="Refunds", review_status=ReviewStatus.FAILED, failure="broken")

    with library.begin(US) as work:
        work.documents.put(changed)
    with library.view(US) as work:
        assert work.documents.get(document.id) == document

    with library.begin(US) as work:
        work.documents.put(changed)
        work.commit()
    with library.view(US) as work:
        assert work.documents.get(document.id) == changed


def test_a_view_is_not_committed(library: Library) -> None:
    """Whoever reads must not change by mistake."""
    with library.view(US) as work, pytest.raises(RuntimeError):
        work.commit()


def test_what_is_not_there_is_not_found(library: Library) -> None:
    """Unknown ids are refused by name, and a change of nothing is no success."""
    unknown = DocumentId("00000000-0000-4000-8000-0000000000ff")
    with library.begin(US) as work:
        for attempt in (
            lambda: work.documents.get(unknown),
            lambda: work.documents.put(a_document(9)),
            lambda: work.contents.get(unknown),
            lambda: work.texts.get(unknown, 1),
        ):
            with pytest.raises(NotFound):
                attempt()
        assert work.documents.at(None, "nowhere.md") is None
        assert work.chunks.of(unknown, 1) == []


def test_a_location_is_taken_once_in_each_source(library: Library) -> None:
    """Two documents of one file would both be found, and only one of them be up to date; a removed one is the same."""
    add_document(library, a_document(1, location="a.md", removed_at=NOW))
    add_document(library, a_document(2, location="a.md", source_id=SOURCE))

    with library.begin(US) as work:
        for again in (a_document(3, location="a.md"), a_document(4, location="a.md", source_id=SOURCE)):
            with pytest.raises(Conflict, match=r"a\.md"):
                work.documents.add(again)
        work.documents.add(a_document(5, location="b.md"))
        work.commit()
    with library.view(US) as work:
        uploaded, synced = work.documents.at(None, "a.md"), work.documents.at(SOURCE, "a.md", lock=False)
        assert uploaded is not None
        assert synced is not None
        assert ids([uploaded, synced]) == [1, 2]


def test_pages_are_newest_first_and_go_on_behind_the_last(library: Library) -> None:
    """Keyset paging: nothing twice and nothing left out, also among documents of one moment."""
    for number in (1, 2, 3, 4, 5):
        add_document(library, a_document(number, created_at=after(min(number, 3))))
    add_document(library, a_document(6, removed_at=NOW))

    with library.view(US) as work:
        first = work.documents.page(limit=2)
        second = work.documents.page(before=first[-1].place, limit=2)
        third = work.documents.page(before=second[-1].place, limit=2)

    assert [ids(page) for page in (first, second, third)] == [[5, 4], [3, 2], [1]]


def test_pages_can_be_of_one_status_and_source(library: Library) -> None:
    """Who reviews wants what waits for review, and of one source."""
    for number in (1, 2, 3, 4):
        source = SOURCE if number > 2 else None
        status = ReviewStatus.PENDING if number % 2 else ReviewStatus.APPROVED
        add_document(library, a_document(number, source_id=source, review_status=status))

    with library.view(US) as work:
        assert ids(work.documents.page(limit=9, status=ReviewStatus.PENDING)) == [3, 1]
        assert ids(work.documents.page(limit=9, source_id=SOURCE)) == [4, 3]
        assert ids(work.documents.page(limit=9, source_id=SOURCE, status=ReviewStatus.PENDING)) == [3]


def test_a_source_is_gone_through_by_location(library: Library) -> None:
    """A sync compares two sorted lists, and must see tombstones: the order is that of the bytes on every store."""
    for number, location in enumerate(("b/1.md", "B.md", "a.md", "ä.md"), start=1):
        add_document(library, a_document(number, source_id=SOURCE, location=location, removed_at=NOW))
    add_document(library, a_document(9))

    with library.view(US) as work:
        first = work.documents.of_source(SOURCE, limit=3)
        rest = work.documents.of_source(SOURCE, after=first[-1].location, limit=3)

    assert [one.location for one in (*first, *rest)] == ["B.md", "a.md", "b/1.md", "ä.md"]


def test_documents_are_found_by_the_start_of_their_id(library: Library) -> None:
    """People type the first characters; a removed one is not offered."""
    for number in (1, 2):
        add_document(library, a_document(number))
    add_document(library, a_document(3, removed_at=NOW))

    with library.view(US) as work:
        assert work.documents.find("00000001") == [a_document(1).id]
        assert work.documents.find("0000000") == [a_document(1).id, a_document(2).id]
        assert work.documents.find("00000003") == []


def test_of_contents_the_newest_is_kept(library: Library) -> None:
    """The bytes come back exactly; whatever they hold."""
    document, newest = add_document(library, a_document()), bytes(range(256)) * 10
    with library.begin(US) as work:
        work.contents.put(document.id, b"old")
        work.contents.put(document.id, newest)
        work.commit()

    with library.view(US) as work:
        assert work.contents.get(document.id) == newest


def test_chunks_are_cut_from_the_text_of_their_generation(library: Library) -> None:
    """Offsets count characters on every store, beyond the basic plane too."""
    document = make_visible(library, add_document(library, a_document()))

    with library.view(US) as work:
        assert work.texts.get(document.id, 1) == TEXT
        assert work.chunks.of(document.id, 1) == pieces(TEXT)
        assert work.chunks.of(document.id, 1, after=1, limit=2) == pieces(TEXT)[2:4]
        assert work.chunks.count(document.id, 1) == len(pieces(TEXT))
        assert work.chunks.count(document.id, 2) == 0


def test_older_generations_are_forgotten_and_no_others(library: Library) -> None:
    """A swap leaves what readers see, and of no other document takes anything."""
    documents = [add_document(library, a_document(number)) for number in (1, 2)]
    first, other = (make_visible(library, document) for document in documents)
    second = make_visible(library, first)

    with library.begin(US) as work:
        work.chunks.forget_before(first.id, second.generation)
        work.commit()
    with library.view(US) as work:
        assert work.chunks.count(first.id, 1) == 0
        assert work.chunks.count(first.id, 2) == work.chunks.count(other.id, 1) == len(pieces(TEXT))
        with pytest.raises(NotFound):
            work.texts.get(first.id, 1)


def test_facts_and_audit_belong_to_the_same_transaction(library: Library, store: KernelStore) -> None:
    """A document without its message is never embedded; a message without its document fails for ever."""
    entry = AuditEntry(id=AuditEntryId("e"), at=NOW, user_id=US.user_id, action="document.added", subject="a.md")
    for is_committed in (False, True):
        with library.begin(US) as work:
            work.documents.add(a_document())
            work.outbox.add(DocumentCreated(document_id=a_document().id), now=NOW)
            work.entries.add(entry)
            if is_committed:
                work.commit()
        told = store.take_facts(now=after(1), hold_until=after(2), limit=9)
        with library.view(US) as work:
            assert len(work.documents.page(limit=9)) == len(work.entries.page(before=None, limit=9)) == is_committed

        assert [one.message for one in told] == [DocumentCreated(document_id=a_document().id)] * is_committed


def test_a_new_file_that_many_hand_in_at_once_is_one_document(library: Library, store: KernelStore) -> None:
    """Whoever comes second hears that it is there, and not that something went wrong."""
    clock, ids = ManualClock(NOW), UuidSource()
    audit = AuditLog(directory=MemoryDirectory(), clock=clock, ids=ids)
    adding = Adding(library=library, clock=clock, ids=ids, audit=audit, doorbell=RelayBell())
    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(lambda _: adding.add(US, Upload(name="a.md", content=b"words")), range(6)))

    assert sorted(one.change for one in added) == [Change.CREATED, *[Change.UNCHANGED] * 5]
    assert len({one.document.id for one in added}) == 1
    assert len(store.take_facts(now=after(1), hold_until=after(2), limit=9)) == 1


def test_organizations_have_libraries_of_their_own(library: Library) -> None:
    """The same ids and names may be there twice, and nobody sees the other's."""
    ours = make_visible(library, add_document(library, a_document()))
    theirs = add_document(library, a_document(tenant=THEM, title="theirs"))

    with library.begin(THEM) as work:
        assert work.documents.page(limit=9) == [theirs]
        assert work.documents.get(ours.id) == theirs
        assert work.chunks.of(ours.id, 1) == []
        work.chunks.forget_before(ours.id, 9)
        work.commit()
    with library.view(US) as work:
        assert work.chunks.count(ours.id, 1) == len(pieces(TEXT))
