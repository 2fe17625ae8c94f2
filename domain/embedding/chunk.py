"""A chunk: the piece of a document that is embedded, found and quoted."""

from __future__ import annotations

import hashlib

from attrs import frozen


@frozen(kw_only=True)
class Chunk:
    """
    A piece of a document's text, which begins at character *start* and ends before *end*.

    *ordinal* counts from 0; *heading_path* are the headings it stands under, from the highest down.
    """

    ordinal: int
    start: int
    end: int
    heading_path: tuple[str, ...] = ()
    text: str


@frozen(kw_only=True)
class StoredChunk:
    """A chunk, and the hash of the text that was embedded for it: the key of its vector."""

    chunk: Chunk
    text_hash: str


def text_hash(embedded: str) -> str:
    """Return the SHA-256, in hex, of a text as it is sent to an embedding model."""
    return hashlib.sha256(embedded.encode()).hexdigest()
