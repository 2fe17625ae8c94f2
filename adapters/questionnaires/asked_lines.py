"""
Finding the questions in lines of text that nobody marked up, as a PDF has them.

The rules are few, and a person looks at what they found: a numbered or bulleted item asks when it has a question mark,
begins with a request ("Describe ...") or demands something ("must", "shall"); other lines ask when they end with a
question mark. A question goes on over the lines that its page broke it into. Short lines that neither ask nor end a
sentence, above what asks, are headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import define, evolve, frozen

from adapters.questionnaires.columns import asks_and_answers

LONGEST_HEADING = 80
MOST_HEADINGS = 6
"""Of a table's columns, in words."""

_NUMBERED = re.compile(
    r"(?:(?:Q|Question|Frage|Nr\.?|No\.?)\s*)?(?:\d{1,3}(?:\.\d{1,3}){0,4}[.):]|\d{1,3}(?:\.\d{1,3}){1,4})\s+(?P<text>\S.*)"
    r"|(?:\(?[A-Za-z]|\(?[ivxIVX]{1,5}|\(\d{1,3})[.)]\s+(?P<lettered>\S.*)"
    r"|Q\d{1,3}[.):]?\s+(?P<called>\S.*)"
)
_BARE_NUMBER = re.compile(r"\d{1,3}\s+(?P<text>[A-ZÄÖÜÉ].*)")
_CALLED = re.compile(r"(?P<mark>[A-Z]{1,5})[-. ]?\d{1,4}(?:\.\d{1,3})*[.):]?\s+(?P<text>[A-ZÄÖÜÉ].*)")
"""A requirement by its name: `R12 The supplier must ...`, `SEC-003 Describe ...`."""
_TO_FILL_IN = re.compile(r"_{4,}|\.{6,}|…{3,}|(?:\. ){6,}")
"""A line that an answer is written on by hand; also how tables of contents lead to their pages."""
_NUMBER_ALONE = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,4}[.)]?")
_BULLET = re.compile(r"[-–—•*▪●○◦‣·\uf0b7]\s+(?P<text>\S.*)")
_ASKING = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must|what|which|who|whom|whose|when|"
    r"where|why|how|in which|to what|at what|for how|werden|wird|ist|sind|hat|haben|können|kann|gibt|wie|was|"
    r"welche\w*|wer|wo|wann|warum|setzen|verfügen)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:please\s+|bitte\s+)?(?:describe|explain|provide|list|state|confirm|specify|outline|detail|indicate|identify|attach|"
    r"give|name|summari[sz]e|demonstrate|define|document|include|submit|tell|beschreiben|erläutern|nennen|geben|listen|"
    r"bestätigen|legen|stellen)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(?:if|falls|wenn)\b", re.IGNORECASE)
_DEMAND = re.compile(r"\b(?:must|shall|should|is required|are required|muss|müssen|soll|sollen)\b", re.IGNORECASE)
_SOFT_HYPHEN = "\xad"
_PARTED = re.compile(r"[^\W\d_]-$")
_BOTH = re.compile(r"(?:und|oder|bzw|sowie|and|or|to)\b")
"""What follows a hyphen that stands for a part of the next word: `Verfügbarkeits- und Notfallkonzept`."""
_SENTENCE_END = (".", "?", "!", ":", ";")


@frozen(kw_only=True)
class Line:
    """A line of text; *page* and *number* count from 1. It *is an item* where its number stands on the line above."""

    page: int
    number: int
    text: str
    is_heading: bool = False
    is_item: bool = False


@frozen(kw_only=True)
class Asked:
    """A question, the heading above it, and the line it begins in."""

    text: str
    section: str
    begins: Line


@define(kw_only=True)
class _Block:
    """Lines that belong together; *words* is what is said without the item's number or bullet."""

    begins: Line
    is_item: bool
    words: str
    text: str

    @property
    def mark(self) -> str:
        """The letters that its name begins with (`R12`: R); empty: it has none."""
        named = _CALLED.match(self.text)
        return named["mark"] if named else ""

    def add(self, text: str) -> None:
        self.text = _joined(self.text, text)
        self.words = _joined(self.words, text)

    @property
    def is_ended(self) -> bool:
        """Whether its last sentence has an end."""
        return self.text.endswith(_SENTENCE_END)

    def goes_on_with(self, text: str) -> bool:
        """Whether an unmarked line belongs to it: in the middle of a sentence, or an item that has not asked enough."""
        follows = goes_on(text)
        if self.is_ended:
            return self.is_item and (follows or not self.asks)
        begins = text[0].isupper() and (follows or _ASKING.match(text))
        return self.is_item or not begins  # what stands above may be a label without an end

    @property
    def asks(self) -> bool:
        return self.text.endswith("?") or (self.is_item and item_asks(self.words))


