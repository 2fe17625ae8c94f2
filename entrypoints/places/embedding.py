"""What `antiphon library models`, `embed` and `auto-embed` ask of where they act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.embedding import (
    EmbeddingModelDocument,
    LibrarySettingsChange,
    LibrarySettingsDocument,
    NewEmbeddingModel,
    StartEmbedding,
)
from entrypoints.api.documents.jobs import JobDocument


class Embedding(Protocol):
    """The embedding models of one organization, and its jobs of embedding; models are named by name or id."""

    def models(self) -> Iterable[EmbeddingModelDocument]:
        """Return the models, by name."""

    def add(self, words: NewEmbeddingModel) -> EmbeddingModelDocument:
        """
        Store a model, once it has been tried.

        Raises:
            InvalidInput: there is no such model, or it can't be used so.
            Conflict: the name is taken.
            ServiceUnavailable: it does not answer just now.
        """

    def remove(self, model: str) -> None:
        """
        Forget a model and its vectors.

        Raises:
            NotFound: there is no such model.
            Conflict: it is in use.
        """

    def settings(self) -> LibrarySettingsDocument:
        """Return what is set."""

    def change(self, words: LibrarySettingsChange) -> LibrarySettingsDocument:
        """
        Take a model into use, or have new documents embedded by themselves or not.

        Raises:
            NotFound: there is no such model.
            Conflict: texts that can be found have no vector of it.
        """

    def start(self, words: StartEmbedding, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Accept a job that embeds documents.

        Raises:
            NotFound: a document or model is not there.
            Conflict: no model is in use; or everything is being embedded already.
        """
