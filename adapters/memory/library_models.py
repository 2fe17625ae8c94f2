"""Embedding models, vectors and the library's settings in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from adapters.memory.journal import Journal
from adapters.memory.library_rows import LibraryRows, MemoryVector
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, Fingerprint
from domain.embedding.model_ports import Coverage, LibrarySettings
from domain.embedding.vector import Vector
from domain.jobs.errors import Conflict, NotFound


@frozen(kw_only=True)
class MemoryModels:
    """`Models` of one organization."""

    rows: LibraryRows
    journal: Journal

    def add(self, model: EmbeddingModel) -> None:
        """Store a new model."""
        if self.named(model.name) is not None:
            raise Conflict(f"embedding model {model.name!r}: there is one of this name already")
        self.journal.put(self.rows.models, model.id, model)

    def get(self, model_id: EmbeddingModelId) -> EmbeddingModel:
        """Return the model."""
        found = self.rows.models.get(model_id)
        if found is None:
            raise NotFound(f"there is no embedding model {model_id} in this organization")
        return found

    def named(self, name: str) -> EmbeddingModel | None:
        """Return the model of this very name, if there is one."""
        return next((model for model in self.rows.models.values() if model.name == name), None)

    def all(self) -> list[EmbeddingModel]:
        """Return the models, by name."""
        return sorted(self.rows.models.values(), key=lambda model: model.name)

    def in_use(self) -> EmbeddingModel | None:
        """Return the model that documents are embedded and searched with, if one was chosen."""
        chosen = self.rows.settings.get(None, LibrarySettings()).model_id
        return None if chosen is None else self.rows.models.get(chosen)

    def remove(self, model_id: EmbeddingModelId) -> bool:
        """Forget a model, which may not be in use; return whether there was one."""
        if model_id not in self.rows.models:
            return False
        self.journal.drop(self.rows.models, model_id)
        return True


@frozen(kw_only=True)
class MemoryVectors:
    """`Vectors` of one organization."""

    rows: LibraryRows
    journal: Journal

    def known(self, fingerprint: Fingerprint, text_hashes: Sequence[str]) -> set[str]:
        """Return those of the texts that have a vector."""
        return {text_hash for text_hash in text_hashes if (fingerprint, text_hash) in self.rows.vectors}

    def of(self, fingerprint: Fingerprint, text_hashes: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors of the texts, as far as they have one."""
        known = self.known(fingerprint, text_hashes)
        return {text_hash: self.rows.vectors[fingerprint, text_hash].vector for text_hash in known}

    def add(self, fingerprint: Fingerprint, vectors: Mapping[str, Vector], *, now: datetime) -> None:
        """Store vectors; a text that has one keeps it."""
        for text_hash, vector in vectors.items():
            if (fingerprint, text_hash) not in self.rows.vectors:
                self.journal.put(self.rows.vectors, (fingerprint, text_hash), MemoryVector(vector=vector, made_at=now))

    def coverage(self, fingerprint: Fingerprint) -> Coverage:
        """Return how far what readers see is embedded with this model."""
        there = [document for document in self.rows.documents.values() if document.removed_at is None]
        seen = {
            stored.text_hash
            for document in there
            for stored in self.rows.chunks.get((document.id, document.generation), ())
        }
        return Coverage(texts=len(seen), missing=len(seen) - len(self.known(fingerprint, sorted(seen))))

    def forget(self, fingerprint: Fingerprint) -> int:
        """Forget a model's vectors; return how many there were."""
        return self._drop([key for key in self.rows.vectors if key[0] == fingerprint])

    def forget_unused(self, *, made_before: datetime, limit: int) -> int:
        """Forget vectors of texts that no chunk has, made before that moment; at most *limit*; return how many."""
        used = {stored.text_hash for chunks in self.rows.chunks.values() for stored in chunks}
        rows = self.rows.vectors.items()
        unused = [key for key, row in rows if key[1] not in used and row.made_at < made_before]
        return self._drop(unused[:limit])

    def _drop(self, keys: Sequence[tuple[Fingerprint, str]]) -> int:
        for key in keys:
            self.journal.drop(self.rows.vectors, key)
        return len(keys)


@frozen(kw_only=True)
class MemoryLibrarySettings:
    """`Settings` of one organization."""

    rows: LibraryRows
    journal: Journal

    def get(self) -> LibrarySettings:
        """Return the settings."""
        return self.rows.settings.get(None, LibrarySettings())

    def put(self, settings: LibrarySettings) -> None:
        """Store the settings."""
        if settings.model_id is not None and settings.model_id not in self.rows.models:
            raise NotFound(f"there is no embedding model {settings.model_id} in this organization")
        self.journal.put(self.rows.settings, None, settings)
