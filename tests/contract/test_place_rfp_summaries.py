"""`antiphon rfp summarize` and what looks at summaries, wherever it acts: here and at a server it is the same."""

from __future__ import annotations

import pytest

from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from domain.rfp_answering.summaries.statements import FoundBy, RowKind
from entrypoints.api.documents.rfp_summaries import SummaryWords
from entrypoints.api.documents.runs import RunOptions
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over
from tests.contract.rfp_library import to_its_end

TENDER = b"""# Tickets

## Dates

Offers must arrive by 14 March 2026.

## Eligibility

Bidders shall be insured for EUR 1 million.
"""
OFFLINE = SummaryWords(model="offline")
NOBODY = "00000000-0000-4000-8000-00000000000a"


def test_a_document_is_summarized_with_a_matrix_that_says_where_each_row_stands(
    antiphon: Antiphon, place: Place
) -> None:
    """The heading and the chunk are what a person looks up."""
    added = place.rfp_summaries.add("tender.md", TENDER)
    assert (added.name, added.title, added.job) == ("tender.md", "Tickets", None)

    job = place.rfp_summaries.start(added.id, OFFLINE)
    assert (job.kind, job.name) == ("document_summary", "tender.md")
    assert to_its_end(antiphon, job.id) == "completed"

    found = place.rfp_summaries.get(added.id)
    assert found.job is not None
    assert (found.job.job_id, found.is_whole, found.authors, found.missing) == (job.id, True, ["extractive"], [])
    assert [(row.no, row.kind, row.date, row.heading_path, row.found_by) for row in found.matrix] == [
        (1, RowKind.DATE, "2026-03-14", ["Tickets", "Dates"], FoundBy.WORDS),
        (2, RowKind.REQUIREMENT, "", ["Tickets", "Dates"], FoundBy.WORDS),
        (3, RowKind.ELIGIBILITY, "", ["Tickets", "Eligibility"], FoundBy.WORDS),
    ]
    assert [section.heading_path for section in found.sections] == [["Tickets", "Dates"], ["Tickets", "Eligibility"]]
    (listed,) = place.rfp_summaries.all()
    assert listed.model_dump() == {name: getattr(found, name) for name in listed.model_dump()} | {
        "job": found.job.model_dump()
    }


def test_the_same_file_is_the_same_summary_and_another_job_of_it_asks_nothing(antiphon: Antiphon, place: Place) -> None:
    """Handing a tender in twice must not pay twice."""
    added = place.rfp_summaries.add("tender.md", TENDER)
    to_its_end(antiphon, place.rfp_summaries.start(added.id, OFFLINE).id)

    assert place.rfp_summaries.add("tender.md", TENDER).id == added.id
    again = place.rfp_summaries.start(added.id, OFFLINE)
    assert to_its_end(antiphon, again.id) == "completed"
    assert place.rfp_summaries.get(added.id).is_whole


def test_a_summary_that_nobody_has_asked_for_is_empty(place: Place) -> None:
    """It says so, and is not taken for one of nothing."""
    added = place.rfp_summaries.add("tender.md", TENDER)

    found = place.rfp_summaries.get(added.id)

    assert (found.is_whole, found.parts, found.matrix, found.sections) == (False, 0, [], [])


def test_while_a_job_is_at_work_no_other_is_started_and_nothing_is_removed(antiphon: Antiphon, place: Place) -> None:
    """Afterwards everything goes, the text first of all."""
    added = place.rfp_summaries.add("tender.md", TENDER)
    job = place.rfp_summaries.start(added.id, OFFLINE)

    with pytest.raises(AlreadyRunning):
        place.rfp_summaries.start(added.id, OFFLINE)
    with pytest.raises(Conflict):
        place.rfp_summaries.remove(added.id)
    to_its_end(antiphon, job.id)
    place.rfp_summaries.remove(added.id)
    assert list(place.rfp_summaries.all()) == []
    with pytest.raises(NotFound):
        place.rfp_summaries.get(added.id)


@pytest.mark.parametrize(
    ("name", "content"), [("a.md", b""), ("a.pdf", b"no PDF"), ("a.docx", b"no Word"), ("a.md", b"\n \n")]
)
def test_what_can_not_be_read_is_refused_by_name(place: Place, name: str, content: bytes) -> None:
    """In the same words on both sides, and nothing is stored."""
    with pytest.raises(InvalidInput, match=name):
        place.rfp_summaries.add(name, content)
    assert list(place.rfp_summaries.all()) == []


def test_what_is_not_there_and_models_that_are_none_are_refused(place: Place) -> None:
    """Before a job is accepted."""
    added = place.rfp_summaries.add("tender.md", TENDER)

    for move in (
        lambda: place.rfp_summaries.get(NOBODY),
        lambda: place.rfp_summaries.remove(NOBODY),
        lambda: place.rfp_summaries.start(NOBODY, OFFLINE),
    ):
        with pytest.raises(NotFound):
            move()
    with pytest.raises(InvalidInput):
        place.rfp_summaries.start(added.id, SummaryWords(model="nobody"))
    assert place.rfp_summaries.get(added.id).job is None


@pytest.mark.parametrize("model", ["nobody", "llm:default", "llm:none/at-all", "openai:gpt-5-mini"])
def test_words_are_checked_before_there_is_a_document(place: Place, model: str) -> None:
    """A refusal that leaves a document behind has changed something; the same words start nothing either."""
    with pytest.raises(InvalidInput, match="model") as refused:
        place.rfp_summaries.check(SummaryWords(model=model))
    assert place.rfp_summaries.check(OFFLINE).author == place.rfp_summaries.check(SummaryWords()).author == "extractive"
    assert place.rfp_summaries.check(SummaryWords(model="scripted:echo")).author == "scripted:echo"
    assert list(place.rfp_summaries.all()) == []
    added = place.rfp_summaries.add("tender.md", TENDER)
    with pytest.raises(InvalidInput) as of_job:
        place.rfp_summaries.start(added.id, SummaryWords(model=model))
    assert str(of_job.value) == str(refused.value)


def test_options_of_the_job_are_kept(antiphon: Antiphon, place: Place) -> None:
    """What a summary may cost is said before it begins."""
    added = place.rfp_summaries.add("tender.md", TENDER)

    job = place.rfp_summaries.start(added.id, SummaryWords(model="offline", options=RunOptions(max_requests=7)))

    assert job.options.max_requests == 7
    assert to_its_end(antiphon, job.id) == "completed"


@pytest.mark.parametrize("at", ["here", "server"])
def test_ids_are_found_by_their_beginning_and_readers_only_read(antiphon: Antiphon, at: str) -> None:
    """A key that may read starts nothing; on this machine it is the operator's."""
    with place_over(antiphon, at=at) as place:
        added = place.rfp_summaries.add("tender.md", TENDER)
        assert [one.id for one in place.rfp_summaries.all(id_prefix=added.id[:8])] == [added.id]
        assert list(place.rfp_summaries.all(id_prefix="ffffffff-ffff")) == []
    if at == "server":
        with place_over(antiphon, at=at, scopes=frozenset({"read"})) as reader:
            assert reader.rfp_summaries.get(added.id).id == added.id
            with pytest.raises(Forbidden):
                reader.rfp_summaries.start(added.id, OFFLINE)
            with pytest.raises(Forbidden):
                reader.rfp_summaries.remove(added.id)
