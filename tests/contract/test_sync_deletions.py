"""What a sync deletes, what it asks about first, and how that is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.embedding.source_ports import Entry
from domain.jobs.errors import Conflict, FailureKind, PermanentFailure
from domain.jobs.job import JobStatus
from tests.contract.building import US
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


def failing(kind: FailureKind) -> Callable[[Entry], None]:
    """Return what lets page 0 fail."""

    def fail(entry: Entry) -> None:
        if "page-0" in entry.location:
            raise PermanentFailure("it can't be fetched", kind=kind)

    return fail


def test_many_deletions_wait_for_a_person(syncing: Syncing) -> None:
    """A wrong path or a lost permission looks like mass deletion: nothing goes before somebody has said so."""
    fill(syncing, MANY + 5)
    before = syncing.read()
    for no in range(MANY):
        syncing.place.remove(f"page-{no}")

    asked = syncing.sync()
    seen = syncing.read()
    status = syncing.job().status
    confirmed = syncing.sync(confirms_deletions=True)

    assert (asked.unconfirmed, asked.deleted, asked.failed, asked.skipped) == (MANY, 0, 0, 5)
    assert status is JobStatus.PARTIAL
    assert seen == before
    assert (confirmed.deleted, confirmed.unconfirmed) == (MANY, 0)
    assert len(syncing.read()) == 5


def test_deletions_are_undone(syncing: Syncing) -> None:
    """All that one sync took away is found again, with its vectors; what was taken away earlier stays away."""
    syncing.place.remove("page-0")
    syncing.sync()
    before = syncing.read()
    syncing.kernel.clock.advance(60)
    syncing.place.remove("page-1")
    syncing.place.remove("page-2")
    syncing.sync()

    restored = syncing.syncs.undo_deletions(US, syncing.source.id)

    assert restored == 2
    assert syncing.read() == before


def test_after_an_undo_no_deletion_goes_unasked(syncing: Syncing) -> None:
    """The source still does not list what was brought back: the next nightly sync would take it away again."""
    syncing.place.remove("page-1")
    syncing.sync()
    syncing.syncs.undo_deletions(US, syncing.source.id)

    asked = syncing.sync()
    confirmed = syncing.sync(confirms_deletions=True)
    syncing.place.remove("page-2")
    trusted_again = syncing.sync()

    assert (asked.unconfirmed, asked.deleted) == (1, 0)
    assert confirmed.deleted == trusted_again.deleted == 1


def test_a_source_that_lists_everything_again_is_trusted_again(syncing: Syncing) -> None:
    """Once the mount is back, nothing is left to be asked about."""
    syncing.place.remove("page-1")
    syncing.sync()
    syncing.syncs.undo_deletions(US, syncing.source.id)
    syncing.place.write("page-1", TEXT.format(name="matter 1"))
    syncing.sync()
    syncing.place.remove("page-2")

    assert syncing.sync().deleted == 1


def test_there_is_nothing_to_undo_twice(syncing: Syncing) -> None:
    """A second undo brings nothing back, and says so."""
    with pytest.raises(Conflict, match="no sync has deleted anything"):
        syncing.syncs.undo_deletions(US, syncing.source.id)


def test_deletions_wait_where_a_document_could_not_be_fetched(syncing: Syncing) -> None:
    """A renamed document whose new self can't be had yet must not lose its old one."""
    before = syncing.read()
    syncing.place.write("page-0", "Something else about matter 0.")
    syncing.place.remove("page-1")

    syncing.trouble.before = failing(FailureKind.SERVER_ERROR)
    counts = syncing.sync()

    assert (counts.failed, counts.deleted, counts.held) == (1, 0, 1)
    assert syncing.read() == before
