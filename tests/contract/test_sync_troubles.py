"""What may go wrong in a sync, and what readers see then: what they saw before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from attrs import evolve

from domain.embedding.ingesting import Ingested
from domain.embedding.library_document import ReviewStatus
from domain.embedding.taking import Taking
from domain.jobs.errors import Conflict, FailureKind, NotFound, PermanentFailure
from domain.jobs.item import Document
from domain.jobs.job import JobStatus
from domain.jobs.usage import NOTHING, Usage
from tests.contract.building import US, KernelStore
from tests.contract.ingesting_documents import BROKEN
from tests.contract.opening_sources import Opening
from tests.contract.source_places import FolderPlace
from tests.contract.syncing import Syncing

TEXT = "The chapter on {name} says what everybody in the shop has to know of {name}, in a sentence or two."
FEW, MANY = 5, 25


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    """A folder with a few documents."""
    found = FolderPlace(tmp_path / "handbook")
    for no in range(FEW):
        found.write(f"page-{no}", TEXT.format(name=f"matter {no}"))
    return found


@pytest.fixture
def syncing(place: FolderPlace, tmp_path: Path) -> Syncing:
    """A library in step with it."""
    found = Syncing(Opening(copies=tmp_path / "copies"), place)
    found.sync()
    return found


def fill(syncing: Syncing, count: int) -> None:
    """Let the source have so many documents."""
    for no in range(count):
        syncing.place.write(f"page-{no}", TEXT.format(name=f"matter {no}"))
    syncing.sync()


def test_a_document_that_is_itself_broken_holds_nothing_up(syncing: Syncing) -> None:
    """One encrypted file would else keep every deleted document in the answers for ever."""
    path = syncing.place.location("page-0")
    (Path(syncing.place.settings.location) / path).write_bytes(BROKEN)
    syncing.place.remove("page-1")

    counts = syncing.sync()

    assert (counts.failed, counts.deleted, counts.held) == (1, 1, 0)
    assert "matter 0" in syncing.read()[path]
    assert syncing.documents()[path].review_status is ReviewStatus.FAILED


def test_a_failed_document_is_tried_again_and_mended(syncing: Syncing) -> None:
    """Its version is the same, and it has failed: being skipped for that would hide the failure."""
    path = syncing.place.location("page-0")
    (Path(syncing.place.settings.location) / path).write_bytes(BROKEN)

    first, second = syncing.sync(), syncing.sync()
    syncing.place.write("page-0", "Mended words about matter 0.")
    third = syncing.sync()

    assert (first.failed, second.failed, third.updated, third.failed) == (1, 1, 1, 0)
    assert syncing.read()[path].startswith("Mended")


@pytest.mark.parametrize("at", [0, 2, FEW - 1])
def test_a_listing_that_breaks_off_changes_nothing(syncing: Syncing, at: int) -> None:
    """Wherever it ends, no document is taken from it and none is deleted for it."""
    before = syncing.documents()
    syncing.place.write("page-0", "Something else about matter 0.")

    def breaks(no: int) -> None:
        if no == at:
            raise PermanentFailure("the connection is gone", kind=FailureKind.CONNECTION)

    syncing.trouble.listed = breaks
    job = syncing.syncs.start(US, syncing.source.id)
    syncing.run()

    assert syncing.kernel.job(job.id).status is JobStatus.FAILED
    assert syncing.documents() == before


def test_a_crash_between_fetch_and_swap_leaves_the_old_document(
    syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies with the new text in hand: readers have the old one, and the next sync makes it one update."""
    path = syncing.place.location("page-0")
    syncing.place.write("page-0", "Something else about matter 0.")
    real = Taking._ingested
    died: list[str] = []

    def dies(self: Taking, document: object, content: bytes, **rest: object) -> Ingested:
        if not died:
            died.append(syncing.read()[path])
            raise KeyboardInterrupt
        return real(self, document, content, **rest)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(Taking, "_ingested", dies)
    counts = syncing.sync()
    again = syncing.sync()

    assert "matter 0" in died[0]
    assert not died[0].startswith("Something")
    assert (counts.failed, again.updated) == (1, 1)
    assert syncing.read()[path].startswith("Something")


