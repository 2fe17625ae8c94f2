"""Rules of a sync's plan that hold for every listing: all is accounted for, and little is ever deleted unasked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from domain.embedding.library_document import DocumentId
from domain.embedding.source_ports import Entry
from domain.embedding.sync_plan import (
    Delete,
    Deletions,
    Finish,
    Known,
    Leave,
    Skip,
    Step,
    Take,
    is_same_version,
    most_deletions,
    steps_of,
)

LOCATIONS = st.integers(0, 60).map(lambda no: f"docs/{no}.md")
VERSIONS = st.sampled_from(["", "v1", "v2", "v3"])
LEAVES = st.builds(Leave, confirmed=st.booleans(), is_held=st.booleans())


@frozen(kw_only=True)
class Case:
    """What the library knows, and what the source lists, perhaps twice."""

    known: dict[str, Known]
    entries: list[Entry]
    leave: Leave


@st.composite
def knowns(draw: st.DrawFn) -> dict[str, Known]:
    """Documents of a source, some of which were removed, or went wrong."""
    locations = draw(st.lists(LOCATIONS, unique=True, max_size=60))
    return {
        location: Known(
            id=DocumentId(f"id of {location}"),
            version=draw(st.sampled_from(["v1", "v2", 'v1 {"etag": "x"}', ""])),
            visible_hash=draw(st.sampled_from(["", "hash"])),
            is_settled=draw(st.booleans()),
            is_there=draw(st.booleans()),
        )
        for location in locations
    }


ENTRIES = st.lists(st.builds(Entry, location=LOCATIONS, version=VERSIONS), max_size=60)
CASES = st.builds(Case, known=knowns(), entries=ENTRIES, leave=LEAVES)


def plan(case: Case) -> list[Step]:
    """Return the case's steps."""
    return list(steps_of(case.known, case.entries, leave=case.leave))


def deleted(steps: list[Step]) -> list[DocumentId]:
    """Return what a plan deletes."""
    return [document for step in steps if isinstance(step, Delete) for document in step.documents]


@given(CASES)
def test_every_listed_document_is_taken_or_skipped_once(case: Case) -> None:
    """What a plan forgets, no run notices: `processed` could never become `total`."""
    steps = plan(case)
    end = steps[-1]

    assert isinstance(end, Finish)
    taken = [step.entry.location for step in steps if isinstance(step, Take)]
    skipped = sum(step.count for step in steps if isinstance(step, Skip))
    assert len(taken) == len(set(taken))
    assert len(taken) + skipped == end.listed == len({entry.location for entry in case.entries})


@given(CASES)
def test_only_what_readers_see_whole_and_unchanged_is_skipped(case: Case) -> None:
    """A document that failed is looked at again, whatever its version; so is one whose version a removal took away."""
    taken = {step.entry.location for step in plan(case) if isinstance(step, Take)}

    first = {entry.location: entry for entry in reversed(case.entries)}
    for location in first.keys() - taken:
        known = case.known[location]
        assert known.is_settled
        assert is_same_version(known.version, first[location].version)


@given(CASES)
def test_nothing_that_is_listed_or_was_removed_before_is_deleted(case: Case) -> None:
    """A deletion is for what is there and is not listed, and for nothing else, once."""
    gone = deleted(plan(case))

    listed = {entry.location for entry in case.entries}
    vanished = {known.id for location, known in case.known.items() if known.is_there and location not in listed}
    assert len(gone) == len(set(gone))
    assert set(gone) in (set(), vanished)


@given(CASES)
def test_unasked_never_more_than_the_cap_is_deleted(case: Case) -> None:
    """The whole promise: at most max(20, 20 %) vanish without a person's word, and at an empty listing nothing."""
    steps = plan(case)
    end, gone = steps[-1], deleted(steps)

    assert isinstance(end, Finish)
    if not case.entries:
        assert not gone
    if not case.leave.confirmed:
        assert len(gone) <= max(20, end.known * 20 // 100)
        assert not (gone and case.leave.is_held)
    assert (end.deletions is Deletions.DELETE) == bool(gone)
    assert bool(end.vanished) == (end.deletions is not Deletions.NONE)


@given(CASES, st.integers(0, 60))
def test_a_listing_that_breaks_off_deletes_nothing(case: Case, at: int) -> None:
    """However far it came: what raises leaves no end of the plan, and deletions stand only there."""

    def breaking() -> Iterator[Entry]:
        yield from case.entries[:at]
        raise OSError("gone")

    steps: list[Step] = []
    with pytest.raises(OSError, match="gone"):
        steps += steps_of(case.known, breaking(), leave=case.leave)

    assert not any(isinstance(step, Delete | Finish) for step in steps)


@given(CASES)
def test_deletions_and_the_end_come_last(case: Case) -> None:
    """What comes last waits for all before it: a renamed document is there anew before its old self goes."""
    kinds = [isinstance(step, Delete | Finish) for step in plan(case)]

    assert kinds == sorted(kinds)


@pytest.mark.parametrize(("known", "most"), [(0, 20), (1, 20), (100, 20), (101, 20), (105, 21), (10_000, 2000)])
def test_the_cap_is_twenty_or_twenty_percent(known: int, most: int) -> None:
    """The number is promised in the documents; rounding is towards asking."""
    assert most_deletions(known) == most
