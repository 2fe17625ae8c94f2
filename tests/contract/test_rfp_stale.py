"""Contract of the question which answers rest on a document that has changed, and of what was answered before."""

from __future__ import annotations

import attrs
import pytest

from adapters.memory.library import MemoryLibrary
from adapters.memory.rfp_stale import MemoryStaleAnswers
from adapters.memory.rfps import MemoryRfpStore
from domain.embedding.library_document import LibraryDocument, Review, ReviewStatus
from domain.embedding.ports import Library
from domain.rfp_answering.findings.staleness import StaleAnswers, StaleReason
from domain.rfp_answering.passage import NOWHERE
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.records import DecisionKind
from tests.contract.building import THEM, US, after
from tests.contract.library_building import a_document
from tests.contract.rfp_building import (
    FIRST,
    SECOND,
    THIRD,
    a_decision,
    a_draft,
    add_records,
    add_rfp,
    an_rfp,
    without_answer,
)


@pytest.fixture
def stale(rfps: RfpStore, library: Library) -> StaleAnswers:
    """The question, over every store."""
    if isinstance(rfps, MemoryRfpStore):
        assert isinstance(library, MemoryLibrary)
        return MemoryStaleAnswers(rfps, library)
    from adapters.database.rfp_stale import SqlStaleAnswers
    from adapters.database.rfps import SqlRfpStore

    assert isinstance(rfps, SqlRfpStore)
    return SqlStaleAnswers(rfps)


def shelve(library: Library, document: LibraryDocument) -> LibraryDocument:
    """Store a document as it is."""
    with library.begin(US) as work:
        if work.documents.at(None, document.location) is None:
            work.documents.add(document)
        else:
            work.documents.put(document)
        work.commit()
    return document


def shelved(library: Library, number: int = 1, *, generation: int = 1) -> LibraryDocument:
    """Store a document that readers see."""
    document = attrs.evolve(a_document(number), generation=generation, visible_hash="h", content_hash="h")
    return shelve(library, document)


def found(stale: StaleAnswers) -> list[tuple[int, StaleReason]]:
    """Return the numbers of the answers that are stale, and why."""
    return [(one.question.no, one.reason) for one in stale.find(US, limit=9)]


def test_an_answer_is_stale_once_its_document_shows_something_else(
    rfps: RfpStore, library: Library, stale: StaleAnswers
) -> None:
    """A policy was changed: whoever promised the old one must hear of it."""
    rfp, document = add_rfp(rfps, an_rfp()), shelved(library)
    add_records(rfps, a_draft(rfp, document=document.id), a_decision(rfp))
    assert stale.find(US, limit=9) == []

    shelve(library, attrs.evolve(document, generation=2, title="Now", updated_at=after(90)))

    (one,) = stale.find(US, limit=9)
    assert (one.rfp_id, one.rfp_name, one.question) == (rfp.id, "rfp.xlsx", rfp.questionnaire.questions[0])
    assert (one.document_id, one.title, one.generation, one.visible) == (document.id, "Now", 1, 2)
    assert (one.reason, one.decision) == (StaleReason.CHANGED, DecisionKind.APPROVED)


def test_what_a_person_stood_up_for_since_is_not_stale(rfps: RfpStore, library: Library, stale: StaleAnswers) -> None:
    """Whoever has looked at it again must not be asked for ever; whoever only rejected it has answered nothing."""
    rfp, document = add_rfp(rfps, an_rfp()), shelved(library)
    add_records(rfps, *(a_draft(rfp, no, document=document.id) for no in (FIRST, SECOND, THIRD)))
    add_records(
        rfps, a_decision(rfp), a_decision(rfp, SECOND, "edited", text="Mine."), a_decision(rfp, THIRD, "rejected")
    )

    shelve(library, attrs.evolve(document, generation=2, updated_at=after(49)))

    assert found(stale) == [(THIRD, StaleReason.CHANGED)]
    shelve(library, attrs.evolve(document, generation=3, updated_at=after(51)))
    assert [no for no, _ in found(stale)] == [FIRST, SECOND, THIRD]


def test_a_quote_of_nothing_rests_on_nothing(rfps: RfpStore, stale: StaleAnswers) -> None:
    """A model made the passage up: the checks have said so, and no document has changed."""
    rfp = add_rfp(rfps, an_rfp())
    made = a_draft(rfp)
    quotes = tuple(attrs.evolve(quote, chunk_id=NOWHERE) for quote in made.draft.quotes)
    assert quotes
    add_records(rfps, attrs.evolve(made, draft=attrs.evolve(made.draft, quotes=quotes)))

    assert stale.find(US, limit=9) == []


