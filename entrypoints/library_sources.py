"""Documentation sources, put together: what opens them, what syncs them, and what people do with them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from adapters.sources.allowed_roots import AllowedRoots
from adapters.sources.opener import StandardSources
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.dry_run import DryRuns
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingProvider
from domain.embedding.ingesting import Ingesting
from domain.embedding.ports import Library
from domain.embedding.source_service import DocumentationSources
from domain.embedding.sync import DocumentationSync
from domain.embedding.sync_counts import SyncReports
from domain.embedding.sync_service import Syncs
from domain.jobs.service import JobService
from domain.language_models.codec import model_from_json
from domain.language_models.pricing import PriceTable
from domain.tenancy import TenantContext
from entrypoints.api.documents.documentation_sources import SourceDocument, source_document, sync_document
from entrypoints.foundation import Foundation, prices_of
from entrypoints.outgoing import make_guard
from entrypoints.settings import Settings

COPIES = "repositories"
"""The folder below the home where copies of git repositories are kept; it may be deleted at any time."""


@frozen(kw_only=True)
class SourceServices:
    """What a process needs of documentation sources."""

    sources: DocumentationSources
    syncs: Syncs
    reports: SyncReports
    dry_runs: DryRuns


def make_opener(settings: Settings) -> StandardSources:
    """Return what opens sources: on a server only folders that its operator names, embedded all that its user reads."""
    roots = tuple(Path(root.strip()) for root in settings.library_roots.split(",") if root.strip())
    return StandardSources(
        roots=AllowedRoots(roots=roots, allows_all=settings.is_embedded and not roots),
        copies=settings.home / COPIES,
        guard=make_guard(settings),
    )


def make_sync(base: Foundation, *, library: Library, ingesting: Ingesting) -> DocumentationSync:
    """Return the family of syncs."""
    return DocumentationSync(
        library=library,
        sources=make_opener(base.settings),
        environments=base.environments,
        ingesting=ingesting,
        doors=base.doors,
        store=base.store,
        clock=base.clock,
        ids=base.ids,
        sleep=time.sleep,
    )


def make_sources(base: Foundation, *, family: DocumentationSync, jobs: JobService) -> SourceServices:
    """Plug together what stands on the service of jobs, which must know the family first."""
    sources = DocumentationSources(
        library=family.library,
        sources=family.sources,
        store=family.store,
        clock=family.clock,
        ids=family.ids,
        audit=base.audit,
    )
    return SourceServices(
        sources=sources,
        syncs=Syncs(jobs=jobs, library=family.library, sources=sources, audit=base.audit),
        reports=SyncReports(store=family.store),
        dry_runs=DryRuns(
            library=family.library,
            sources=family.sources,
            environments=family.environments,
            ingesting=family.ingesting,
            doors=family.doors,
            clock=family.clock,
            sleep=family.sleep,
            cost=lambda model, tokens: _cost_nanousd(prices_of(base.settings), model, tokens),
        ),
    )


def shown_source(services: SourceServices, tenant: TenantContext, source: DocumentationSource) -> SourceDocument:
    """Return the document of a source, with its newest sync."""
    return shown_sources(services, tenant, [source])[0]


def shown_sources(
    services: SourceServices, tenant: TenantContext, sources: Sequence[DocumentationSource]
) -> list[SourceDocument]:
    """Return the documents of sources, with their newest syncs, which are asked for once."""
    jobs = services.sources.newest_syncs(tenant, [source.id for source in sources])
    counts = services.reports.counts(tenant, jobs.values())
    last = {source_id: sync_document(job, counts[job.id]) for source_id, job in jobs.items()}
    return [source_document(source, last_sync=last.get(source.id)) for source in sources]


def _cost_nanousd(prices: PriceTable, model: EmbeddingModel, tokens: int) -> int | None:
    """Return what embedding so many tokens costs; what runs on this machine costs nothing."""
    if model.provider is not EmbeddingProvider.LANGUAGE_MODEL:
        return 0
    spec = model.spec.get("model")
    price = prices.price_of(model_from_json(spec)) if isinstance(spec, Mapping) else None
    return None if price is None else price.cost_nanousd(prompt_tokens=tokens, completion_tokens=0)
