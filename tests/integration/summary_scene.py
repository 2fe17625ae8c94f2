"""A tender that is summarized, embedded or by worker processes on real servers, by a model on loopback that counts."""

from __future__ import annotations

from attrs import define, evolve

from domain.embedding.adding import Upload
from domain.jobs.job import Job
from domain.language_models.model import ModelSpec
from domain.rfp_answering.summaries.information_document import InformationId
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.rfp_answering.summaries.summary import Summary
from tests.integration.job_scene import OPTIONS, JobScene
from tests.services.summary_model import SummaryModel, tender

NOBODYS = InformationId("")


@define(eq=False)
class SummaryScene(JobScene[SummaryModel]):
    """One installation, one information document, one model."""

    document_id: InformationId = NOBODYS

    @classmethod
    def a_model(cls) -> SummaryModel:
        """Return the summarizer."""
        return SummaryModel()

    def fill(self) -> None:
        """Hand in the tender."""
        upload = Upload(name="tender.md", content=tender())
        self.document_id = self.antiphon.summaries.summaries.add(self.antiphon.tenant, upload)[0].id

    @property
    def another_model(self) -> ModelSpec:
        """The same model by another name."""
        return evolve(self.model.spec, model="another")

    def start(self, model: ModelSpec | None = None) -> Job:
        """Accept a job that summarizes the tender."""
        spec = SummarySpec(document_id=self.document_id, model=model or self.model.spec)
        return self.antiphon.summaries.summaries.summarize(self.antiphon.tenant, spec, options=OPTIONS)

    def summary(self) -> Summary:
        """Return the summary as it is read."""
        return self.antiphon.summaries.summaries.get(self.antiphon.tenant, self.document_id)

    def made(self) -> int:
        """Return how many parts of the newest job have something made of them."""
        summary = self.summary()
        return summary.parts - len(summary.missing)
