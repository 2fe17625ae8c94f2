"""Whether quotes stand where they are said to: word for word, whole enough to prove something, and not cut to fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from domain.rfp_answering.draft import ChunkId, Quote
from domain.rfp_answering.proving.designations import words_in
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.negations import left_out, quoted_sentences

FEWEST_QUOTE_WORDS = 3


def too_short(quotes: Iterable[Quote]) -> Iterator[str]:
    """Yield what is wrong with quotes of a few words that stand in every document."""
    for quote in quotes:
        if len(words_in(folded(quote.text))) < FEWEST_QUOTE_WORDS:
            yield f"the quote {short(quote.text)} has fewer than {FEWEST_QUOTE_WORDS} words, and proves nothing"


def not_found(quotes: Iterable[Quote], chunks: Mapping[ChunkId, str], *, found: Collection[Quote]) -> Iterator[str]:
    """Yield what is wrong with quotes that are not among those *found* in their chunk."""
    for quote in quotes:
        if quote.chunk_id not in chunks:
            yield f"the quote {short(quote.text)} names the chunk {quote.chunk_id!r}, which was not shown"
        elif quote not in found:
            yield f"the quote {short(quote.text)} does not stand in its chunk {quote.chunk_id}"


def cut_to_fit(found: Iterable[Quote], chunks: Mapping[ChunkId, str]) -> Iterator[str]:
    """Yield what is wrong with quotes that leave out of their sentence what turns it round (`not`, `except`)."""
    for quote in found:
        if word := left_out(quote.text, chunks[quote.chunk_id]):
            yield f"the quote {short(quote.text)} leaves out {word!r} of its sentence; quote the whole sentence"


def found_of(quotes: Iterable[Quote], chunks: Mapping[ChunkId, str]) -> list[Quote]:
    """Return the quotes that stand in their chunks: those that may prove something."""
    return [one for one in quotes if stands_in(one.text, chunks.get(one.chunk_id, ""))]


def sentences_around(quotes: Iterable[Quote], chunks: Mapping[ChunkId, str]) -> list[str]:
    """Return the whole sentences that the quotes are of, folded."""
    return [sentence for one in quotes for sentence in quoted_sentences(one.text, chunks[one.chunk_id])]


def stands_in(quote: str, text: str) -> bool:
    """Return whether *quote* stands in *text* word for word, not beginning or ending inside of a word."""
    wanted, whole = folded(quote), folded(text)
    at = whole.find(wanted) if wanted else -1
    while at >= 0:
        if _is_edge(whole, at) and _is_edge(whole, at + len(wanted)):
            return True
        at = whole.find(wanted, at + 1)
    return False


def _is_edge(text: str, at: int) -> bool:
    """Whether no word or number goes on across this place: `9.5` is not quoted by the beginning of `9.55`."""
    if at in (0, len(text)):
        return True
    before, behind = text[at - 1], text[at]
    if before.isalnum() and behind.isalnum():
        return False
    is_decimal = text[at : at + 2][:1] in ".," and before.isdigit() and text[at + 1 : at + 2].isdigit()
    is_fraction = before in ".," and behind.isdigit() and text[at - 2 : at - 1].isdigit()
    return not (is_decimal or is_fraction)


def short(text: str, *, most: int = 80) -> str:
    """Return a text as messages show it."""
    return repr(text if len(text) <= most else f"{text[: most - 1]}…")
