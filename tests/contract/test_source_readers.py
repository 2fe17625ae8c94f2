"""Contract of everything that reads a documentation source, of whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.embedding.selection import Selection
from domain.embedding.source_ports import Entry, Fetched, SourceReader
from domain.embedding.sync_plan import is_same_version
from domain.jobs.errors import ItemFailure
from tests.contract.opening_sources import PLACES, Opening
from tests.contract.source_places import GitPlace, Place


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of every kind, with two documents."""
    with PLACES[request.param](tmp_path / "place") as found:
        found.write("refunds", "Refunds are made within fourteen days of the return of what was bought.")
        found.write("shipping", "Shipping takes three working days, and five to islands without an airport.")
        yield found


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Opening]:
    """What opens places."""
    found = Opening(copies=tmp_path / "copies")
    yield found
    found.close()


def listed(reader: SourceReader) -> dict[str, Entry]:
    """Return what is listed, by location."""
    return {entry.location: entry for entry in reader.entries()}


def fetched(reader: SourceReader, entry: Entry, *, known: str = "") -> Fetched:
    """Return a document's content."""
    found = reader.fetch(entry, known=known, deadline_s=10)
    assert isinstance(found, Fetched)
    return found


def test_every_document_is_listed_and_fetched(place: Place, opening: Opening) -> None:
    """A source is worth what it lists: all of it, and the bytes that are there."""
    reader = opening.open(place)
    entries = listed(reader)

    assert {place.location("refunds"), place.location("shipping")} <= set(entries)
    assert b"fourteen days" in fetched(reader, entries[place.location("refunds")]).content


def test_a_change_changes_what_is_fetched_and_a_version_that_is_listed(place: Place, opening: Opening) -> None:
    """A version that outlives a change of the content hides it for ever."""
    entry = listed(opening.open(place))[place.location("refunds")]
    before = fetched(opening.open(place), entry)

    place.write("refunds", "Refunds are made within thirty days of the return of what was bought.")
    reader = opening.open(place)
    after = listed(reader)[place.location("refunds")]

    assert not is_same_version(before.version, after.version)
    assert b"thirty days" in fetched(reader, after, known=before.version).content


def test_what_was_removed_is_not_listed(place: Place, opening: Opening) -> None:
    """Only a listing says that something is gone."""
    place.remove("refunds")

    assert place.location("refunds") not in listed(opening.open(place))


def test_a_document_that_is_gone_since_it_was_listed_is_a_failure_of_its_own(place: Place, opening: Opening) -> None:
    """It must not be taken for an empty document, nor stop the others."""
    reader = opening.open(place)
    entry = listed(reader)[place.location("refunds")]
    place.remove("refunds")

    if isinstance(place, GitPlace):  # it still has what the listing named
        assert b"fourteen days" in fetched(reader, entry).content
    else:
        with pytest.raises(ItemFailure, match="refunds"):
            reader.fetch(entry, known="", deadline_s=10)


def test_a_listing_that_breaks_off_says_so(place: Place, opening: Opening) -> None:
    """Half a listing looks like a source whose other half was deleted."""
    with place.breaks(), pytest.raises(ItemFailure):
        listed(opening.open(place))


def test_only_what_is_wanted_is_listed(place: Place, opening: Opening) -> None:
    """Globs keep drafts and images out of what people search."""
    reader = opening.open(place, selection=Selection(include=("*refund*",), exclude=("draft*",)))

    assert list(listed(reader)) == [place.location("refunds")]


def test_no_secret_is_in_what_a_source_is_shown_as(place: Place, opening: Opening) -> None:
    """Values end in logs and tracebacks."""
    reader, source = opening.open(place), opening.source(place)

    assert "minio-secret-key" not in f"{reader!r} {source!r} {opening.sources!r}"
    assert "S3_SECRET" not in repr(source)
