"""/v1/embedding-models, /v1/library-settings and /v1/embedding-jobs."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.jobs.errors import NotFound
from entrypoints.api.documents.embedding import (
    EmbeddingModelDocument,
    LibrarySettingsChange,
    LibrarySettingsDocument,
    NewEmbeddingModel,
    StartEmbedding,
)
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.calls.asking import Calls, path

_MODELS, _SETTINGS, _JOBS = path("embedding-models"), path("library-settings"), path("embedding-jobs")


@frozen(kw_only=True)
class EmbeddingCalls(Calls):
    """`Embedding` of a server; models and settings ask for a key with the scope `admin`, jobs for `write`."""

    def models(self) -> Iterator[EmbeddingModelDocument]:
        return self._pages(_MODELS, EmbeddingModelDocument)

    def add(self, words: NewEmbeddingModel) -> EmbeddingModelDocument:
        return self._post(_MODELS, EmbeddingModelDocument, words)

    def remove(self, model: str) -> None:
        found = next((one.id for one in self.models() if model in (one.name, one.id)), None)
        if found is None:
            raise NotFound(f"embedding model {model[:100]!r}: there is none of this name or id")
        self._delete(path("embedding-models", found))

    def settings(self) -> LibrarySettingsDocument:
        return self._get(_SETTINGS, LibrarySettingsDocument)

    def change(self, words: LibrarySettingsChange) -> LibrarySettingsDocument:
        return self._patch(_SETTINGS, LibrarySettingsDocument, words)

    def start(self, words: StartEmbedding, *, idempotency_key: str | None = None) -> JobDocument:
        return self._start(_JOBS, words, idempotency_key=idempotency_key)
