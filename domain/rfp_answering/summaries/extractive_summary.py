"""
A summarizer without a model: bullets are sentences of the document, rows are found by words alone.

The sentences are those whose words are frequent in what is summed up (SumBasic; Nenkova and Vanderwende 2005): each
sentence that is taken makes its words count less. It understands nothing, and is labelled so wherever it wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.stems import stems
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.authorship import Condensed
from domain.rfp_answering.summaries.information_document import TextChunk
from domain.rfp_answering.summaries.kept_replies import Replies
from domain.rfp_answering.summaries.statements import Bullet, Claim
from domain.rfp_answering.summaries.word_rows import pieces_of

EXTRACTIVE = Author(name="extractive", prompts=("extractive-summary@1",))
BULLETS_A_SECTION = 2
BULLETS_OF_ALL = 10
FEWEST_WORDS = 4
"""That carry meaning, of a sentence that may be a bullet."""
LONGEST_BULLET = 400


class ExtractiveSummarizer:
    """`Summarizer` that takes sentences."""

    @property
    def author(self) -> Author:
        """Who this is."""
        return EXTRACTIVE

    def part(self, chunks: Sequence[TextChunk], *, replies: Replies, deadline_s: float) -> tuple[Claim, ...]:
        """Return the best sentences of each section, as they stand there; rows are found by others."""
        _ = replies, deadline_s
        return tuple(claim for _path, section in groupby(chunks, _path_of) for claim in _best_of(tuple(section)))

    def overview(self, bullets: Sequence[Bullet], *, replies: Replies, deadline_s: float) -> tuple[Condensed, ...]:
        """Return the best of the bullets, in the order of the document."""
        _ = replies, deadline_s
        best = chosen([one.text for one in bullets], most=BULLETS_OF_ALL)
        return tuple((bullets[no].text, (no + 1,)) for no in best)


def chosen(texts: Sequence[str], *, most: int) -> list[int]:
    """Return the numbers (from 0, in order) of the texts that say most of what all do; repeats count once."""
    first: dict[str, int] = {}
    for no, text in enumerate(texts):
        first.setdefault(folded(text), no)
    words = {no: stems(text) for text, no in first.items()}
    counts = Counter(word for each in words.values() for word in each)
    total = sum(counts.values()) or 1
    weights = {word: count / total for word, count in counts.items()}
    left = {no for no, each in words.items() if len(each) >= FEWEST_WORDS}
    taken: list[int] = []
    while left and len(taken) < most:
        best = max(left, key=lambda no: (sum(weights[word] for word in words[no]) / len(words[no]), -no))
        left.remove(best)
        taken.append(best)
        weights.update({word: weights[word] ** 2 for word in words[best]})
    return sorted(taken)


def _best_of(section: Sequence[TextChunk]) -> Iterator[Claim]:
    pieces = [(chunk.ordinal, piece) for chunk in section for piece in pieces_of(chunk) if len(piece) <= LONGEST_BULLET]
    for no in chosen([piece for _, piece in pieces], most=BULLETS_A_SECTION):
        ordinal, piece = pieces[no]
        yield Claim(text=piece, chunk=ordinal, quote=piece)


def _path_of(chunk: TextChunk) -> tuple[str, ...]:
    return chunk.heading_path
