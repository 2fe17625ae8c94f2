"""An RFP that is worked on, embedded or by worker processes on real servers, by a model on loopback that counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, evolve

from domain.embedding.asked_model import AskedModel
from domain.embedding.library_document import ReviewStatus
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.service import JobView
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns
from domain.rfp_answering.records import DraftRecord
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import RESPONDING, StageSpec
from domain.rfp_answering.standing import Standing
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import read_settings
from tests.chaos.scene import QUICK
from tests.integration.processes import Command, Installation
from tests.pipelines.library_at_work import add, at_work, settled
from tests.pipelines.looking import look_until
from tests.services.author_model import AuthorModel

QUESTIONS, SLOTS = 24, 8
NOBODYS = RfpId("")
OPTIONS = JobOptions(concurrency=SLOTS, max_attempts=2)


@define(eq=False)
class RfpScene:
    """One installation, one RFP, one model. *installation* is None where the work is done in this process."""

    antiphon: Antiphon
    model: AuthorModel
    installation: Installation | None
    rfp_id: RfpId = NOBODYS
    worker: Command | None = None

    def add_worker(self) -> Command:
        """Start a worker process."""
        assert self.installation is not None
        return self.installation.worker(slots=SLOTS, **QUICK)

    @property
    def spec(self) -> StageSpec:
        """What both stages' jobs carry."""
        return StageSpec(rfp_id=self.rfp_id, model=self.model.spec, only_approved=False)

    @property
    def spec_with_another_model(self) -> StageSpec:
        """The same, with a model of another name."""
        return evolve(self.spec, model=evolve(self.model.spec, model="another"))

    def start(self, stage: str) -> Job:
        """Accept a job of a stage."""
        answering = self.antiphon.rfp.answering
        begin = answering.respond if stage == RESPONDING else answering.review
        return begin(self.antiphon.tenant, self.spec, options=OPTIONS)

    def done(self, stage: str) -> JobView:
        """Run a stage to its end."""
        return self.ended(self.start(stage).id)

    def ended(self, job_id: JobId) -> JobView:
        """Wait for a job's end."""
        look_until(lambda: self.view(job_id).job.status.is_end, what="the end of the job", within_s=60)
        return self.view(job_id)

    def view(self, job_id: JobId) -> JobView:
        """Return the job as it is now."""
        return self.antiphon.jobs.get(self.antiphon.tenant, job_id)

    def standings(self) -> list[Standing]:
        """Return where the questions stand."""
        return self.antiphon.rfp.answering.standings(self.antiphon.tenant, self.rfp_id, limit=1000)

    def drafts(self) -> list[DraftRecord]:
        """Return every draft there is, of all questions."""
        answering, tenant = self.antiphon.rfp.answering, self.antiphon.tenant
        return [one for no in range(1, QUESTIONS + 1) for one in answering.drafts(tenant, self.rfp_id, QuestionNo(no))]

    def records(self, stage: str) -> int:
        """Return how many drafts, or reviews that count, are stored."""
        if stage == RESPONDING:
            return len(self.drafts())
        return sum(one.review is not None for one in self.standings())


def question(no: int) -> str:
    """Return the words of a question, from 1 on."""
    return f"Within how many days is matter number {no} settled?"


@contextmanager
def embedded_scene(folder: Path) -> Iterator[RfpScene]:
    """Yield a scene whose worker stands in this process."""
    settings = {"ANTIPHON_HOME": str(folder / "home"), "ANTIPHON_PRIVATE_TARGETS": "true"}
    with _scene(settings, installation=None) as scene, at_work(scene.antiphon):
        _fill(scene)
        yield scene


@contextmanager
def server_scene(installation: Installation) -> Iterator[RfpScene]:
    """Yield a scene on real servers, with one worker."""
    with _scene(installation.environment, installation=installation) as scene:
        scene.worker = scene.add_worker()
        _fill(scene)
        yield scene


@contextmanager
def _scene(settings: dict[str, str], *, installation: Installation | None) -> Iterator[RfpScene]:
    antiphon, model = build(read_settings(settings)), AuthorModel()
    ready_database(antiphon)
    try:
        with model.serving():
            yield RfpScene(antiphon=antiphon, model=model, installation=installation)
    finally:
        antiphon.engine.dispose()


def _fill(scene: RfpScene) -> None:
    _fill_library(scene.antiphon)
    scene.rfp_id = _imported(scene.antiphon)


def _fill_library(antiphon: Antiphon) -> None:
    """Have some documents embedded by whoever is at work."""
    antiphon.embedding.models.add(antiphon.tenant, AskedModel(words="lexical-hash", name="words"))
    antiphon.embedding.models.use(antiphon.tenant, "words")
    texts = [f"Every matter number {no} is settled within {no + 2} days by the clerks." for no in range(3)]
    for document in [add(antiphon, f"matter-{no}.md", text.encode()) for no, text in enumerate(texts)]:
        assert settled(antiphon, document).review_status is ReviewStatus.PENDING


def _imported(antiphon: Antiphon) -> RfpId:
    asked = [{"text": question(no)} for no in range(1, QUESTIONS + 1)]
    content = json.dumps({"questions": asked}).encode()
    return antiphon.rfp.answering.add(antiphon.tenant, content, name="rfp.json", wanted=WantedColumns()).id
