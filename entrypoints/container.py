"""
The composition root: which adapter is plugged into which port, once a process.

Nothing is looked up by name or type: mypy proves that what is plugged in fits. What runs items is built in
`worker_side.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen
from sqlalchemy import Engine

from adapters.clock import SharedClock
from adapters.database.clock import shared_clock
from adapters.database.configuration_names import SqlConfigurationNames
from adapters.database.roles import check_login
from adapters.database.schema import is_current, upgrade
from adapters.database.store import SqlStore
from adapters.database.test_sets import SqlTestSets
from adapters.identifiers import UuidSource
from adapters.javascript.transforms import JavaScriptTransforms
from adapters.judging.prompt_files import judge_prompts
from adapters.language_models.price_file import read_prices, shipped_prices
from adapters.metrics.scorers import StandardScorers
from adapters.optional_cache import OptionalCache
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.embedding.sync_spec import KIND as SYNC
from domain.jobs.errors import BrokenSettings, ServiceUnavailable
from domain.jobs.family import Family
from domain.jobs.opening import Opener
from domain.jobs.records import JobRecords
from domain.jobs.service import JobService
from domain.language_models.pricing import PricedModels, PriceTable
from domain.limits.doors import Doors
from domain.schedules.service import Schedules
from domain.tenancy import ALL_SCOPES, OrganizationId, TenantContext, UserId
from domain.test_execution.configurations import SavedConfigurations
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.opening import RunOpener
from domain.test_execution.ports import Targets
from domain.test_execution.rejudging import Rejudging
from domain.test_execution.response_cache import Caching, ResponseCache
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.traced_target import TracedTargets
from domain.tracing import Spans
from entrypoints.administration import Administration, ensure_own_organization, make_administration
from entrypoints.cache import make_cache
from entrypoints.library import LibraryServices, make_library
from entrypoints.library_embedding import Embedding, EmbeddingWork, make_embedding, make_embedding_work
from entrypoints.library_search import LibrarySearchServices, make_library_search
from entrypoints.library_sources import SourceServices, make_sources, make_sync
from entrypoints.limits import make_doors
from entrypoints.llm_registry import LlmRegistry, make_llm_registry
from entrypoints.llm_validation import LlmChecks, make_llm_checks, make_llm_family
from entrypoints.notifications import Notifications, make_notifications
from entrypoints.outgoing import make_language_models, make_scorers, make_targets
from entrypoints.schedules import make_schedules
from entrypoints.secrets import Secrets, make_secrets, peppers_of
from entrypoints.settings import Settings
from entrypoints.storage import engine_of, make_home
from entrypoints.tracing import make_spans
from pipelines.bell import RelayBell
from pipelines.names import FAMILIES


@frozen(kw_only=True)
class Antiphon:
    """Everything a process needs to accept jobs and to look at them."""

    settings: Settings
    engine: Engine
    tenant: TenantContext
    store: SqlStore
    test_sets: SqlTestSets
    scorers: StandardScorers
    targets: StandardTargets
    templates: JinjaTemplates
    family: TestExecution
    families: Mapping[str, Family]
    doors: Doors
    cache: ResponseCache
    secrets: Secrets
    jobs: JobService
    records: JobRecords
    runs: TestRuns
    rejudging: Rejudging
    configurations: SavedConfigurations
    run_opener: RunOpener
    administration: Administration
    bell: RelayBell
    spans: Spans
    clock: SharedClock
    notifications: Notifications
    schedules: Schedules
    llm: LlmRegistry
    checks: LlmChecks
    library: LibraryServices
    embedding: Embedding
    embedding_work: EmbeddingWork
    library_search: LibrarySearchServices
    sources: SourceServices

    @property
    def openers(self) -> Mapping[str, Opener]:
        """What opens a job for the task of each name, when it is called with ids in place of a job."""
        return {
            FAMILIES[self.family.kind].start: self.run_opener.open,
            FAMILIES[self.embedding.family.kind].execute: self.embedding_work.jobs.open,
            FAMILIES[SYNC].start: self.sources.syncs.open,
            **self.checks.openers,
        }

    def targets_of(self, tenant: TenantContext) -> Targets:
        """Return what opens targets with what an organization may name in them."""
        return self.targets.with_environment(self.secrets.environments.of(tenant))

    @property
    def patience_s(self) -> float:
        """How long a store that refuses is asked again: a server may fail over, a full disk does not empty itself."""
        return 3.0 if self.engine.dialect.name == "sqlite" else 30.0


def build(settings: Settings, *, spans: Spans | None = None) -> Antiphon:
    """
    Plug everything together; *spans* record traces, where the settings' own are not wanted.

    Raises:
        BrokenSettings: the settings name a server, whose database is not here.
        ServiceUnavailable: the home folder or the database can't be used.
    """
    if settings.server:
        raise BrokenSettings(
            f"this command works beside the database, and not against the server {settings.server}; run it there, or "
            "leave out --server and unset ANTIPHON_SERVER"
        )
    if not settings.database_url:
        make_home(settings)
    engine = engine_of(settings.database_address)
    store, clock, ids, bell = SqlStore(engine), shared_clock(engine), UuidSource(), RelayBell()
    templates = JinjaTemplates()
    scorers = make_scorers(settings, templates=templates)
    models = PricedModels(make_language_models(settings), prices_of(settings))
    spans = spans or make_spans(settings)
    targets = make_targets(settings, templates=templates, models=models, spans=spans)
    administration = make_administration(engine, clock=clock, ids=ids, peppers=peppers_of(settings))
    secrets = make_secrets(settings, engine=engine, clock=clock, audit=administration.audit)
    test_sets, names = SqlTestSets(engine), SqlConfigurationNames(engine)
    judging = Judging(models=models, prompts=judge_prompts(), templates=templates)
    doors = make_doors(settings)
    cache = make_cache(settings, engine=engine, clock=clock)
    family = TestExecution(
        test_sets=test_sets,
        targets=TracedTargets(targets=targets, spans=spans),
        scorers=scorers,
        templates=templates,
        judging=judging,
        environments=secrets.environments,
        transforms=JavaScriptTransforms(),
        store=store,
        doors=doors,
        caching=Caching(cache=OptionalCache(cache), clock=clock),
    )
    llm = make_llm_registry(engine, clock=clock, ids=ids, audit=administration.audit, environments=secrets.environments)
    llm_family = make_llm_family(settings, engine=engine, models=models, environments=secrets.environments, clock=clock)
    library = make_library(engine, clock=clock, ids=ids, audit=administration.audit, doorbell=bell)
    embedding = make_embedding(
        settings,
        library=library.store,
        parsers=library.parsers,
        models=models,
        environments=secrets.environments,
        doors=doors,
        resolve=llm.references.resolve,
        clock=clock,
        ids=ids,
        audit=administration.audit,
    )
    syncing = make_sync(
        settings,
        library=library.store,
        ingesting=embedding.ingesting,
        environments=secrets.environments,
        doors=doors,
        store=store,
        clock=clock,
        ids=ids,
    )
    families: dict[str, Family] = {each.kind: each for each in (family, llm_family, embedding.family, syncing)}
    jobs = JobService(store=store, clock=clock, ids=ids, doorbell=bell, kinds=frozenset(families))
    checks = make_llm_checks(engine, family=llm_family, jobs=jobs, store=store)
    embedding_work = make_embedding_work(jobs=jobs, store=store, library=library.store, clock=clock)
    sources = make_sources(syncing, jobs=jobs, prices=lambda: prices_of(settings), audit=administration.audit)
    run_opener = RunOpener(
        runs=TestRuns(jobs=jobs, test_sets=test_sets, references=llm.references),
        configurations=SavedConfigurations(names=names, test_sets=test_sets, clock=clock),
    )
    return Antiphon(
        settings=settings,
        engine=engine,
        tenant=own_tenant(settings),
        store=store,
        test_sets=test_sets,
        scorers=scorers,
        targets=targets,
        templates=templates,
        family=family,
        families=families,
        doors=doors,
        cache=cache,
        secrets=secrets,
        jobs=jobs,
        records=JobRecords(store=store),
        runs=run_opener.runs,
        rejudging=Rejudging(jobs=jobs, store=store, references=llm.references),
        configurations=run_opener.configurations,
        run_opener=run_opener,
        administration=administration,
        bell=bell,
        spans=spans,
        clock=clock,
        notifications=make_notifications(
            settings,
            engine=engine,
            store=store,
            clock=clock,
            ids=ids,
            vault=secrets.vault,
            audit=administration.audit,
        ),
        schedules=make_schedules(
            engine,
            store=store,
            clock=clock,
            ids=ids,
            audit=administration.audit,
            doorbell=bell,
            checks={
                FAMILIES[family.kind].start: run_opener.check,
                FAMILIES[SYNC].start: sources.syncs.check,
                **checks.of_arguments,
            },
            resend_after_s=settings.resend_after_s,
        ),
        llm=llm,
        checks=checks,
        library=library,
        embedding=embedding,
        embedding_work=embedding_work,
        library_search=make_library_search(
            settings,
            engine=engine,
            library=library.store,
            embedders=embedding.embedders,
            work=embedding_work,
            clock=clock,
        ),
        sources=sources,
    )


def prices_of(settings: Settings) -> PriceTable:
    """
    Return the prices to count with: those of the file that the settings name, else the shipped ones.

    Raises:
        InvalidInput: the file can't be read, or holds something else.
    """
    return read_prices(Path(settings.prices).expanduser()) if settings.prices else shipped_prices()


def ready_database(antiphon: Antiphon) -> None:
    """
    Bring an embedded database up to date; insist that a server's is. The commands' own organization is there then.

    Raises:
        ServiceUnavailable: the database can't be used, or a server's tables are not those of this version.
        BrokenSettings: row-level security would not bind the server's user.
    """
    if not antiphon.settings.database_url:
        upgrade(antiphon.engine)
    elif not is_current(antiphon.engine):
        raise ServiceUnavailable(
            "the database's tables are not those of this version; run `antiphon db upgrade` once, then try again"
        )
    else:
        check_login(antiphon.engine)
    ensure_own_organization(antiphon.administration, antiphon.tenant)


def own_tenant(settings: Settings) -> TenantContext:
    """Return whom commands act for on this machine: the user and the organization of the settings."""
    return TenantContext(
        organization_id=OrganizationId(settings.organization), user_id=UserId(settings.user), scopes=ALL_SCOPES
    )
