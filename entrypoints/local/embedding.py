"""Embedding models and jobs of embedding beside this machine's database."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.request_key import IdempotencyKey
from domain.tenancy import TenantContext
from entrypoints.api.documents.embedding import (
    EmbeddingModelDocument,
    LibrarySettingsChange,
    LibrarySettingsDocument,
    NewEmbeddingModel,
    StartEmbedding,
    embedding_model_document,
)
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.container import Antiphon
from entrypoints.library_embedding import changed_settings, settings_document, start_embedding


@frozen(kw_only=True)
class LocalEmbedding:
    """`Embedding` of this machine's database."""

    antiphon: Antiphon
    tenant: TenantContext

    def models(self) -> list[EmbeddingModelDocument]:
        return [embedding_model_document(view) for view in self.antiphon.embedding.models.all(self.tenant)]

    def add(self, words: NewEmbeddingModel) -> EmbeddingModelDocument:
        return embedding_model_document(self.antiphon.embedding.models.add(self.tenant, words.asked()))

    def remove(self, model: str) -> None:
        self.antiphon.embedding.models.remove(self.tenant, model)

    def settings(self) -> LibrarySettingsDocument:
        return settings_document(self.antiphon.embedding.models, self.tenant)

    def change(self, words: LibrarySettingsChange) -> LibrarySettingsDocument:
        return changed_settings(self.antiphon.embedding.models, self.tenant, words)

    def start(self, words: StartEmbedding, *, idempotency_key: str | None = None) -> JobDocument:
        key = IdempotencyKey(idempotency_key) if idempotency_key else None
        antiphon = self.antiphon
        job = start_embedding(antiphon.embedding.models, antiphon.embedding_work.jobs, self.tenant, words, key)
        return job_document(antiphon.jobs.get(self.tenant, job.id))
