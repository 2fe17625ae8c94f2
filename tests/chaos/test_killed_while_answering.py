"""A worker is killed while answers are drafted or reviewed: every question ends once, and little is paid for twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.jobs.job import JobId, JobStatus
from domain.rfp_answering.stage import RESPONDING, REVIEWING
from tests.chaos.audit import assert_true_end, rows_of
from tests.integration.job_scene import SLOTS
from tests.integration.processes import Installation
from tests.integration.rfp_scene import QUESTIONS, RfpScene, question
from tests.pipelines.looking import look_until
from tests.services.author_model import DRAFT, REPAIR, REVIEW

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

LIES = 6


@pytest.fixture
def scene(installation: Installation) -> Iterator[RfpScene]:
    """An RFP that nobody has worked on, with a worker."""
    with RfpScene.on_servers(installation) as scene:
        yield scene


def killed_and_replaced(scene: RfpScene, stage: str, *, after: int) -> tuple[JobId, set[tuple[str, str]]]:
    """
    Kill the worker when calls are on their way on all its places; return the job and those calls.

    Only then is what was answered before stored: a place is taken again when the record of its item is.
    """
    scene.model.hold(after=after)
    job = scene.start(stage)
    look_until(lambda: len(scene.model.held) == SLOTS, what="calls on all places")
    assert scene.records(stage) == after
    scene.replace_worker()
    scene.model.release()
    return job.id, set(scene.model.held)


@pytest.mark.parametrize(("stage", "kind"), [(RESPONDING, DRAFT), (REVIEWING, REVIEW)])
def test_a_killed_worker_costs_only_what_was_on_its_way(
    scene: RfpScene, installation: Installation, stage: str, kind: str
) -> None:
    """Each question has one draft (or review), as if nothing had happened."""
    if stage == REVIEWING:
        assert scene.done(RESPONDING).job.status is JobStatus.COMPLETED
    drafts = scene.drafts()

    job_id, held = killed_and_replaced(scene, stage, after=SLOTS)
    view = scene.ended(job_id)

    assert view.job.status is JobStatus.COMPLETED
    rows = rows_of(installation.environment["ANTIPHON_DATABASE_URL"], job_id)
    assert_true_end(rows, planned=QUESTIONS)
    assert (rows.states, rows.losses > 0) == ({"succeeded": QUESTIONS}, True)
    assert scene.records(stage) == QUESTIONS
    assert {one.version for one in scene.drafts()} == {1}
    asked = scene.model.asked_of(kind)
    again = {(kind, words) for words, times in asked.items() if times > 1}
    assert again == held
    assert asked.total() == QUESTIONS + SLOTS
    if stage == REVIEWING:
        assert scene.drafts() == drafts


def test_a_first_draft_is_not_paid_for_twice_when_its_repair_is_cut_off(scene: RfpScene) -> None:
    """It was kept before the second call: who goes on asks for the repair alone."""
    scene.model.lies = {question(no) for no in range(1, LIES + 1)}
    scene.model.held_kinds = (REPAIR,)
    scene.model.hold(after=0)
    job = scene.start(RESPONDING)
    look_until(
        lambda: len(scene.model.held) == LIES and scene.records(RESPONDING) == QUESTIONS - LIES,
        what="repairs on their way, and the drafts that need none",
    )
    scene.replace_worker()
    scene.model.release()

    view = scene.ended(job.id)

    assert (view.job.status, view.tally.succeeded) == (JobStatus.COMPLETED, QUESTIONS)
    assert set(scene.model.asked_of(DRAFT).values()) == {1}
    assert set(scene.model.asked_of(REPAIR).values()) == {2}
    records = {one.no: one for one in scene.drafts()}
    assert len(records) == QUESTIONS
    assert {records[no].repairs for no in range(1, LIES + 1)} == {1}  # type: ignore[index]  # numbers of questions
    assert all(not one.needs_review and one.version == 1 for one in records.values())
