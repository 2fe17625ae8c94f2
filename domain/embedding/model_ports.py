"""The library's rows of embedding models, vectors and settings, of one organization: part of its unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, Fingerprint
from domain.embedding.vector import Vector


@frozen(kw_only=True)
class LibrarySettings:
    """
    What an organization has set. *model_id* is the embedding model in use; None, as it is at first: none.

    *auto_embeds*: whether a new document is embedded by itself.
    """

    model_id: EmbeddingModelId | None = None
    auto_embeds: bool = True


@frozen(kw_only=True)
class Coverage:
    """How many different texts the visible chunks have, and how many of these have no vector of a model."""

    texts: int
    missing: int


class Models(Protocol):
    """The organization's embedding models."""

    def add(self, model: EmbeddingModel) -> None:
        """
        Store a new model.

        Raises:
            Conflict: another one has its name.
        """

    def get(self, model_id: EmbeddingModelId) -> EmbeddingModel:
        """
        Return the model.

        Raises:
            NotFound: there is none of this id in the organization.
        """

    def named(self, name: str) -> EmbeddingModel | None:
        """Return the model of this very name, if there is one."""

    def all(self) -> list[EmbeddingModel]:
        """Return the models, by name."""

    def in_use(self) -> EmbeddingModel | None:
        """Return the model that documents are embedded and searched with, if one was chosen."""

    def remove(self, model_id: EmbeddingModelId) -> bool:
        """Forget a model, which may not be in use; return whether there was one. Its vectors stay."""


class Vectors(Protocol):
    """Vectors, by the fingerprint of the model that made them and the hash of the text they are of."""

    def known(self, fingerprint: Fingerprint, text_hashes: Sequence[str]) -> set[str]:
        """Return those of the texts that have a vector."""

    def of(self, fingerprint: Fingerprint, text_hashes: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors of the texts, as far as they have one."""

    def add(self, fingerprint: Fingerprint, vectors: Mapping[str, Vector], *, now: datetime) -> None:
        """Store vectors; a text that has one keeps it."""

    def coverage(self, fingerprint: Fingerprint) -> Coverage:
        """Return how far what readers see is embedded with this model."""

    def forget(self, fingerprint: Fingerprint) -> int:
        """Forget a model's vectors; return how many there were."""

    def forget_unused(self, *, made_before: datetime, limit: int) -> int:
        """
        Forget vectors of texts that no chunk has, made before that moment; at most *limit*; return how many.

        Not the newest ones: who embeds a document stores vectors first, and the chunks that they are for at the end.
        """


class Settings(Protocol):
    """What the organization has set."""

    def get(self) -> LibrarySettings:
        """Return the settings: as they were put, or as they are at first."""

    def put(self, settings: LibrarySettings) -> None:
        """
        Store the settings.

        Raises:
            NotFound: there is no such model.
        """
