"""
Searching a library: what a hit says, and what an index of vectors has to do.

A score ranks hits of one search and means nothing beyond it: no threshold over it can say that there is no answer.
"""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.library_document import DocumentId
from domain.embedding.vector import Vector
from domain.tenancy import TenantContext

MOST_HITS = 100
"""Of one search: whoever needs more reads the documents."""


@frozen(kw_only=True)
class Hit:
    """
    One chunk that was found: characters *start* to *end* of the text of a document.

    *score* is the cosine of the angle between question and chunk, or what ranks put together gave; *model* is the name
    of the embedding model that found it. *is_approved*: whether what is quoted here was approved by a person (or comes
    from a trusted source).
    """

    document_id: DocumentId
    title: str
    location: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    text: str
    score: float
    model: str
    is_approved: bool
    generation: int
    ordinal: int


class SearchIndex(Protocol):
    """Finds the chunks whose vectors are nearest to a question's."""

    def search(
        self, tenant: TenantContext, query_vector: Vector, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> list[Hit]:
        """
        Return the *k* nearest chunks of what readers see now, nearest first; all, where there are fewer.

        A document that was removed, or whose visible content was rejected, is not found; nor is one that waits for a
        decision, with *only_approved*. Of equal scores the smaller document id is first, then the smaller ordinal:
        asked twice, the answer is the same. All hits are of one moment: a document that is swapped meanwhile is found
        as before or as after, and never half.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """


class LexicalIndex(Protocol):
    """Finds the chunks that share words with a question."""

    def search(
        self, tenant: TenantContext, words: str, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> list[Hit]:
        """Return at most *k* chunks that hold one of the words, as `SearchIndex` does; hits carry *model*'s name."""
