"""Validation of LLM APIs, put together: the family, who submits it, and who notes what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from random import random

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.llm_due import SqlDueApis
from adapters.database.llm_registry import SqlRegistry
from adapters.database.store import SqlStore
from adapters.http.way import HttpWays
from domain.jobs.opening import Opener
from domain.jobs.ports import Clock
from domain.jobs.service import JobService
from domain.language_models.ports import LanguageModels
from domain.llm_validation.noting import Noting
from domain.llm_validation.rechecking import Rechecking
from domain.llm_validation.refreshing import Refreshing
from domain.llm_validation.validation import KIND, LlmValidation
from domain.llm_validation.validations import Validations
from domain.secrets.ports import Environments
from entrypoints.outgoing import make_guard, make_language_models
from entrypoints.settings import Settings
from pipelines.names import FAMILIES


@frozen(kw_only=True)
class LlmChecks:
    """What a process needs of validations."""

    validations: Validations
    noting: Noting
    rechecking: Rechecking
    refreshing: Refreshing

    @property
    def openers(self) -> Mapping[str, Opener]:
        """What opens a job for a task that is called with ids in place of one."""
        names = FAMILIES[KIND]
        return {names.start: self.validations.open_all, names.execute: self.validations.open_one}


def make_llm_family(
    settings: Settings, *, engine: Engine, models: LanguageModels, environments: Environments, clock: Clock
) -> LlmValidation:
    """Return the family; its *models* say what they cost."""
    registry = SqlRegistry(engine)
    return LlmValidation(
        registry=registry,
        refreshing=Refreshing(registry=registry, catalogues=make_language_models(settings), clock=clock),
        models=models,
        ways=HttpWays({}, make_guard(settings)),
        environments=environments,
        clock=clock,
        tokens_a_day=settings.probe_tokens,
    )


def make_llm_checks(engine: Engine, *, family: LlmValidation, jobs: JobService, store: SqlStore) -> LlmChecks:
    """Return what starts validations and notes them."""
    validations = Validations(jobs=jobs, registry=family.registry)
    return LlmChecks(
        validations=validations,
        noting=Noting(jobs=store, registry=family.registry, clock=family.clock, jitter=random),
        rechecking=Rechecking(
            installation=store,
            due=SqlDueApis(engine),
            registry=family.registry,
            validations=validations,
            clock=family.clock,
        ),
        refreshing=family.refreshing,
    )
