"""This machine's database as the place where commands act."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from attrs import frozen

from domain.jobs.job import JobId
from domain.jobs.service import JobView
from domain.tenancy import TenantContext
from entrypoints.cli.opening import open_antiphon
from entrypoints.container import Antiphon
from entrypoints.local.audit import LocalAudit
from entrypoints.local.documentation_sources import LocalDocumentationSources
from entrypoints.local.documents import LocalDocuments
from entrypoints.local.embedding import LocalEmbedding
from entrypoints.local.keys import LocalKeys
from entrypoints.local.library_search import LocalLibrarySearch
from entrypoints.local.llm import LocalLlm
from entrypoints.local.llm_checks import LocalLlmChecks
from entrypoints.local.organization import LocalOrganization
from entrypoints.local.rfp_answers import LocalRfpAnswers
from entrypoints.local.rfp_checks import LocalRfpChecks
from entrypoints.local.rfp_summaries import LocalRfpSummaries
from entrypoints.local.rfps import LocalRfps
from entrypoints.local.schedules import LocalSchedules
from entrypoints.local.secrets import LocalSecrets
from entrypoints.local.webhooks import LocalWebhooks
from entrypoints.settings import Settings


@frozen(kw_only=True)
class LocalPlace:
    """`Place` that is this machine; *tenant* is its operator, in the organization to act in."""

    antiphon: Antiphon
    tenant: TenantContext

    @property
    def organization(self) -> LocalOrganization:
        administration = self.antiphon.administration
        return LocalOrganization(
            organizations=administration.organizations, people=administration.members, tenant=self.tenant
        )

    @property
    def keys(self) -> LocalKeys:
        return LocalKeys(service=self.antiphon.administration.keys, tenant=self.tenant)

    @property
    def embedding(self) -> LocalEmbedding:
        return LocalEmbedding(antiphon=self.antiphon, tenant=self.tenant)

    @property
    def documents(self) -> LocalDocuments:
        return LocalDocuments(
            library=self.antiphon.library,
            tenant=self.tenant,
            jobs=self.antiphon.embedding_work.jobs,
            drive=self._drive,
        )

    @property
    def library_search(self) -> LocalLibrarySearch:
        return LocalLibrarySearch(services=self.antiphon.library_search, tenant=self.tenant)

    @property
    def sources(self) -> LocalDocumentationSources:
        return LocalDocumentationSources(services=self.antiphon.sources, jobs=self.antiphon.jobs, tenant=self.tenant)

    @property
    def rfps(self) -> LocalRfps:
        return LocalRfps(antiphon=self.antiphon, tenant=self.tenant)

    @property
    def rfp_answers(self) -> LocalRfpAnswers:
        return LocalRfpAnswers(rfp=self.antiphon.rfp, tenant=self.tenant)

    @property
    def rfp_summaries(self) -> LocalRfpSummaries:
        return LocalRfpSummaries(antiphon=self.antiphon, tenant=self.tenant)

    @property
    def rfp_checks(self) -> LocalRfpChecks:
        return LocalRfpChecks(measuring=self.antiphon.rfp.measuring, tenant=self.tenant)

    @property
    def audit(self) -> LocalAudit:
        return LocalAudit(audit_log=self.antiphon.administration.audit, tenant=self.tenant)

    @property
    def secrets(self) -> LocalSecrets:
        return LocalSecrets(store=self.antiphon.secrets.store, tenant=self.tenant)

    @property
    def schedules(self) -> LocalSchedules:
        """What runs by itself."""
        return LocalSchedules(service=self.antiphon.schedules, tenant=self.tenant)

    @property
    def webhooks(self) -> LocalWebhooks:
        return LocalWebhooks(service=self.antiphon.notifications.webhooks, tenant=self.tenant)

    @property
    def llm(self) -> LocalLlm:
        """Its LLM APIs."""
        return LocalLlm(service=self.antiphon.llm, tenant=self.tenant)

    @property
    def llm_checks(self) -> LocalLlmChecks:
        return LocalLlmChecks(antiphon=self.antiphon, tenant=self.tenant)

    def _drive(self, job_id: JobId, watch: Callable[[JobView], None]) -> object:
        from entrypoints.driving import run_to_end

        return run_to_end(attrs.evolve(self.antiphon, tenant=self.tenant), job_id, watch)


def open_local_place(settings: Settings, *, org: str | None) -> LocalPlace:
    """
    Return this machine's place; *org* is the organization's name or id, by default the settings' own.

    Raises:
        NotFound: there is no such organization.
        ServiceUnavailable: the home folder or the database can't be used.
    """
    antiphon = open_antiphon(settings)
    tenant = antiphon.tenant
    if org is not None:
        tenant = attrs.evolve(tenant, organization_id=antiphon.administration.organizations.find(org).id)
    return LocalPlace(antiphon=antiphon, tenant=tenant)
