"""
The composition root: which adapter is plugged into which port, once a process.

Nothing is looked up by name or type: mypy proves that what is plugged in fits. The parts are made in `parts.py`, what
runs items is built in `worker_side.py`.
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
from entrypoints.library import LibraryServices
from entrypoints.library_embedding import Embedding, EmbeddingWork
from entrypoints.library_search import LibrarySearchServices, make_library_search
from entrypoints.library_sources import SourceServices
from entrypoints.llm_registry import LlmRegistry
from entrypoints.llm_validation import LlmChecks
from entrypoints.notifications import Notifications, make_notifications
from entrypoints.parts import Families, Starters, make_families, make_starters
from entrypoints.rfp import RfpServices
from entrypoints.rfp_summaries import SummaryServices, make_summaries
from entrypoints.schedules import make_schedules
from entrypoints.secrets import Secrets
from entrypoints.settings import Settings
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
    families = make_families(base)
    return _assembled(base, families, make_starters(base, families))


def _assembled(base: Foundation, families: Families, starters: Starters) -> Antiphon:
    """Return each part under the name that those who use it know it by."""
    testing, runs, work = families.testing, starters.runs, starters.embedding_work
    parsers, models = families.library.parsers, starters.rfp.models
    return Antiphon(
        settings=base.settings,
        engine=base.engine,
        tenant=own_tenant(base.settings),
        store=base.store,
        test_sets=testing.test_sets,
        scorers=testing.scorers,
        targets=testing.targets,
        templates=testing.templates,
        family=testing.family,
        families=families.by_kind,
        doors=base.doors,
        cache=testing.cache,
        secrets=base.secrets,
        jobs=starters.jobs,
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
        schedules=make_schedules(base, checks=starters.of_arguments(families)),
        llm=families.llm,
        checks=starters.checks,
        library=families.library,
        embedding=families.embedding,
        embedding_work=work,
        library_search=make_library_search(base, searching=families.searching, work=work),
        sources=starters.sources,
        rfp=starters.rfp,
        summaries=make_summaries(base, jobs=starters.jobs, parsers=parsers, models=models),
    )


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
