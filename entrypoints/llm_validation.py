"""Validation of LLM APIs, put together: the family, who submits it, and who notes what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from random import random

from attrs import frozen

from adapters.database.llm_due import SqlDueApis
from adapters.database.llm_registry import SqlRegistry
from adapters.database.store import SqlStore
from adapters.http.way import HttpWays
from domain.jobs.errors import NotFound
from domain.jobs.item import Item
from domain.jobs.job import JobId
from domain.jobs.opening import Opener
from domain.jobs.service import JobService, JobView
from domain.language_models.pricing import PricedStreams
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.noting import Noting
from domain.llm_validation.rechecking import Rechecking
from domain.llm_validation.refreshing import Refreshed, Refreshing
from domain.llm_validation.validation import KIND, LlmValidation
from domain.llm_validation.validations import Validations
from domain.schedules.schedulable import Check
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext
from entrypoints.foundation import Foundation, prices_of
from entrypoints.outgoing import make_guard, make_language_models
from pipelines.names import FAMILIES

MOST_ITEMS = 1000
"""More APIs than an organization can have."""


@frozen(kw_only=True)
class LlmChecks:
    """What a process needs of validations."""

    validations: Validations
    noting: Noting
    rechecking: Rechecking
    refreshing: Refreshing
    environments: Environments
    store: SqlStore

    @property
    def openers(self) -> Mapping[str, Opener]:
        """What opens a job for a task that is called with ids in place of one."""
        names = FAMILIES[KIND]
        return {names.start: self.validations.open_all, names.execute: self.validations.open_one}

    @property
    def of_arguments(self) -> Mapping[str, Check]:
        """What looks, before a schedule is stored, whether the APIs exist that its arguments name."""
        names = FAMILIES[KIND]
        return {names.start: self._check_named, names.execute: self._check_named}

    def _check_named(self, tenant: TenantContext, arguments: Mapping[str, str]) -> None:
        for words in arguments.values():
            self.validations.find(tenant, words)

    def refresh(self, tenant: TenantContext, api_id: LlmApiId) -> Refreshed:
        """
        Ask for an API's list of models now.

        Raises:
            NotFound: no such API in this organization.
        """
        return self.refreshing.with_environment(self.environments.of(tenant)).attempt(tenant, api_id)

    def result(self, tenant: TenantContext, job_id: JobId) -> tuple[JobView, list[Item]]:
        """
        Return a validation and its items, as they stand.

        Raises:
            NotFound: no such job in this organization, or it is no validation.
        """
        view = self.validations.jobs.get(tenant, job_id)
        if view.job.kind != KIND:
            raise NotFound(f"job {job_id} is of kind {view.job.kind}, not a validation of LLM APIs")
        with self.store.view(tenant) as work:
            return view, work.ledger.page(job_id, after=None, limit=MOST_ITEMS)


def make_llm_family(base: Foundation) -> LlmValidation:
    """Return the family; its models say what they cost."""
    registry, clock, settings = SqlRegistry(base.engine), base.clock, base.settings
    calls = make_language_models(settings)
    return LlmValidation(
        registry=registry,
        refreshing=Refreshing(registry=registry, catalogues=calls, clock=clock),
        models=base.models,
        streams=PricedStreams(calls, prices_of(settings)),
        ways=HttpWays({}, make_guard(settings)),
        environments=base.environments,
        clock=clock,
        tokens_a_day=settings.probe_tokens,
    )


def make_llm_checks(base: Foundation, *, family: LlmValidation, jobs: JobService) -> LlmChecks:
    """Return what starts validations and notes them."""
    store = base.store
    validations = Validations(jobs=jobs, registry=family.registry)
    return LlmChecks(
        validations=validations,
        noting=Noting(jobs=store, registry=family.registry, clock=family.clock, jitter=random),
        rechecking=Rechecking(
            installation=store,
            due=SqlDueApis(base.engine),
            registry=family.registry,
            validations=validations,
            clock=family.clock,
        ),
        refreshing=family.refreshing,
        environments=family.environments,
        store=store,
    )
