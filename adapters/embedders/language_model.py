"""Embedding models behind an API of any provider that has embeddings."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from domain.embedding.embedder import Embedded, checked_vectors
from domain.jobs.usage import Usage
from domain.language_models.conversation import Embeddings
from domain.language_models.ports import LanguageModel

MOST_TOKENS_OF_A_CALL = 10**9
"""More than this no call has: what an API says is added up, and must not break the sums."""


@frozen(kw_only=True)
class LanguageModelEmbedder:
    """`Embedder` over a `LanguageModel`; *dimensions* None: nobody knows yet."""

    model: LanguageModel = field(repr=False)
    dimensions: int | None
    query_prefix: str = ""
    document_prefix: str = ""

    def embed_documents(self, texts: Sequence[str], *, deadline_s: float) -> Embedded:
        """Embed the texts with one request."""
        return self._embedded([self.document_prefix + text for text in texts], deadline_s)

    def embed_query(self, text: str, *, deadline_s: float) -> Embedded:
        """Embed the question with one request."""
        return self._embedded([self.query_prefix + text], deadline_s)

    def _embedded(self, texts: Sequence[str], deadline_s: float) -> Embedded:
        found = self.model.embed(texts, deadline_s=deadline_s)
        return Embedded(vectors=checked_vectors(found.vectors, dimensions=self.dimensions), usage=_usage(found))


def _usage(found: Embeddings) -> Usage:
    tokens = found.prompt_tokens or 0
    return Usage(
        requests=1,
        prompt_tokens=tokens if 0 <= tokens <= MOST_TOKENS_OF_A_CALL else 0,
        cost_nanousd=found.cost_nanousd or 0,
    )
