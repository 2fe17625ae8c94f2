"""A passage of the library, as an author of answers is shown it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from attrs import frozen

from domain.rfp_answering.draft import ChunkId, Quote

NOWHERE = ChunkId("none:0:0")
"""The chunk of a quote whose passage does not exist: it is found nowhere, and the check says so."""


@frozen(kw_only=True)
class PassageSource:
    """Which content of which document a passage is of: the document's id and its generation."""

    document_id: str
    generation: int


@frozen(kw_only=True)
class Passage:
    """
    A chunk of a document. *chunk_id* is `DOCUMENT:GENERATION:ORDINAL`; *title* and *heading_path* say where it stands,
    *location* where the document is from.

    *score* is the search's, for people: it decides nothing (a likeness is no evidence).
    """

    document_id: str
    generation: int
    ordinal: int
    title: str
    text: str
    heading_path: tuple[str, ...] = ()
    location: str = ""
    score: float = 0.0

    @property
    def chunk_id(self) -> ChunkId:
        """What quotes name."""
        return ChunkId(f"{self.document_id}:{self.generation}:{self.ordinal}")

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands: the document's title, then the headings; a heading that is the title is not said twice."""
        return tuple(dict.fromkeys((self.title, *self.heading_path)))

    @property
    def source(self) -> PassageSource:
        """The content it is of."""
        return PassageSource(document_id=self.document_id, generation=self.generation)


def source_of(chunk_id: ChunkId) -> PassageSource:
    """Return the content that a quoted chunk is of."""
    document_id, generation, _ordinal = chunk_id.rsplit(":", 2)
    return PassageSource(document_id=document_id, generation=int(generation))


def sources_of(quotes: Iterable[Quote]) -> set[PassageSource]:
    """Return the contents that quotes are of; a quote of a passage that does not exist (`NOWHERE`) is of none."""
    return {source_of(quote.chunk_id) for quote in quotes if quote.chunk_id != NOWHERE}


def fingerprint_of(passages: tuple[Passage, ...]) -> str:
    """Return a SHA-256, in hex, over what the passages say and in which order: what an author had to go on."""
    digest = hashlib.sha256()
    for one in passages:
        for part in (one.document_id, one.title, "/".join(one.heading_path), one.text):
            words = part.encode()
            digest.update(len(words).to_bytes(8, "big") + words)
    return digest.hexdigest()
