"""Summaries through the kernel, embedded and on real servers: whatever happens, each part ends once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from domain.jobs.errors import AlreadyRunning, Conflict
from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job, JobId, JobStatus
from domain.language_models.use import Use
from domain.rfp_answering.summaries.summarizing import SUMMARIZING
from domain.tenancy import OrganizationId
from entrypoints.api.documents.llm import DefaultWords, NewLlmApi
from entrypoints.local.llm import LocalLlm
from entrypoints.worker_side import WorkerSide
from pipelines.headers import acting_for
from tests.integration.job_scene import SIZES, SLOTS
from tests.integration.summary_scene import SummaryScene
from tests.pipelines.looking import look_until
from tests.services.counting_model import ANSWER_TOKENS, PROMPT_TOKENS
from tests.services.summary_model import OVERVIEW, PART

START = "rfp_manager.summarize_information_document"
NOBODYS = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture(params=SIZES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SummaryScene]:
    """A tender that nobody has summarized, on each size."""
    with SummaryScene.on_size(request, tmp_path) as scene:
        yield scene


def items(scene: SummaryScene, job: Job) -> list[Item]:
    """Return the rows of a job."""
    return scene.antiphon.records.items(scene.antiphon.tenant, job.id, after=None, limit=100)


def sent(scene: SummaryScene, ids: Mapping[str, str], *, task_id: str, organization: str = "") -> None:
    """Send the start task by its name, as a program that knows nothing of jobs does."""
    tenant = scene.antiphon.tenant
    if organization:
        tenant = attrs.evolve(tenant, organization_id=OrganizationId(organization))
    with acting_for(tenant):
        WorkerSide(scene.antiphon, places=1).app.send_task(START, kwargs=dict(ids), task_id=task_id)


def opened_by(scene: SummaryScene, task_id: str) -> JobId:
    """Wait for the job that a message opened."""
    found: list[tuple[JobId, str]] = []

    def is_there() -> bool:
        with scene.antiphon.store.view(scene.antiphon.tenant) as work:
            found.extend(filter(None, [work.jobs.by_key(f"task:{task_id}")]))
        return bool(found)

    look_until(is_there, what="the job that was opened")
    return found[0][0]


def jobs(scene: SummaryScene) -> list[JobId]:
    """Return the jobs that summarize, newest first."""
    return [view.job.id for view in scene.antiphon.jobs.page(scene.antiphon.tenant, kind=SUMMARIZING, limit=100)]


def test_each_part_is_asked_for_once_and_everything_that_was_paid_is_counted(scene: SummaryScene) -> None:
    """More parts than places, and an overview behind them that waits for all."""
    job = scene.start()
    status, succeeded, failed, cancelled = scene.counts(job.id)

    assert (status, failed, cancelled) == ("completed", 0, 0)
    assert succeeded > 2 * SLOTS
    assert set(scene.model.asked.values()) == {1}
    assert scene.model.asked_of(PART).total() == succeeded - 1
    usage = scene.view(job.id).tally.usage
    assert usage.requests == succeeded
    assert (usage.prompt_tokens, usage.completion_tokens) == (succeeded * PROMPT_TOKENS, succeeded * ANSWER_TOKENS)
    summary = scene.summary()
    assert summary.is_whole
    assert [one.text for one in summary.overview] == ["Depot 1 has room for trams."]


def test_failures_stay_with_their_parts_and_only_they_and_the_overview_are_asked_again(scene: SummaryScene) -> None:
    """The overview of the rest is there meanwhile, and fails with them; afterwards nothing is missing."""
    first = f"Depot {_depot_of_a_later_part(scene)}"
    scene.model.refused = {"Depot 1", first}
    job = scene.start(scene.another_model)
    status, _, failed, cancelled = scene.counts(job.id)
    assert (status, failed, cancelled) == ("partial", 3, 0)
    summary = scene.summary()
    assert (len(summary.missing), bool(summary.overview)) == (2, True)
    once = scene.model.asked.copy()

    scene.model.refused.clear()
    scene.antiphon.jobs.retry_failed(scene.antiphon.tenant, job.id)

    assert scene.counts(job.id)[::2] == ("completed", 0)
    assert set(scene.model.asked - once) == {(PART, "Depot 1"), (PART, first), (OVERVIEW, OVERVIEW)}
    assert scene.summary().is_whole


def _depot_of_a_later_part(scene: SummaryScene) -> int:
    scene.counts(scene.start().id)
    return sorted(int(name.removeprefix("Depot ")) for name in scene.model.asked_of(PART))[3]


def test_a_job_of_which_every_part_fails_has_failed(scene: SummaryScene) -> None:
    """An overview of nothing must not make a success of it, and is not paid for."""
    scene.model.refuses_all = True
    job = scene.start()

    status, succeeded, failed, _ = scene.counts(job.id)

    assert (status, succeeded, failed) == ("failed", 0, scene.view(job.id).job.planned)
    assert scene.made() == 0
    assert scene.model.asked_of(OVERVIEW).total() == 0


def test_a_cancelled_job_keeps_what_was_done_and_a_resume_does_the_rest(scene: SummaryScene) -> None:
    """In the middle; no part that was summarized is asked for again, and the overview is made once, of all."""
    scene.model.hold(after=SLOTS)
    job = scene.start()
    look_until(lambda: bool(scene.model.held) and scene.made() > 0, what="the middle of the job")
    scene.antiphon.jobs.cancel(scene.antiphon.tenant, job.id)
    scene.model.release()
    status, succeeded, failed, cancelled = scene.counts(job.id)
    assert (status, failed) == ("cancelled", 0)
    assert succeeded > 0
    assert cancelled > 0
    assert not scene.summary().is_whole
    assert scene.model.asked_of(OVERVIEW).total() == 0

    scene.antiphon.jobs.resume(scene.antiphon.tenant, job.id)

    assert scene.counts(job.id)[::2] == ("completed", 0)
    assert scene.summary().is_whole
    asked = scene.model.asked
    assert asked.total() - len(asked) <= SLOTS  # those that were on their way when it was cancelled
    assert asked[OVERVIEW, OVERVIEW] == 1


def test_one_job_on_a_document_even_of_eight_at_once_and_nothing_is_removed_meanwhile(scene: SummaryScene) -> None:
    """The index refuses, not a look before; and the text is not pulled from under the one that is at work."""
    scene.model.hold(after=0)

    def begun(_no: int) -> Job | None:
        try:
            return scene.start()
        except AlreadyRunning:
            return None

    with ThreadPoolExecutor(8) as threads:
        accepted = [job for job in threads.map(begun, range(8)) if job is not None]
    assert len(accepted) == 1
    with pytest.raises(AlreadyRunning):
        scene.start(scene.another_model)
    with pytest.raises(Conflict, match="at work"):
        scene.antiphon.summaries.summaries.remove(scene.antiphon.tenant, scene.document_id)
    scene.model.release()
    assert scene.counts(accepted[0].id)[0] == "completed"


def test_a_second_job_with_the_same_model_pays_for_nothing(scene: SummaryScene) -> None:
    """Text, prompts and model are those that the partials were made of."""
    scene.counts(scene.start().id)
    asked = scene.model.asked.copy()

    again = scene.ended(scene.start().id)

    assert (again.tally.skipped, again.tally.usage.requests) == (again.job.planned, 0)
    assert scene.model.asked == asked
    assert scene.summary().is_whole


def test_a_message_that_names_a_document_opens_a_job_with_the_default_model(scene: SummaryScene) -> None:
    """`rfp_manager.summarize_information_document(document_id=...)` over the broker; handed out twice it is one job."""
    registry = LocalLlm(service=scene.antiphon.llm, tenant=scene.antiphon.tenant)
    registry.add(NewLlmApi(name="house", provider="openai-compatible", base_url=scene.model.url, models=["author"]))
    registry.choose(Use.CHAT, DefaultWords(llm_api="house", model="author"))
    ids = {"document_id": scene.document_id}

    for _ in range(2):
        sent(scene, ids, task_id="message-1")
    first = opened_by(scene, "message-1")
    view = scene.ended(first)

    assert view.job.status is JobStatus.COMPLETED
    assert scene.summary().is_whole
    assert scene.model.asked_of(PART).total() == view.tally.succeeded - 1
    sent(scene, ids, task_id="message-1")  # long after its end, as a broker that was away may
    sent(scene, ids, task_id="message-2")
    second = opened_by(scene, "message-2")
    assert {one.state for one in items(scene, scene.ended(second).job)} == {ItemState.SKIPPED}
    assert jobs(scene) == [second, first]


def test_messages_that_name_no_document_of_the_organization_open_nothing(scene: SummaryScene) -> None:
    """A guessed id must not be summarized for others, and a misspelled word is no document."""
    scene.model.hold(after=0)
    sent(scene, {"document_id": NOBODYS}, task_id="message-1")
    sent(scene, {"document_id": scene.document_id}, task_id="message-2", organization=NOBODYS)
    sent(scene, {"document": scene.document_id}, task_id="message-3")
    sent(scene, {"document_id": scene.document_id}, task_id="message-4")

    last = opened_by(scene, "message-4")  # `default` is served in turn
    scene.model.release()
    assert scene.ended(last).job.status is JobStatus.COMPLETED
    assert jobs(scene) == [last]
