"""Embedding documents, put together: models, what ingests documents, and the jobs that do it."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from adapters.embedders.api_models import ApiModels, Resolve
from adapters.embedders.opener import StandardEmbedders
from domain.embedding.document_embedding import DocumentEmbedding
from domain.embedding.embedding_jobs import EmbeddingJobs
from domain.embedding.ingesting import Ingesting
from domain.embedding.model_service import EmbeddingModels
from domain.embedding.parsed import Parsers
from domain.embedding.ports import Library
from domain.embedding.settling import Settling
from domain.embedding.shared_embedders import SharedEmbedders
from domain.jobs.job import Job
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService
from domain.tenancy import TenantContext
from entrypoints.api.documents.embedding import LibrarySettingsChange, LibrarySettingsDocument, StartEmbedding
from entrypoints.foundation import Foundation


@frozen(kw_only=True)
class Embedding:
    """What a process needs to embed documents; models are opened with the first text."""

    models: EmbeddingModels
    embedders: SharedEmbedders
    ingesting: Ingesting
    family: DocumentEmbedding


@frozen(kw_only=True)
class EmbeddingWork:
    """What starts jobs of embedding, and what follows their end."""

    jobs: EmbeddingJobs
    settling: Settling


def make_embedding(base: Foundation, *, library: Library, parsers: Parsers, resolve: Resolve) -> Embedding:
    """Plug it together."""
    clock, folder = base.clock, base.settings.local_models
    apis = ApiModels(models=base.models, environments=base.environments, doors=base.doors, resolve=resolve)
    embedders = StandardEmbedders(apis=apis, local_models=Path(folder).expanduser() if folder else None)
    shared = SharedEmbedders(embedders=embedders)
    ingesting = Ingesting(library=library, parsers=parsers, embedders=shared, clock=clock)
    return Embedding(
        models=EmbeddingModels(library=library, embedders=embedders, clock=clock, ids=base.ids, audit=base.audit),
        embedders=shared,
        ingesting=ingesting,
        family=DocumentEmbedding(library=library, ingesting=ingesting),
    )


def make_embedding_work(base: Foundation, *, jobs: JobService, library: Library) -> EmbeddingWork:
    """Plug together what stands on the service of jobs, which must know the family first."""
    return EmbeddingWork(
        jobs=EmbeddingJobs(jobs=jobs, library=library, clock=base.clock),
        settling=Settling(store=base.store, library=library, clock=base.clock),
    )


def settings_document(models: EmbeddingModels, tenant: TenantContext) -> LibrarySettingsDocument:
    """Return what is set, with the model by its name."""
    settings = models.settings(tenant)
    name = None if settings.model_id is None else models.get(tenant, settings.model_id).model.name
    return LibrarySettingsDocument(model=name, auto_embed=settings.auto_embeds)


def changed_settings(
    models: EmbeddingModels, tenant: TenantContext, words: LibrarySettingsChange
) -> LibrarySettingsDocument:
    """Set what *words* say; a model that can't be taken into use leaves the rest as it was, too."""
    if words.model is not None:
        models.use(tenant, words.model)
    if words.auto_embed is not None:
        models.set_auto_embed(tenant, is_on=words.auto_embed)
    return settings_document(models, tenant)


def start_embedding(
    models: EmbeddingModels,
    jobs: EmbeddingJobs,
    tenant: TenantContext,
    words: StartEmbedding,
    key: IdempotencyKey | None,
) -> Job:
    """Accept the job that *words* ask for."""
    model_id = None if words.model is None else models.get(tenant, words.model).model.id
    return jobs.start(tenant, words.spec(model_id=model_id), idempotency_key=key)
