"""Both stages of an RFP through the kernel, embedded and on real servers: whatever happens, each question ends once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.jobs.errors import AlreadyRunning, Conflict
from domain.jobs.job import Job, JobStatus
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.stage import RESPONDING, REVIEWING
from tests.integration.job_scene import SIZES, SLOTS
from tests.integration.rfp_scene import QUESTIONS, RfpScene, question
from tests.pipelines.looking import look_until
from tests.services.author_model import DRAFT, REVIEW

STAGES = (RESPONDING, REVIEWING)
KINDS = {RESPONDING: DRAFT, REVIEWING: REVIEW}


@pytest.fixture(params=SIZES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RfpScene]:
    """An RFP that nobody has worked on, on each size."""
    with RfpScene.on_size(request, tmp_path) as scene:
        yield scene


def before(scene: RfpScene, stage: str) -> None:
    """Bring the RFP to where a stage can begin."""
    if stage == REVIEWING:
        assert scene.done(RESPONDING).job.status is JobStatus.COMPLETED


@pytest.mark.parametrize("stage", STAGES)
def test_failures_stay_with_their_questions_and_only_they_are_asked_again(scene: RfpScene, stage: str) -> None:
    """Partial, then retry-failed; and where all fail, the job has failed."""
    before(scene, stage)
    refused = {question(3), question(17)}
    scene.model.refused = set(refused)
    job = scene.start(stage)
    assert scene.counts(job.id) == ("partial", QUESTIONS - 2, 2, 0)
    once = scene.model.asked_of(KINDS[stage])

    scene.model.refused.clear()
    scene.antiphon.jobs.retry_failed(scene.antiphon.tenant, job.id)

    assert scene.counts(job.id) == ("completed", QUESTIONS, 0, 0)
    again = scene.model.asked_of(KINDS[stage]) - once
    assert set(again) == refused
    assert scene.records(stage) == QUESTIONS


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_of_which_every_question_fails_has_failed(scene: RfpScene, stage: str) -> None:
    """Whoever reads `completed` would hand an empty file to the buyer."""
    before(scene, stage)
    scene.model.refused = {question(no) for no in range(1, QUESTIONS + 1)}

    assert scene.counts(scene.start(stage).id) == ("failed", 0, QUESTIONS, 0)
    assert scene.records(stage) == 0


@pytest.mark.parametrize("stage", STAGES)
def test_a_cancelled_job_keeps_what_was_done_and_a_resume_does_the_rest(scene: RfpScene, stage: str) -> None:
    """In the middle; nothing that was answered is asked for again."""
    before(scene, stage)
    scene.model.hold(after=SLOTS)
    job = scene.start(stage)
    look_until(lambda: bool(scene.model.held) and scene.records(stage) > 0, what="the middle of the job")
    scene.antiphon.jobs.cancel(scene.antiphon.tenant, job.id)
    scene.model.release()
    status, succeeded, failed, _cancelled = scene.counts(job.id)
    assert (status, failed) == ("cancelled", 0)
    assert 0 < succeeded < QUESTIONS
    assert scene.records(stage) == succeeded

    scene.antiphon.jobs.resume(scene.antiphon.tenant, job.id)

    assert scene.counts(job.id) == ("completed", QUESTIONS, 0, 0)
    asked = scene.model.asked_of(KINDS[stage])
    assert asked.total() - len(asked) <= SLOTS  # those that were on their way when it was cancelled
    assert scene.records(stage) == QUESTIONS


def test_one_stage_at_a_time_and_one_job_of_it_even_of_two_at_once(scene: RfpScene) -> None:
    """The index refuses, not a look before: of eight that begin in one moment one is accepted."""
    before(scene, REVIEWING)
    scene.model.hold(after=0)

    def begun(_no: int) -> Job | None:
        try:
            return scene.start(REVIEWING)
        except AlreadyRunning:
            return None

    with ThreadPoolExecutor(8) as threads:
        jobs = [job for job in threads.map(begun, range(8)) if job is not None]
    assert len(jobs) == 1
    with pytest.raises(Conflict, match="being reviewed"):
        scene.start(RESPONDING)
    scene.model.release()
    assert scene.counts(jobs[0].id)[0] == "completed"

    scene.model.refused = {question(1)}  # a changed model: the questions are drafted anew
    scene.model.hold(after=0)
    drafting = scene.antiphon.rfp.answering.respond(scene.antiphon.tenant, scene.spec_with_another_model)
    with pytest.raises(AlreadyRunning):
        scene.start(RESPONDING)
    with pytest.raises(Conflict, match="being drafted"):
        scene.start(REVIEWING)
    scene.model.release()
    assert scene.counts(drafting.id)[0] == "partial"


def test_what_a_person_decides_while_a_job_runs_stands_and_no_review_edits_a_draft(scene: RfpScene) -> None:
    """A draft that comes in later is a record; the person's answer is the answer, after every re-run, too."""
    scene.model.hold(after=0)
    drafting = scene.start(RESPONDING)
    look_until(lambda: bool(scene.model.held), what="questions on their way")
    held = min(scene.model.held)[1]
    no = next(QuestionNo(no) for no in range(1, QUESTIONS + 1) if question(no) == held)
    deciding, tenant = scene.antiphon.rfp.deciding, scene.antiphon.tenant
    deciding.decide(tenant, scene.rfp_id, no, DecisionKind.EDITED, text="Ours.")
    scene.model.release()
    assert scene.counts(drafting.id)[0] == "completed"
    assert scene.standings()[no - 1].answer == "Ours."

    drafts = scene.drafts()
    scene.done(REVIEWING)
    assert scene.drafts() == drafts
    reviewed = [one.question.no for one in scene.standings() if one.review is not None]
    assert reviewed == [one for one in range(1, QUESTIONS + 1) if one != no]
    again = scene.antiphon.rfp.answering.respond(tenant, scene.spec_with_another_model)
    assert scene.ended(again.id).job.planned == QUESTIONS - 1
    assert scene.standings()[no - 1].answer == "Ours."


def test_a_second_job_over_the_same_questions_pays_for_nothing(scene: RfpScene) -> None:
    """Question, passages, prompts and model are those of the drafts that are there."""
    scene.done(RESPONDING)
    scene.done(REVIEWING)
    asked = dict(scene.model.asked)

    again = [scene.done(stage) for stage in STAGES]

    assert [(view.tally.skipped, view.tally.usage.requests) for view in again] == [(QUESTIONS, 0)] * 2
    assert scene.model.asked == asked
