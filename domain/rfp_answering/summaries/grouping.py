"""Which chunks are summarized together: parts that are long enough to be worth a call, and short enough for one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from domain.embedding.tokens import estimated_tokens
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.information_document import TextChunk

PART_TOKENS = 2400
"""How long a part is at most, by our estimate, which counts too many: some 1,200 words."""


def parts_of(chunks: Sequence[TextChunk], *, most_tokens: int = PART_TOKENS) -> Iterator[tuple[TextChunk, ...]]:
    """Yield the parts of a document in order: chunks that follow each other, each chunk in one part."""
    part: list[TextChunk] = []
    tokens = 0
    for chunk in chunks:
        more = estimated_tokens(chunk.text)
        if part and tokens + more > most_tokens:
            yield tuple(part)
            part, tokens = [], 0
        part.append(chunk)
        tokens += more
    if part:
        yield tuple(part)


def basis_of(texts: Sequence[str], author: Author) -> str:
    """Return a SHA-256, in hex, over what an author is shown and who it is: the same need not be asked again."""
    digest = hashlib.sha256()
    for words in (author.name, *author.prompts, *texts):
        encoded = words.encode(errors="surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def shown(chunk: TextChunk) -> str:
    """Return a chunk as authors see it: the headings it stands under, then what it says."""
    return f"{' > '.join(chunk.heading_path)}\n\n{chunk.text}" if chunk.heading_path else chunk.text
