"""Contract of syncs over every kind of source: what happens to its documents happens in the library, and is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.jobs.job import JobStatus
from tests.contract.building import US
from tests.contract.opening_sources import PLACES, Opening
from tests.contract.source_places import GitPlace, Place
from tests.contract.syncing import Syncing

NAMES = ("billing", "cookies", "refunds", "returns", "shipping")
TEXT = "The chapter on {name} says what everybody in the shop has to know of {name}, in a sentence or two."


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of every kind, with five documents."""
    with PLACES[request.param](tmp_path / "place") as found:
        for name in NAMES:
            found.write(name, TEXT.format(name=name))
        yield found


@pytest.fixture
def syncing(place: Place, tmp_path: Path) -> Iterator[Syncing]:
    """A library whose source the place is, in step with it."""
    opening = Opening(copies=tmp_path / "copies")
    found = Syncing(opening, place)
    found.sync()
    yield found
    opening.close()


def others(syncing: Syncing) -> int:
    """Return how many documents of the source are none of ours: a repository is never without one."""
    return len(syncing.read()) - len(NAMES)


def test_the_first_sync_creates_everything(syncing: Syncing) -> None:
    """All documents are there, with vectors, and counted as created."""
    counts = syncing.counts()

    assert (counts.created, counts.updated, counts.skipped, counts.failed) == (len(syncing.read()), 0, 0, 0)
    assert {syncing.place.location(name) for name in NAMES} <= set(syncing.read())
    assert "refunds" in syncing.read()[syncing.place.location("refunds")]


def test_the_second_sync_skips_all_and_writes_nothing(syncing: Syncing) -> None:
    """A nightly sync of an unchanged source costs a listing: no embedding, no row of the library."""
    before, calls = syncing.documents(), syncing.embedders.calls

    counts = syncing.sync()

    assert counts.skipped == counts.total == len(before)
    assert syncing.documents() == before
    assert syncing.embedders.calls == calls
    assert syncing.job().status is JobStatus.COMPLETED


def test_an_edit_is_one_update(syncing: Syncing) -> None:
    """Readers see the new text, and only that document was taken."""
    syncing.place.write("refunds", "Refunds are made within thirty days, by the way the money came.")

    counts = syncing.sync()

    assert (counts.created, counts.updated, counts.deleted) == (0, 1, 0)
    assert counts.skipped == len(NAMES) - 1 + others(syncing)
    assert "thirty days" in syncing.read()[syncing.place.location("refunds")]


def test_a_rename_is_one_creation_and_one_deletion_without_embedding(syncing: Syncing) -> None:
    """What was only moved is counted as what it looks like, and paid for once."""
    calls, there = syncing.embedders.calls, len(syncing.read())
    syncing.place.write("renamed", TEXT.format(name="refunds"))
    syncing.place.remove("refunds")

    counts = syncing.sync()

    assert (counts.created, counts.updated, counts.deleted, counts.skipped) == (1, 0, 1, there - 1)
    assert syncing.embedders.calls == calls
    assert syncing.place.location("renamed") in syncing.read()
    assert syncing.place.location("refunds") not in syncing.read()


def test_a_deletion_is_one_deletion(syncing: Syncing) -> None:
    """Nobody quotes any more what was taken away."""
    syncing.place.remove("refunds")

    counts = syncing.sync()

    assert (counts.created, counts.updated, counts.deleted, counts.failed) == (0, 0, 1, 0)
    assert syncing.place.location("refunds") not in syncing.read()


def test_what_comes_back_is_created_again(syncing: Syncing) -> None:
    """Its tombstone is lifted: the same document, not a second one of its name."""
    location = syncing.place.location("refunds")
    before = syncing.documents()[location]
    syncing.place.remove("refunds")
    syncing.sync()
    syncing.place.write("refunds", TEXT.format(name="refunds"))

    counts = syncing.sync()

    assert (counts.created, counts.deleted) == (1, 0)
    assert syncing.documents()[location].id == before.id
    assert location in syncing.read()


def test_what_was_touched_is_skipped_and_its_version_kept(syncing: Syncing) -> None:
    """The content decides, and the next sync does not fetch it once more."""
    calls, before = syncing.embedders.calls, syncing.documents()
    syncing.place.touch("refunds")

    counts = syncing.sync()
    after = syncing.documents()
    again = syncing.sync()

    assert counts.skipped == counts.total == again.skipped
    assert syncing.embedders.calls == calls
    assert {location: found.generation for location, found in after.items()} == {
        location: found.generation for location, found in before.items()
    }
    assert syncing.documents() == after


def test_a_listing_that_dies_deletes_nothing(syncing: Syncing) -> None:
    """Half a listing is no listing: the job fails with the reason, and readers see what they saw."""
    before = syncing.read()

    with syncing.place.breaks():
        job = syncing.syncs.start(US, syncing.source.id)
        syncing.run_for(minutes=20)

    assert syncing.kernel.job(job.id).status is JobStatus.FAILED
    assert syncing.read() == before


def test_an_empty_listing_deletes_nothing_even_if_that_is_confirmed(syncing: Syncing) -> None:
    """An unmounted folder and an emptied bucket look like a source whose documents were all deleted."""
    before = syncing.read()

    with syncing.place.empties():
        unasked, asked = syncing.sync(), syncing.sync(confirms_deletions=True)

    if isinstance(syncing.place, GitPlace):  # it keeps its README: five of six are gone, and five are few
        return
    assert unasked.is_empty
    assert asked.is_empty
    assert syncing.read() == before


def test_what_a_person_removed_stays_away_until_it_changes(syncing: Syncing) -> None:
    """A sync that brought back every night what somebody had taken out would make the removal worth nothing."""
    location = syncing.place.location("refunds")
    syncing.remove(location)

    unchanged = syncing.sync()
    still_away = location not in syncing.read()
    syncing.place.write("refunds", "Refunds are made within thirty days, by the way the money came.")
    changed = syncing.sync()

    assert still_away
    assert unchanged.skipped == unchanged.total
    assert changed.created == 1
    assert "thirty days" in syncing.read()[location]
