"""A worker is killed while a document is summarized: every part ends once, and little is paid for twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.jobs.job import Job, JobStatus
from tests.chaos.audit import assert_true_end, rows_of
from tests.integration.job_scene import SLOTS
from tests.integration.processes import Installation
from tests.integration.summary_scene import SummaryScene
from tests.pipelines.looking import look_until
from tests.services.summary_model import OVERVIEW, PART, REPAIR

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def scene(installation: Installation) -> Iterator[SummaryScene]:
    """A tender that nobody has summarized, with a worker."""
    with SummaryScene.on_servers(installation) as scene:
        yield scene


def assert_whole(scene: SummaryScene, job: Job) -> None:
    """Hold the job to its promise: each item succeeded once, after attempts that were lost, and nothing is missing."""
    view = scene.ended(job.id)
    assert scene.installation is not None
    assert view.job.planned
    rows = rows_of(scene.installation.environment["ANTIPHON_DATABASE_URL"], job.id)
    assert_true_end(rows, planned=view.job.planned)
    assert view.job.status is JobStatus.COMPLETED
    assert (rows.states, rows.losses > 0) == ({"succeeded": view.job.planned}, True)
    summary = scene.summary()
    assert summary.is_whole
    assert summary.left_out == ()
    assert sum(len(section.bullets) for section in summary.sections) == view.job.planned - 1
    assert [one.text for one in summary.overview] == ["Depot 1 has room for trams."]


def test_a_killed_worker_costs_only_the_parts_that_were_on_their_way(scene: SummaryScene) -> None:
    """What was made of the others stays, and the overview is made once, of all parts."""
    scene.model.hold(after=SLOTS)
    job = scene.start()
    # calls on all places: a place is taken again when what was answered on it is stored
    look_until(lambda: len(scene.model.held) == SLOTS, what="calls on all places")
    assert scene.made() == SLOTS
    scene.replace_worker()
    scene.model.release()

    assert_whole(scene, job)
    again = {call for call, times in scene.model.asked.items() if times > 1}
    assert again == scene.model.held
    assert scene.model.asked.total() - len(scene.model.asked) == SLOTS
    assert scene.model.asked[OVERVIEW, OVERVIEW] == 1


def test_a_worker_that_is_killed_at_the_overview_costs_the_overview_alone(scene: SummaryScene) -> None:
    """All parts are stored by then."""
    scene.model.held_kinds = (OVERVIEW,)
    scene.model.hold(after=0)
    job = scene.start()
    look_until(lambda: bool(scene.model.held), what="the question for the overview")
    scene.replace_worker()
    scene.model.release()

    assert_whole(scene, job)
    assert set(scene.model.asked_of(PART).values()) == {1}
    assert scene.model.asked[OVERVIEW, OVERVIEW] == 2


def test_a_reply_that_could_not_be_read_is_not_paid_for_twice_when_its_repair_is_cut_off(scene: SummaryScene) -> None:
    """It was kept before the second call: who goes on asks for the repair alone."""
    scene.model.garbled = {f"Depot {no}" for no in range(1, 40)}
    scene.model.held_kinds = (REPAIR,)
    scene.model.hold(after=0)
    job = scene.start()
    look_until(lambda: len(scene.model.held) > 1, what="repairs on their way")
    look_until(lambda: scene.made() == _others(scene), what="the parts that need no repair")
    scene.replace_worker()
    scene.model.release()

    assert_whole(scene, job)
    assert set(scene.model.asked_of(PART).values()) == {1}
    assert set(scene.model.asked_of(REPAIR).values()) == {2}


def _others(scene: SummaryScene) -> int:
    return scene.summary().parts - len(scene.model.held)
