"""
Finding rows by words alone: what every author is held to, and all that the author without a model has.

A compliance matrix that lacks a requirement is worse than one with a row too many. So each sentence with a requirement
word, a word of eligibility or a date is a row, whether or not a model thought of it, and whatever the text told it to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from domain.rfp_answering.proving.designations import words_in
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.quoting import FEWEST_QUOTE_WORDS
from domain.rfp_answering.proving.sentences import sentences_of
from domain.rfp_answering.summaries.information_document import TextChunk
from domain.rfp_answering.summaries.statements import FoundBy, MatrixRow, RowKind
from domain.rfp_answering.summaries.wording import days_in, kinds_of

_LABELLED = re.compile(r"\s*(?:\||[^\s:][^:\n]{0,60}:\s)")
_SHORT = 60
"""Characters; a longer line may be a wrapped one, which goes on."""
_HEADING_MARKS = re.compile(r"^[#\s]*(?:\d+(?:\.\d+)*[.)]?\s+)?")


def pieces_of(chunk: TextChunk) -> Iterator[str]:
    """Yield the sentences of a chunk, and the lines of what is a list or a table; headings are none."""
    headings = {_plain(one) for one in chunk.heading_path}
    for sentence in sentences_of(chunk.text):
        for piece in _parted(sentence.splitlines(), headings):
            if _plain(piece) not in headings and len(words_in(folded(piece))) >= FEWEST_QUOTE_WORDS:
                yield piece.strip()


def _parted(lines: Sequence[str], headings: set[str]) -> Iterator[str]:
    """Yield the lines of a sentence as one; apart where one is a heading, a row of a table, or `label: value`."""
    piece: list[str] = []
    for line in lines:
        if piece and (_begins(line, headings) or _ends(piece[-1], line, headings)):
            yield "\n".join(piece)
            piece = []
        piece.append(line)
    yield "\n".join(piece)


def _begins(line: str, headings: set[str]) -> bool:
    return bool(_LABELLED.match(line)) or _plain(line) in headings


def _ends(line: str, behind: str, headings: set[str]) -> bool:
    """Whether nothing goes on behind a line: a heading, or a short `label: value` before a capital."""
    is_value = bool(_LABELLED.match(line)) and len(line) < _SHORT
    return _plain(line) in headings or (is_value and behind.lstrip()[:1].isupper())


def rows_by_words(chunk: TextChunk) -> Iterator[MatrixRow]:
    """Yield a row for each sentence of a chunk and each kind that its words make it; one for each of its dates."""
    for piece in pieces_of(chunk):
        found = MatrixRow(
            kind=RowKind.DATE, text=folded(piece), chunk=chunk.ordinal, quote=piece, found_by=FoundBy.WORDS
        )
        for kind in kinds_of(piece, heading_path=chunk.heading_path):
            for day in days_in(piece) if kind is RowKind.DATE else ("",):
                yield attrs.evolve(found, kind=kind, date=day)


def missed_rows(rows: Sequence[MatrixRow], chunks: Sequence[TextChunk]) -> tuple[MatrixRow, ...]:
    """Return the rows that words find in *chunks* and that none of *rows* has, in the order of the text."""
    return tuple(row for chunk in chunks for row in rows_by_words(chunk) if not any(_has(known, row) for known in rows))


def _has(known: MatrixRow, row: MatrixRow) -> bool:
    """Whether a row is about the same sentence: a requirement that an author called eligibility is not missing."""
    if (known.chunk, known.date, known.kind is RowKind.DATE) != (row.chunk, row.date, row.kind is RowKind.DATE):
        return False
    ours, theirs = folded(row.quote), folded(known.quote)
    return theirs in ours or ours in theirs


def _plain(line: str) -> str:
    return _HEADING_MARKS.sub("", folded(line)).rstrip(":").lower()
