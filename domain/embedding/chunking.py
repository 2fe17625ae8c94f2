"""
Cutting a document into chunks: by headings, then paragraphs, lines, sentences, words, and at last characters.

Each section (from a heading to the next) is cut by itself, so that an edit in one changes no chunk of another. Inside a
section cuts prefer places that its words choose (`_is_landmark`), not the distance from its beginning: a long text
without headings is cut in the same places again a few chunks behind an edit.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

from attrs import frozen

from domain.embedding.chunk import Chunk
from domain.embedding.parsed import Heading, ParsedDocument
from domain.jobs.errors import InvalidInput

Units = Callable[[str], int]
"""Counts a text in what a model's input limit is given in: tokens, mostly."""

LONGEST_TITLE_BYTES = 120
"""Of a title in a text that is embedded; no tokenizer makes more tokens than bytes, so this bounds what it takes."""
LEAST_UNITS = 32
"""The smallest input limit; below it a title would leave no room for what is said under it."""
MOST_CHARACTERS_PER_UNIT = 64
"""A model reads a word it does not know as one token, however long it is; such a chunk would be as long as the text."""

_LANDMARKS = 4  # one place in so many is preferred
_BREAKS = (
    re.compile(r"\n[^\S\n]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"(?<=[.!?…])[\"')\]]*\s+|(?<=[。！？])"),  # looks behind: `[.!?]+` would be quadratic over dots
    re.compile(r"\s+"),
)


@frozen
class _Span:
    start: int
    end: int


@frozen
class _Section:
    """From a heading (or several, of which only the last has words below it) to the next; *path* as in a chunk."""

    span: _Span
    path: tuple[str, ...]


@frozen(kw_only=True)
class _Room:
    """What has room in one chunk of a section."""

    parsed: ParsedDocument
    path: tuple[str, ...]
    most_units: int
    units: Units

    def fits(self, start: int, end: int) -> bool:
        """Return whether this part of the text can be a chunk; what is far too long is not even counted."""
        if end - start > self.most_units * MOST_CHARACTERS_PER_UNIT:
            return False
        text = self.parsed.text[start:end].strip()
        return self.units(_embedded(self.parsed.title, self.path, text)) <= self.most_units

    def is_short(self, start: int, end: int) -> bool:
        """Return whether this part, which fits, fills less than a quarter: a heading, mostly."""
        return self.units(self.parsed.text[start:end].strip()) * 4 < self.most_units


def chunks_of(parsed: ParsedDocument, *, most_units: int, units: Units) -> tuple[Chunk, ...]:
    """
    Return the chunks of a document in their order.

    They cover all of its text but space between them, none overlaps another, and `embedded_text` of each has at most
    *most_units*.

    Raises:
        InvalidInput: the limit is too small to hold a title and something of the text.
    """
    if most_units < LEAST_UNITS:
        raise InvalidInput(f"input limit {most_units}: expected at least {LEAST_UNITS}; use a model that reads more")
    chunks: list[Chunk] = []
    for section in _sections(parsed):
        path = _bounded(section.path, title=parsed.title, most_units=most_units, units=units)
        room = _Room(parsed=parsed, path=path, most_units=most_units, units=units)
        for span in _cut(room, section.span):
            text = parsed.text[span.start : span.end]
            chunks.append(Chunk(ordinal=len(chunks), start=span.start, end=span.end, heading_path=path, text=text))
    return tuple(chunks)


def embedded_text(title: str, chunk: Chunk) -> str:
    """
    Return the text that is embedded for a chunk: the document's title and the headings it stands under, then its own.

    What the chunk's own first lines say is not said twice.
    """
    return _embedded(title, chunk.heading_path, chunk.text)


def _embedded(title: str, path: Sequence[str], text: str) -> str:
    beginning = text[:1000]
    said = [part for part in dict.fromkeys((_shortened(title), *path)) if part and part not in beginning]
    return f"{' > '.join(said)}\n\n{text}" if said else text


def _shortened(title: str) -> str:
    return title.encode(errors="replace")[:LONGEST_TITLE_BYTES].decode(errors="ignore").strip()


def _sections(parsed: ParsedDocument) -> Iterator[_Section]:
    above: list[Heading] = []
    begun, at = 0, 0
    for heading in parsed.headings:
        if parsed.text[at : heading.start].strip():  # else only headings so far, which lead what is below
            yield _Section(_Span(begun, heading.start), tuple(one.text for one in above))
            begun = heading.start
        above = [*(one for one in above if one.level < heading.level), heading]
        at = heading.end
    yield _Section(_Span(begun, len(parsed.text)), tuple(one.text for one in above))


def _bounded(path: tuple[str, ...], *, title: str, most_units: int, units: Units) -> tuple[str, ...]:
    """Return the path without its highest headings, where all of it would leave less than half of the limit."""
    while path and _are_too_long(path, title=title, most_units=most_units, units=units):
        path = path[1:]
    return path


def _are_too_long(path: Sequence[str], *, title: str, most_units: int, units: Units) -> bool:
    said = _embedded(title, path, "")
    return len(said) > most_units * MOST_CHARACTERS_PER_UNIT or units(said) > most_units // 2


def _cut(room: _Room, span: _Span, *, level: int = 0) -> Iterator[_Span]:
    trimmed = _trimmed(room.parsed.text, span)
    if trimmed is None:
        return
    if room.fits(trimmed.start, trimmed.end):
        yield trimmed
        return
    ends = _ends(room.parsed.text, trimmed, level=level)
    begun, start = 0, trimmed.start
    while begun < len(ends):
        behind = _furthest(room, ends, begun, start=start)
        if behind == begun and level == len(_BREAKS):
            raise InvalidInput("input limit: not one character has room beside the title; use a model that reads more")
        if behind == begun or _leads(room, ends, behind, start=start):
            behind += 1
            yield from _cut(room, _Span(start, ends[behind - 1]), level=level + 1)
        else:
            behind = _preferred(room, ends, begun, behind, start=start)
            piece = _trimmed(room.parsed.text, _Span(start, ends[behind - 1]))
            if piece:
                yield piece
        begun, start = behind, ends[behind - 1]


def _ends(text: str, span: _Span, *, level: int) -> Sequence[int]:
    """Return where the pieces of this level end, each with the space behind it; the last ends with the span."""
    if level == len(_BREAKS):
        return range(span.start + 1, span.end + 1)
    found = array("q", (match.end() for match in _BREAKS[level].finditer(text, span.start, span.end)))
    if not found or found[-1] != span.end:
        found.append(span.end)
    return found


def _furthest(room: _Room, ends: Sequence[int], begun: int, *, start: int) -> int:
    """Return how many pieces end in a chunk that begins with piece *begun*; *begun* itself where not even that fits."""
    step, low = 1, begun
    while low < len(ends) and room.fits(start, ends[min(low + step, len(ends)) - 1]):
        low, step = min(low + step, len(ends)), step * 2
    high = min(low + step, len(ends))
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if room.fits(start, ends[middle - 1]) else (low, middle)
    return low


def _leads(room: _Room, ends: Sequence[int], behind: int, *, start: int) -> bool:
    """Return whether what fits only leads a long piece: a heading alone would be a chunk that says nothing."""
    is_long = behind < len(ends) and not room.fits(ends[behind - 1], ends[behind])
    return is_long and room.is_short(start, ends[behind - 1])


def _preferred(room: _Room, ends: Sequence[int], begun: int, behind: int, *, start: int) -> int:
    """Return the first landmark in the second half of what fits; *behind* where there is none, or the text ends."""
    if behind == len(ends):
        return behind
    half = (start + ends[behind - 1]) // 2
    for no in range(begun, behind):
        if ends[no] >= half and _is_landmark(room.parsed.text, ends[no]):
            return no + 1 if room.fits(start, ends[no]) else behind  # less text may name more of its headings
    return behind


def _is_landmark(text: str, end: int) -> bool:
    return crc32(text[max(0, end - 40) : end].strip().encode(errors="replace")) % _LANDMARKS == 0


def _trimmed(text: str, span: _Span) -> _Span | None:
    inside = text[span.start : span.end]
    words = inside.strip()
    if not words:
        return None
    start = span.start + len(inside) - len(inside.lstrip())
    return _Span(start, start + len(words))
