"""An RFP that is worked on, embedded or by worker processes on real servers, by a model on loopback that counts."""

from __future__ import annotations

import json

from attrs import define, evolve

from domain.embedding.asked_model import AskedModel
from domain.embedding.library_document import ReviewStatus
from domain.jobs.job import Job
from domain.jobs.service import JobView
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns
from domain.rfp_answering.records import DraftRecord
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import RESPONDING, StageSpec
from domain.rfp_answering.standing import Standing
from entrypoints.container import Antiphon
from tests.integration.job_scene import OPTIONS, JobScene
from tests.pipelines.library_at_work import add, settled
from tests.services.author_model import AuthorModel

QUESTIONS = 24
NOBODYS = RfpId("")


@define(eq=False)
class RfpScene(JobScene[AuthorModel]):
    """One installation, one RFP, one model."""

    rfp_id: RfpId = NOBODYS

    @classmethod
    def a_model(cls) -> AuthorModel:
        """Return the author."""
        return AuthorModel()

    def fill(self) -> None:
        """Have some documents embedded by whoever is at work, and import an RFP."""
        _fill_library(self.antiphon)
        self.rfp_id = _imported(self.antiphon)

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
