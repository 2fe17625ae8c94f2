"""Both stages of an RFP beside each other, and a reviewer who was not the author."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import (
    AlreadyRunning,
    Conflict,
    InvalidInput,
    NotFound,
)
from domain.jobs.job import JobStatus
from domain.jobs.service import Submission
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns
from domain.rfp_answering.records import DecisionKind, ReviewVerdict
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import RESPONDING, StageSpec, subject_of
from tests.contract.building import THEM, US
from tests.unit.rfp_replies import honest
from tests.unit.rfp_world import MODEL, OTHER_MODEL, QUESTIONS, RfpWorld, numbers, opinion, questionnaire


def test_a_second_job_of_a_stage_is_refused_and_so_is_the_other_stage() -> None:
    """A review of drafts that are being written anew would be about nothing."""
    world = RfpWorld(honest)
    rfp = world.imported()
    world.answered(rfp)
    spec = StageSpec(rfp_id=rfp.id, model=MODEL)
    drafting = world.answering.respond(US, attrs.evolve(spec, questions=numbers(4)))

    with pytest.raises(AlreadyRunning):
        world.answering.respond(US, spec)
    with pytest.raises(Conflict, match="being drafted"):
        world.answering.review(US, spec)
    with pytest.raises(Conflict, match="being drafted"):
        world.answering.remove(US, rfp.id)
    world.run(drafting)
    reviewing = world.answering.review(US, spec)
    with pytest.raises(Conflict, match="being reviewed"):
        world.answering.respond(US, spec)
    world.run(reviewing)


def test_a_review_that_began_beside_drafting_gives_way() -> None:
    """Two that were accepted in one moment: the later one finds the other at work, and says so."""
    world = RfpWorld(honest)
    rfp = world.imported()
    world.answered(rfp)
    spec = StageSpec(rfp_id=rfp.id, model=OTHER_MODEL)
    reviewing = world.answering.review(US, spec)
    drafting = world.jobs.submit(US, _submission(spec))

    world.reply = lambda _told: opinion("accept")
    assert world.run(reviewing).status is JobStatus.COMPLETED
    gave_way = world.kernel.job(drafting.id)
    assert (gave_way.status, "being reviewed" in (gave_way.failure or "")) == (JobStatus.FAILED, True)


def test_an_ended_stage_is_not_opened_again_beside_the_other() -> None:
    """Who retries what failed must not draft anew what is being reviewed in that moment."""
    world = RfpWorld(lambda told: "no JSON" if "backups kept" in told else honest(told))
    rfp = world.imported()
    drafting = world.answered(rfp)
    assert drafting.status is JobStatus.PARTIAL
    reviewing = world.answering.review(US, StageSpec(rfp_id=rfp.id, model=OTHER_MODEL))

    with pytest.raises(Conflict, match=f"while job {reviewing.id}"):
        world.jobs.retry_failed(US, drafting.id)
    assert world.kernel.job(drafting.id) == drafting

    world.reply = lambda _told: opinion("accept")
    world.run(reviewing)
    world.reply = honest
    assert world.run(world.jobs.retry_failed(US, drafting.id)).status is JobStatus.COMPLETED


def _submission(spec: StageSpec) -> Submission:
    """A job that was accepted before anybody could see the other one."""
    return Submission(kind=RESPONDING, spec=spec.to_document(), subject=subject_of(spec.rfp_id))


def test_a_reviewer_sees_answer_quotes_and_passages_and_edits_nothing() -> None:
    """Another prompt, another model, and a record of its own."""
    world = RfpWorld(honest)
    rfp = world.imported()
    world.answered(rfp)
    before = [one.draft for one in world.standings(rfp)]
    world.reply = lambda told: opinion("accept") if "AES-256" in told else opinion("revise", "since when?")

    job = world.reviewed(rfp)

    assert job.status is JobStatus.COMPLETED
    assert world.verdicts(job.id) == ["accept", "revise", "revise"]
    assert world.states(rfp) == ["reviewed", "needs_review", "needs_review", "no_answer"]
    now = world.standings(rfp)
    assert [one.draft for one in now] == before
    review = now[1].review
    assert review is not None
    assert (review.verdict, review.comments[0].text) == (ReviewVerdict.REVISE, "since when?")
    assert (review.author.name, review.author.prompts) == ("scripted:critic", ("reviewer@1",))
    assert "Backups are kept for 30 days." in world.authors.asked[-2]


def test_without_a_model_answers_are_extracts_and_reviews_repeat_the_checks() -> None:
    """It works on a laptop without a key, says so, and never says more than the documents."""
    world = RfpWorld()
    rfp = world.imported()

    world.answered(rfp, model=None)
    drafts = [one.draft for one in world.standings(rfp)]
    verdicts = [one.draft.verdict for one in drafts if one]
    job = world.reviewed(rfp, model=None)

    assert verdicts[0] is AnswerVerdict.ANSWERED
    assert verdicts[3] is AnswerVerdict.NO_ANSWER
    assert all(one.basis.author.name == "extractive" for one in drafts if one)
    assert all(not one.needs_review for one in drafts if one)
    assert world.authors.asked == []
    assert job.status is JobStatus.COMPLETED


def test_what_can_not_be_started_says_why() -> None:
    """A job over nothing would report that all is well."""
    world = RfpWorld(honest)
    rfp = world.imported(QUESTIONS[:1])
    spec = StageSpec(rfp_id=rfp.id, model=MODEL)

    with pytest.raises(InvalidInput, match="nothing is left to review"):
        world.answering.review(US, spec)
    with pytest.raises(InvalidInput, match="the RFP has 1 to 1"):
        world.answering.respond(US, attrs.evolve(spec, questions=numbers(2)))
    with pytest.raises(NotFound):
        world.answering.respond(US, attrs.evolve(spec, rfp_id=RfpId("nothing")))
    with pytest.raises(NotFound):
        world.answering.respond(THEM, spec)
    world.deciding.decide(US, rfp.id, QuestionNo(1), DecisionKind.EDITED, text="Mine.")
    with pytest.raises(InvalidInput, match="nothing is left to draft"):
        world.answering.respond(US, spec)


def test_a_preview_stores_nothing() -> None:
    """The mapping is looked at, and corrected, before anything is there."""
    world = RfpWorld(honest)

    asked = world.answering.preview(questionnaire(QUESTIONS), name="rfp.json", wanted=WantedColumns())

    assert len(asked.questions) == 4
    assert world.answering.page(US, limit=9) == []
