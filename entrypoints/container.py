"""
The composition root: which adapter is plugged into which port, once a process.

Nothing is looked up by name or type: mypy proves that what is plugged in fits. What runs items is built in
`worker_side.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen
from sqlalchemy import Engine

from adapters.clock import SharedClock
from adapters.database.roles import check_login
from adapters.database.schema import is_current, upgrade
from adapters.database.store import SqlStore
from adapters.database.test_sets import SqlTestSets
from adapters.metrics.scorers import StandardScorers
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.embedding.sync_spec import KIND as SYNC
from domain.jobs.errors import BrokenSettings, ServiceUnavailable
from domain.jobs.family import Family
from domain.jobs.opening import Opener
from domain.jobs.records import JobRecords
from domain.jobs.service import JobService
from domain.limits.doors import Doors
from domain.rfp_answering.stage import RIVALS
from domain.schedules.service import Schedules
from domain.tenancy import ALL_SCOPES, OrganizationId, TenantContext, UserId
from domain.test_execution.configurations import SavedConfigurations
from domain.test_execution.opening import RunOpener
from domain.test_execution.ports import Targets
from domain.test_execution.rejudging import Rejudging
from domain.test_execution.response_cache import ResponseCache
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from domain.tracing import Spans
from entrypoints.administration import Administration, ensure_own_organization
from entrypoints.foundation import Foundation, make_foundation
from entrypoints.library import LibraryServices, make_library
from entrypoints.library_embedding import Embedding, EmbeddingWork, make_embedding, make_embedding_work
from entrypoints.library_search import LibrarySearchServices, make_library_search, make_searching
from entrypoints.library_sources import SourceServices, make_sources, make_sync
from entrypoints.llm_registry import LlmRegistry, make_llm_registry
from entrypoints.llm_validation import LlmChecks, make_llm_checks, make_llm_family
from entrypoints.notifications import Notifications, make_notifications
from entrypoints.rfp import RfpServices, make_rfp, make_stages
from entrypoints.rfp_summaries import SummaryServices, make_summaries, make_summarizing
from entrypoints.schedules import make_schedules
from entrypoints.secrets import Secrets
from entrypoints.settings import Settings
from entrypoints.test_runs import make_runs, make_testing
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
    rfp: RfpServices
    summaries: SummaryServices

    @property
    def openers(self) -> Mapping[str, Opener]:
        """What opens a job for the task of each name, when it is called with ids in place of a job."""
        return {
            FAMILIES[self.family.kind].start: self.run_opener.open,
            FAMILIES[self.embedding.family.kind].execute: self.embedding_work.jobs.open,
            FAMILIES[SYNC].start: self.sources.syncs.open,
            **self.checks.openers,
            **self.rfp.openers,
            **self.summaries.openers,
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
    base = make_foundation(settings, spans=spans)
    testing, llm, llm_family = make_testing(base), make_llm_registry(base), make_llm_family(base)
    library = make_library(base)
    embedding = make_embedding(base, library=library.store, parsers=library.parsers, resolve=llm.references.resolve)
    syncing = make_sync(base, library=library.store, ingesting=embedding.ingesting)
    searching = make_searching(base, library=library.store, embedders=embedding.embedders)
    stages = make_stages(base, library=library.store, searching=searching)
    every: tuple[Family, ...] = (testing.family, llm_family, embedding.family, syncing, *stages, make_summarizing(base))
    families = {each.kind: each for each in every}
    jobs = _make_jobs(base, kinds=frozenset(families))
    runs = make_runs(base, jobs=jobs, test_sets=testing.test_sets, references=llm.references)
    checks = make_llm_checks(base, family=llm_family, jobs=jobs)
    embedding_work = make_embedding_work(base, jobs=jobs, library=library.store)
    sources = make_sources(base, family=syncing, jobs=jobs)
    rfp = make_rfp(base, jobs=jobs, llm=llm, library=library, searching=searching)
    of_arguments = {
        FAMILIES[testing.family.kind].start: runs.opener.check,
        FAMILIES[SYNC].start: sources.syncs.check,
        **checks.of_arguments,
        **rfp.of_arguments,
    }
    return Antiphon(
        settings=settings,
        engine=base.engine,
        tenant=own_tenant(settings),
        store=base.store,
        test_sets=testing.test_sets,
        scorers=testing.scorers,
        targets=testing.targets,
        templates=testing.templates,
        family=testing.family,
        families=families,
        doors=base.doors,
        cache=testing.cache,
        secrets=base.secrets,
        jobs=jobs,
        records=JobRecords(store=base.store),
        runs=runs.opener.runs,
        rejudging=runs.rejudging,
        configurations=runs.opener.configurations,
        run_opener=runs.opener,
        administration=base.administration,
        bell=base.bell,
        spans=base.spans,
        clock=base.clock,
        notifications=make_notifications(base),
        schedules=make_schedules(base, checks=of_arguments),
        llm=llm,
        checks=checks,
        library=library,
        embedding=embedding,
        embedding_work=embedding_work,
        library_search=make_library_search(base, searching=searching, work=embedding_work),
        sources=sources,
        rfp=rfp,
        summaries=make_summaries(base, jobs=jobs, parsers=library.parsers, models=rfp.models),
    )


def _make_jobs(base: Foundation, *, kinds: frozenset[str]) -> JobService:
    return JobService(store=base.store, clock=base.clock, ids=base.ids, doorbell=base.bell, kinds=kinds, rivals=RIVALS)


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