def test_evidence_that_was_removed_or_rejected_is_none(rfps: RfpStore, library: Library, stale: StaleAnswers) -> None:
    """Nobody finds it any more, or nobody may rely on it: the same for whoever stands up for the answer."""
    rfp = add_rfp(rfps, an_rfp())
    first, second = shelved(library, 1), shelved(library, 2)
    add_records(rfps, a_draft(rfp, document=first.id), a_draft(rfp, SECOND, document=second.id))
    add_records(rfps, a_draft(rfp, THIRD, document="there-is-none"))

    shelve(library, attrs.evolve(first, removed_at=after(90)))
    review = Review(verdict=ReviewStatus.REJECTED, content_hash="h", by=None, at=after(90))
    shelve(library, attrs.evolve(second, review=review))

    assert found(stale) == [
        (FIRST, StaleReason.REMOVED),
        (SECOND, StaleReason.REJECTED),
        (THIRD, StaleReason.REMOVED),
    ]


def test_a_rejection_of_other_content_says_nothing_of_what_is_seen(
    rfps: RfpStore, library: Library, stale: StaleAnswers
) -> None:
    """Whoever rejected last year's version rejected that one."""
    rfp, document = add_rfp(rfps, an_rfp()), shelved(library)
    add_records(rfps, a_draft(rfp, document=document.id))

    review = Review(verdict=ReviewStatus.REJECTED, content_hash="other", by=None, at=after(90))
    shelve(library, attrs.evolve(document, review=review))

    assert found(stale) == []


def test_only_what_the_newest_draft_quotes_counts(rfps: RfpStore, library: Library, stale: StaleAnswers) -> None:
    """What was drafted anew from what is there now is no worry."""
    rfp, document = add_rfp(rfps, an_rfp()), shelved(library, generation=2)
    add_records(rfps, a_draft(rfp, document=document.id))
    assert found(stale) == [(FIRST, StaleReason.CHANGED)]

    add_records(rfps, without_answer(rfp, version=2))

    assert found(stale) == []


def test_the_newest_rfps_are_first_and_one_can_be_asked_for(
    rfps: RfpStore, library: Library, stale: StaleAnswers
) -> None:
    """What is under way matters more than what was handed in."""
    older, newer = add_rfp(rfps, an_rfp(1)), add_rfp(rfps, an_rfp(2))
    shelved(library)
    add_records(rfps, a_draft(older, document="x"), a_draft(newer, document="x"), a_draft(newer, SECOND, document="y"))

    every = [(one.rfp_id, one.question.no) for one in stale.find(US, limit=9)]

    assert every == [(newer.id, FIRST), (newer.id, SECOND), (older.id, FIRST)]
    assert [one.rfp_id for one in stale.find(US, limit=1)] == [newer.id]
    assert [one.rfp_id for one in stale.find(US, limit=9, rfp_id=older.id)] == [older.id]
    assert stale.find(THEM, limit=9) == []


def test_an_rfp_that_was_removed_rests_on_nothing(rfps: RfpStore, stale: StaleAnswers) -> None:
    """Which documents its answers quoted goes with them; what the other RFPs quote stays."""
    rfp, other = add_rfp(rfps, an_rfp(1)), add_rfp(rfps, an_rfp(2))
    add_records(rfps, a_draft(rfp, document="x"), a_draft(other, document="x"))
    with rfps.begin(US) as work:
        work.rfps.remove(rfp.id)
        work.commit()

    assert [one.rfp_id for one in stale.find(US, limit=9)] == [other.id]


def test_what_was_answered_in_other_rfps_is_read_with_its_answer(rfps: RfpStore) -> None:
    """Somebody has answered that before: but not what was only drafted, or rejected."""
    older, newer, ours = (add_rfp(rfps, an_rfp(number)) for number in (1, 2, 3))
    add_records(rfps, a_draft(older), a_decision(older), a_draft(older, SECOND), a_draft(older, THIRD))
    add_records(rfps, a_decision(older, THIRD), a_decision(older, THIRD, "rejected"))
    add_records(rfps, a_decision(newer, SECOND, "edited", of=0, text="Mine."), a_draft(ours), a_decision(ours))

    with rfps.view(US) as work:
        decided = work.answers.decided(besides=ours.id, limit=9)
        assert work.answers.decided(besides=ours.id, limit=1) == decided[:1]

    assert [(rfp_id, one.question.no, one.answer) for rfp_id, one in decided] == [
        (newer.id, SECOND, "Mine."),
        (older.id, FIRST, "Yes"),
    ]
    with rfps.view(THEM) as work:
        assert work.answers.decided(besides=ours.id, limit=9) == []
