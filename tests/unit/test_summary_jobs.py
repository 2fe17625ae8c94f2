"""Summaries through the kernel: they end truthfully, say what is missing, and pay for no reply twice."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import (
    AlreadyRunning,
    Conflict,
    Deferred,
    FailureKind,
    InvalidInput,
    NotFound,
    PermanentFailure,
)
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import JobStatus
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.rfp_answering.summaries.statements import FoundBy, RowKind
from tests.contract.building import THEM, US
from tests.unit.summary_world import MODEL, TENDER, SummaryWorld, honest


def refusing(word: str) -> SummaryWorld:
    """Return a world whose model refuses parts that hold a word."""

    def reply(told: str) -> str:
        if word in told and "You condense" not in told:
            raise PermanentFailure("the provider does not like it", kind=FailureKind.CONTENT_FILTERED)
        return honest(told)

    return SummaryWorld(reply)


def test_every_part_is_an_item_and_the_overview_comes_last() -> None:
    """Map and reduce are rows of one job, so its end is counted like that of any other."""
    world = SummaryWorld()
    document = world.handed_in()

    job = world.summarized(document)

    items = world.kernel.items(job.id)
    assert job.status is JobStatus.COMPLETED
    assert [one.key for one in items][-1] == "overview"
    assert len(items) >= 4
    summary = world.summary(document)
    assert summary.is_whole
    assert [one.text for one in summary.overview] == ["The city buys a ticket system for 120 trams."]
    assert [section.heading_path[-1] for section in summary.sections] == ["Scope", "Dates", "Security"]
    assert [author.name for author in summary.authors] == ["scripted:reader"]
    assert summary.authors[0].prompts == ("summary-part@1", "summary-overview@1")


def test_what_the_model_leaves_out_of_the_matrix_is_found_by_its_words() -> None:
    """A missing requirement is the error that costs a tender."""
    world = SummaryWorld()
    document = world.handed_in()

    world.summarized(document)

    rows = world.summary(document).rows
    assert [(one.kind, one.date, one.found_by) for one in rows] == [
        (RowKind.DATE, "2026-03-14", FoundBy.WORDS),
        (RowKind.REQUIREMENT, "", FoundBy.WORDS),
        (RowKind.REQUIREMENT, "", FoundBy.WORDS),
    ]
    assert "AES-256" in rows[-1].quote


def test_a_part_that_failed_makes_the_job_partial_and_is_named() -> None:
    """The overview of the rest is kept, and fails with it, so that a retry makes one of everything."""
    world = refusing("AES-256")
    document = world.handed_in()

    job = world.summarized(document)

    assert job.status is JobStatus.PARTIAL
    states = world.kernel.states(job.id)
    assert (states.count("failed"), states[-1]) == (2, "failed")
    overview = world.kernel.items(job.id)[-1].outcome
    assert overview is not None
    assert overview.failure is not None
    assert "lacks 1 part " in overview.failure.message
    summary = world.summary(document)
    (missing,) = summary.missing
    assert (missing.state, missing.reason) == (ItemState.FAILED, "the provider does not like it")
    assert not summary.is_whole
    assert summary.overview
    assert "AES-256" not in str(summary.rows)


def test_the_overview_waits_for_parts_that_have_not_ended() -> None:
    """Workers take items side by side: one made of half of the parts would be taken for all of them."""
    world = SummaryWorld()
    job = world.submitted(world.handed_in())
    planned = list(world.family.plan(US, job))
    with world.kernel.store.begin(US) as work:
        work.ledger.add(job.id, ItemNo(0), planned)
        work.commit()
    overview = Item(no=ItemNo(len(planned) - 1), key=planned[-1].key, input=planned[-1].input)

    with pytest.raises(Deferred, match="parts have not ended"):
        world.family.prepare(US, job).run(overview, deadline_s=60, keep=lambda *_: None)
    assert world.summarizers.asked == []


def test_a_retry_of_what_failed_asks_only_for_that_and_for_the_overview() -> None:
    """What was paid for stays; the overview is made of all parts then."""
    world = refusing("AES-256")
    document = world.handed_in()
    job = world.summarized(document)
    before = len(world.summarizers.asked)
    world.reply = honest

    world.jobs.retry_failed(US, job.id)
    again = world.run(job)

    assert again.status is JobStatus.COMPLETED
    assert len(world.summarizers.asked) - before == 2
    assert world.summary(document).is_whole


def test_all_parts_failing_is_failed() -> None:
    """No overview of nothing makes a success of it."""
    world = refusing("chunk")
    document = world.handed_in()

    job = world.summarized(document)

    assert job.status is JobStatus.FAILED
    assert set(world.kernel.states(job.id)) == {"failed"}
    assert len(world.summary(document).missing) == len(world.kernel.items(job.id)) - 1
    assert world.summary(document).sections == ()


def test_a_second_job_with_the_same_model_asks_nothing() -> None:
    """Text, prompts and model are the same: the parts are skipped, and the summary is there."""
    world = SummaryWorld()
    document = world.handed_in()
    world.summarized(document)
    before = len(world.summarizers.asked)

    job = world.summarized(document)

    assert job.status is JobStatus.COMPLETED
    assert set(world.kernel.states(job.id)) == {"skipped"}
    assert len(world.summarizers.asked) == before
    assert world.summary(document).is_whole


def test_another_model_is_asked_and_the_first_ones_work_is_kept() -> None:
    """A summary is of its newest job; going back to a model costs nothing."""
    world = SummaryWorld()
    document = world.handed_in()
    world.summarized(document)

    world.summarized(document, attrs.evolve(MODEL, model="other"))
    assert [one.name for one in world.summary(document).authors] == ["scripted:other"]
    before = len(world.summarizers.asked)
    world.summarized(document)
    assert len(world.summarizers.asked) == before
    assert [one.name for one in world.summary(document).authors] == ["scripted:reader"]


def test_a_cancelled_job_says_what_it_had_not_come_to_and_goes_on() -> None:
    """Cancel and resume are the kernel's; the summary tells which parts are missing meanwhile."""
    world = SummaryWorld()
    document = world.handed_in()
    job = world.submitted(document)

    world.jobs.cancel(US, job.id)
    cancelled = world.run(job)

    assert cancelled.status is JobStatus.CANCELLED
    assert not world.summary(document).is_whole
    assert world.summarizers.asked == []
    world.jobs.resume(US, job.id)
    assert world.run(job).status is JobStatus.COMPLETED
    assert world.summary(document).is_whole