def _joined(above: str, below: str) -> str:
    """Return two lines as one; a word that a hyphen parts stays one word, with the hyphen, which may be its own."""
    if above.endswith(_SOFT_HYPHEN):
        return above.rstrip(_SOFT_HYPHEN) + below
    is_parted = _PARTED.search(above) and below[:1].islower() and not _BOTH.match(below)
    return f"{above}{'' if is_parted else ' '}{below}"


def item_asks(words: str) -> bool:
    """Return whether what a numbered or bulleted item says, without its number, wants an answer."""
    return "?" in words or bool(_REQUEST.match(words) or _DEMAND.search(words))


def words_of_item(text: str) -> str:
    """Return what a line says behind the number or bullet that it begins with; empty: it begins with none."""
    found = _item(text, is_inside=True)
    return found[1] if found else ""


def goes_on(text: str) -> bool:
    """Return whether a line asks for more of what the line above it asks: `If so, since when?`, `Please explain.`"""
    return bool(_REQUEST.match(text) or _CONDITION.match(text))


def asked_in(lines: Sequence[Line]) -> Iterator[Asked]:
    """Yield what asks, in order; empty lines end a question."""
    section = ""
    block: _Block | None = None
    lines = list(_of_sentences(lines))
    for line, following in zip(lines, (*lines[1:], None), strict=True):
        is_inside = block is not None and not block.is_ended
        item = _item(line.text, is_inside=is_inside, mark=block.mark if block else "")
        item = item or ((line.text, line.text) if line.is_item else None)
        is_heading = line.is_heading or _is_heading(line.text, item, following)
        begins = item is not None or not line.text or line.is_heading or (is_heading and not is_inside)
        if block is not None and not begins and block.goes_on_with(line.text):
            block.add(line.text)
            continue
        if block is not None and block.asks:
            yield _asked(block, section)
        block = None
        if is_heading:
            section = line.text
        elif line.text:
            text, words = item or (line.text, line.text)
            block = _Block(begins=line, is_item=item is not None, words=words, text=text)
    if block is not None and block.asks:
        yield _asked(block, section)


def _asked(block: _Block, section: str) -> Asked:
    return Asked(text=block.text, section=section, begins=block.begins)


def _of_sentences(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines, those without words empty: of the form, or a number that a table's cell parts from its text."""
    is_open = is_numbered = False
    for line in lines:
        if _is_of_the_form(line.text) or (_NUMBER_ALONE.fullmatch(line.text) and not is_open):
            yield evolve(line, text="")
            is_open, is_numbered = False, bool(_NUMBER_ALONE.fullmatch(line.text))
            continue
        yield evolve(line, is_item=is_numbered and line.text[:1].isupper())
        is_open, is_numbered = bool(line.text) and not line.text.endswith(_SENTENCE_END), False


def _is_of_the_form(text: str) -> bool:
    """Whether a line belongs to the form, and to no sentence: one to write on, or the headings of a table's columns."""
    words = text.split()
    if _TO_FILL_IN.search(text):
        return True
    is_short = len(words) <= MOST_HEADINGS and not any(word[0].islower() for word in words)
    return is_short and not text.endswith(_SENTENCE_END) and asks_and_answers(text)


def _item(text: str, *, is_inside: bool, mark: str = "") -> tuple[str, str] | None:
    """
    Return an item's text (with its number, without its bullet) and its words; None for a line that begins none.

    A name (`C5`) may be words of an unfinished sentence, unless the item that it *is inside* has one with this *mark*.
    """
    if bullet := _BULLET.fullmatch(text):
        return bullet["text"], bullet["text"]
    called = _CALLED.fullmatch(text)
    if called is not None and (not is_inside or called["mark"] == mark):
        return text, called["text"]
    found = _NUMBERED.fullmatch(text) or (None if is_inside else _BARE_NUMBER.fullmatch(text))
    if found is None:
        return None
    words = next(one for one in found.groups() if one)
    if is_inside and words[0].islower():  # a number that the end of a line cut off: `TLS` / `1.2 or later`
        return None
    return text, words


def _is_heading(text: str, item: tuple[str, str] | None, following: Line | None) -> bool:
    words = item[1] if item else text
    if not words or len(text) > LONGEST_HEADING or text.endswith((*_SENTENCE_END, ",")) or not words[:1].isupper():
        return False
    if _ASKING.match(words) or _REQUEST.match(words) or _DEMAND.search(words):
        return False
    if following is None or not following.text:
        return False
    below = _item(following.text, is_inside=False)
    return (
        following.is_heading
        or (below is not None and not below[1][0].islower())
        or bool(_ASKING.match(following.text))
        or (item is not None and following.text[:1].isupper())
    )
