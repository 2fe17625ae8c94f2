"""
`lexical-hash`: a vector of the pieces of a text's words, counted under their hashes; the standard library only.

It knows letters, not meanings: "invoice" and "invoices" are near each other, "invoice" and "bill" are not. What is
found by it is to be called lexical. It needs no model, no network and no money, and is the same everywhere and always.

A word counts by its pieces of three to five characters, with a mark at both of its ends, and as a whole. A piece adds
to or takes from one number of the vector, as its hash says (the hashing trick: Weinberger et al. 2009, arXiv
0902.2206), by the root of how often it is there: what stands twice is not twice as telling.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import sqrt
from zlib import crc32

from attrs import frozen

from domain.embedding.embedder import Embedded, checked_vectors

DIMENSIONS = 1024
VERSION = 1
"""Part of the fingerprint: whoever changes what a text's vector is must count on."""

MOST_TOKENS = 100_000
_WORD = re.compile(r"[^\W_]+")
_PIECES = (3, 4, 5)
_LONGEST_WORD = 64
"""Of what is longer, keys and base64, the beginning says enough."""


@frozen(kw_only=True)
class LexicalEmbedder:
    """`Embedder` that counts letters; questions and documents alike."""

    def embed_documents(self, texts: Sequence[str], *, deadline_s: float) -> Embedded:  # noqa: ARG002  # it is quick
        """Return the vectors; a text without a letter or digit has one of its own."""
        return Embedded(vectors=checked_vectors(map(_numbers, texts), dimensions=DIMENSIONS))

    def embed_query(self, text: str, *, deadline_s: float) -> Embedded:
        """Return the vector of a question."""
        return self.embed_documents([text], deadline_s=deadline_s)


def _numbers(text: str) -> list[float]:
    words = Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
    counts: Counter[int] = Counter()
    for word, times in words.items():
        for place in _places(word[:_LONGEST_WORD]):
            counts[place] += times
    numbers = [0.0] * DIMENSIONS
    for place, times in (counts or {1: 1}).items():
        numbers[abs(place) - 1] += sqrt(times) if place > 0 else -sqrt(times)
    # two pieces of opposite signs may share the only place there is
    return numbers if any(numbers) else [1.0] + [0.0] * (DIMENSIONS - 1)


@lru_cache(maxsize=50_000)
def _places(word: str) -> tuple[int, ...]:
    """Return where the pieces of a word count: place n as n, or as -n where they take away; the first place is 1."""
    return tuple(_place(piece) for piece in _pieces(word))


def _pieces(word: str) -> Iterator[str]:
    marked = f"<{word}>"
    yield marked
    for length in _PIECES:
        yield from (marked[start : start + length] for start in range(len(marked) - length + 1) if length < len(marked))


def _place(piece: str) -> int:
    hashed = crc32(piece.encode("utf-8", "replace"))
    place = (hashed >> 1) % DIMENSIONS + 1
    return place if hashed & 1 else -place
