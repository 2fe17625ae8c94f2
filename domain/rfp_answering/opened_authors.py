"""Those who draft and review, opened for a job: language models behind its doors, or code that needs none."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from domain.jobs.job import Job
from domain.language_models.guarded import GuardedModels
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModels
from domain.language_models.prompt import Prompt
from domain.limits.doors import Doors, JobDoors
from domain.rfp_answering.authorship import Responder, Reviewer
from domain.rfp_answering.extractive import ExtractiveResponder
from domain.rfp_answering.model_authors import AskedModel, ModelResponder, ModelReviewer
from domain.rfp_answering.reviewing import RepeatingReviewer
from domain.rfp_answering.stage import StageSpec
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class OpenedAuthors:
    """`Authors` over the models of all providers, with what each organization's keys are."""

    models: LanguageModels = field(repr=False)
    environments: Environments
    doors: Doors
    prompts: Mapping[str, Prompt]

    def responder(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Responder:
        """Return who drafts."""
        if model is None:
            return ExtractiveResponder()
        return ModelResponder(asked=self.asked(tenant, job, model), prompts=self.prompts)

    def reviewer(self, tenant: TenantContext, job: Job, model: ModelSpec | None) -> Reviewer:
        """Return who reviews."""
        if model is None:
            return RepeatingReviewer(own_names=StageSpec.from_document(job.spec).own_names)
        return ModelReviewer(asked=self.asked(tenant, job, model), prompts=self.prompts)

    def asked(self, tenant: TenantContext, job: Job, model: ModelSpec) -> AskedModel:
        """Return a model that answers with JSON, behind the job's doors."""
        models = GuardedModels(
            self.models.with_environment(self.environments.of(tenant)), JobDoors(doors=self.doors, job=job)
        )
        return AskedModel(spec=model, model=models.open(model, connections=job.options.concurrency))
