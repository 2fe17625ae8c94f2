"""Those who summarize, opened for a job: language models behind its doors, or code that needs none."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.job import Job
from domain.language_models.model import ModelSpec
from domain.rfp_answering.opened_authors import OpenedAuthors
from domain.rfp_answering.summaries.authorship import Summarizer
from domain.rfp_answering.summaries.extractive_summary import ExtractiveSummarizer
from domain.rfp_answering.summaries.model_summarizer import ModelSummarizer
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class OpenedSummarizers:
    """`Summarizers` over the models that draft and review, too."""

    authors: OpenedAuthors

    def open(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Summarizer:
        """Return who summarizes."""
        if model is None:
            return ExtractiveSummarizer()
        return ModelSummarizer(asked=self.authors.asked(tenant, job, model), prompts=self.authors.prompts)