def test_an_attempt_that_is_made_again_says_what_the_first_would_have_said(syncing: Syncing) -> None:
    """A worker that died after the swap has done the work; the count must not say that nothing was new."""
    syncing.place.write("page-0", "Something else about matter 0.")
    syncing.place.write("page-9", "Words about matter 9.")
    job = syncing.syncs.start(US, syncing.source.id)
    syncing.kernel.planner.start(US, job.id)
    runner = syncing.family.prepare(US, syncing.kernel.job(job.id))
    items = syncing.kernel.items(job.id)
    for item in items[:-2]:  # the last ones wait for the others
        runner.run(item, deadline_s=60, keep=nothing_kept)

    second = [runner.run(item, deadline_s=60, keep=nothing_kept).verdict for item in items[:-2]]

    assert sorted(filter(None, second)) == ["created", "updated"]


def nothing_kept(progress: Document, usage: Usage = NOTHING) -> None:
    """Keep nothing."""


def test_all_sources_are_synced_but_those_that_are(syncing: Syncing) -> None:
    """A crashed or long sync of one source holds up no other, and is not started twice."""
    other = syncing.sources.add(US, "other", evolve(syncing.place.settings, most_documents=7))
    running = syncing.syncs.start(US, syncing.source.id)

    found = syncing.syncs.start_all(US)

    assert set(found.queued) == {other.name}
    assert found.skipped == (syncing.source.name,)
    syncing.run()
    assert syncing.kernel.job(running.id).status is JobStatus.COMPLETED
    assert set(syncing.syncs.start_all(US).queued) == {"handbook", "other"}


def test_a_source_that_is_synced_is_neither_changed_nor_removed(syncing: Syncing) -> None:
    """A sync reads by the settings that it was planned with."""
    syncing.syncs.start(US, syncing.source.id)

    for move in (
        lambda: syncing.sources.change(US, syncing.source.id, is_trusted=True),
        lambda: syncing.sources.remove(US, syncing.source.id),
        lambda: syncing.syncs.undo_deletions(US, syncing.source.id),
    ):
        with pytest.raises(Conflict, match="being synced"):
            move()


def test_a_removed_source_takes_its_documents_with_it(syncing: Syncing) -> None:
    """And gives them back without an embedding when it is added again."""
    calls = syncing.embedders.calls

    removed = syncing.sources.remove(US, syncing.source.id)
    gone = syncing.read()
    syncing.source = syncing.sources.add(US, syncing.source.name, syncing.place.settings)
    counts = syncing.sync()

    assert (removed, gone, counts.created) == (FEW, {}, FEW)
    assert syncing.embedders.calls == calls
    with pytest.raises(NotFound):
        syncing.sources.find(US, "nobody")


def test_what_a_trusted_source_brings_is_approved(syncing: Syncing) -> None:
    """Nobody reviews what somebody has vouched for as a whole."""
    syncing.sources.change(US, syncing.source.id, is_trusted=True)
    syncing.place.write("page-9", "Words about matter 9.")

    syncing.sync()

    approved = {location for location, found in syncing.documents().items() if found.is_approved}
    assert approved == {syncing.place.location("page-9")}


def test_more_than_a_source_may_have_is_no_listing(syncing: Syncing) -> None:
    """A part of the documents would look like the deletion of all others."""
    settings = evolve(syncing.place.settings, most_documents=FEW - 1)
    syncing.sources.change(US, syncing.source.id, settings=settings)

    syncing.syncs.start(US, syncing.source.id)
    syncing.run()

    assert syncing.job().status is JobStatus.FAILED
    assert "--most-documents" in (syncing.job().failure or "")
    assert len(syncing.read()) == FEW


def test_ten_thousand_unchanged_documents_are_few_items(syncing: Syncing) -> None:
    """What the listing shows to be unchanged must not cost a row of the ledger each."""
    fill(syncing, 600)

    counts = syncing.sync()

    assert counts.skipped == counts.total == 600
    assert len(syncing.kernel.items(syncing.job().id)) == 3


def test_the_second_sync_writes_no_row_of_the_library(store: KernelStore, place: FolderPlace, tmp_path: Path) -> None:
    """Not even a version of the library: what is cached of it stays good."""
    syncing = Syncing(Opening(copies=tmp_path / "copies"), place, store=store)
    syncing.sync()
    before = rows_of_library(store)

    syncing.sync()

    assert rows_of_library(store) == before


def rows_of_library(store: KernelStore) -> object:
    """Return all rows of the library's tables in a SQLite file; elsewhere nothing."""
    engine = getattr(store, "engine", None)
    if engine is None or engine.dialect.name != "sqlite":
        return None
    with sqlite3.connect(engine.url.database) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in names if name.startswith(("library_", "documentation_"))]
        assert "library_version" in ours
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in ours}
