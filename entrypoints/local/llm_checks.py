"""Checks of the LLM APIs of an organization, beside its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
from attrs import frozen

from domain.jobs.job import JobId, JobOptions
from domain.llm_validation.checks import CheckPlace
from domain.llm_validation.validation import ValidationSpec
from domain.tenancy import TenantContext
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.api.documents.llm_checks import (
    CheckDocument,
    RefreshDocument,
    StartValidation,
    ValidationDocument,
    check_document,
    refresh_document,
    validation_document,
)
from entrypoints.container import Antiphon
from entrypoints.driving import check_drivable, run_to_end

PAGE = 200


@frozen(kw_only=True)
class LocalLlmChecks:
    """`LlmChecking` of this machine's database."""

    antiphon: Antiphon
    tenant: TenantContext

    def start(self, words: StartValidation) -> JobDocument:
        validations = self.antiphon.checks.validations
        api_id = None if words.llm_api is None else validations.find(self.tenant, words.llm_api)
        longest = JobOptions(deadline_s=ValidationSpec(timeout_s=words.timeout_s).deadline_s)
        check_drivable(self.antiphon.settings, longest)
        job = validations.submit(self.tenant, api_id, options=words.options())
        return job_document(self.antiphon.jobs.get(self.tenant, job.id))

    def result(self, job_id: str) -> ValidationDocument:
        return validation_document(*self.antiphon.checks.result(self.tenant, JobId(job_id)))

    def bring_to_end(self, job_id: str, watch: Callable[[], None]) -> None:
        run_to_end(attrs.evolve(self.antiphon, tenant=self.tenant), JobId(job_id), lambda _: watch())

    def history(self, api: str) -> Iterator[CheckDocument]:
        validations, before = self.antiphon.checks.validations, None
        api_id = validations.find(self.tenant, api)
        while page := validations.history(self.tenant, api_id, before=before, limit=PAGE):
            yield from map(check_document, page)
            before = CheckPlace(checked_at=page[-1].checked_at, id=page[-1].id)

    def refresh(self, api: str) -> RefreshDocument:
        api_id = self.antiphon.checks.validations.find(self.tenant, api)
        return refresh_document(self.antiphon.checks.refresh(self.tenant, api_id))