def test_a_second_job_on_a_document_is_refused_and_so_is_its_removal() -> None:
    """Both would pull the text from under the first."""
    world = SummaryWorld()
    document = world.handed_in()
    job = world.submitted(document)

    with pytest.raises(AlreadyRunning):
        world.submitted(document)
    with pytest.raises(Conflict, match="at work"):
        world.service.remove(US, document.id)
    world.run(job)
    world.service.remove(US, document.id)
    with pytest.raises(NotFound):
        world.service.get(US, document.id)


def test_a_document_that_was_removed_fails_its_job() -> None:
    """Whoever removes it between two steps finds no summary of it afterwards."""
    world = SummaryWorld()
    document = world.handed_in()
    job = world.submitted(document)
    with world.store.begin(US) as work:
        work.documents.remove(document.id)
        work.commit()

    assert world.run(job).status is JobStatus.FAILED


def test_without_a_model_sentences_are_chosen_and_rows_found_by_words() -> None:
    """It works on a laptop without a key, and says so."""
    world = SummaryWorld()
    document = world.handed_in()

    job = world.summarized(document, None)

    summary = world.summary(document)
    assert job.status is JobStatus.COMPLETED
    assert [one.name for one in summary.authors] == ["extractive"]
    assert summary.left_out == ()
    assert {one.found_by for one in summary.rows} == {FoundBy.WORDS}
    assert all(bullet.text in TENDER for section in summary.sections for bullet in section.bullets)


def test_the_same_file_is_the_same_document() -> None:
    """Handed in again it goes on; under another name it is another one."""
    world = SummaryWorld()
    document = world.handed_in()

    assert world.handed_in().id == document.id
    assert world.handed_in(name="other.md").id != document.id


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [("", "a.md", "a.md"), ("   \n", "a.md", "a.md"), ("words", "", "location"), ("\x00\x01", "a.pdf", "a.pdf")],
)
def test_what_can_not_be_read_is_refused(text: str, name: str, said: str) -> None:
    """At once, with its name, and nothing is stored."""
    world = SummaryWorld()

    with pytest.raises(InvalidInput, match=said):
        world.handed_in(text, name)
    assert world.service.page(US, limit=10) == []


def test_another_organization_finds_nothing() -> None:
    """By its right id it is as if there was none."""
    world = SummaryWorld()
    document = world.handed_in()

    for move in (
        lambda: world.service.get(THEM, document.id),
        lambda: world.service.remove(THEM, document.id),
        lambda: world.service.summarize(THEM, SummarySpec(document_id=document.id)),
    ):
        with pytest.raises(NotFound):
            move()
