"""An embedding model without a network, for tests: what it says, and when it refuses, a function decides."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from attrs import define, field

from domain.embedding.embedder import Embedded, checked_vectors
from domain.embedding.tokens import estimated_tokens
from domain.jobs.usage import Usage

DIMENSIONS = 16


def numbers_of(text: str) -> list[float]:
    """Return a vector of the text: always the same for the same text, and without any meaning."""
    source = random.Random(text)
    return [source.uniform(-1.0, 1.0) for _ in range(DIMENSIONS)]


@define(kw_only=True)
class ScriptedEmbedder:
    """
    `Embedder` that keeps what it was asked, call by call, in *calls*.

    *answer* returns the numbers of a text; *refuse* sees each call first, and may raise what a model raises.
    """

    answer: Callable[[str], Sequence[float]] = numbers_of
    refuse: Callable[[Sequence[str]], object] = bool
    query_prefix: str = ""
    document_prefix: str = ""
    calls: list[tuple[str, ...]] = field(factory=list, init=False)

    def embed_documents(self, texts: Sequence[str], *, deadline_s: float) -> Embedded:  # noqa: ARG002  # a script does not wait
        """Answer each text; a token costs a nano-dollar."""
        return self._embedded(tuple(self.document_prefix + text for text in texts))

    def embed_query(self, text: str, *, deadline_s: float) -> Embedded:  # noqa: ARG002  # as above
        """Answer the question."""
        return self._embedded((self.query_prefix + text,))

    def _embedded(self, texts: tuple[str, ...]) -> Embedded:
        self.calls.append(texts)
        self.refuse(texts)
        tokens = sum(map(estimated_tokens, texts))
        vectors = checked_vectors(map(self.answer, texts), dimensions=DIMENSIONS)
        return Embedded(vectors=vectors, usage=Usage(requests=1, prompt_tokens=tokens, cost_nanousd=tokens))
