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

from attrs import define, field, frozen

LONGEST_HEADING = 80

_NUMBERED = re.compile(
    r"(?:(?:Q|Question|Frage|Nr\.?|No\.?)\s*)?(?:\d{1,3}(?:\.\d{1,3}){0,4}[.):]|\d{1,3}(?:\.\d{1,3}){1,4})\s+(?P<text>\S.*)"
    r"|(?:\(?[A-Za-z]|\(?[ivxIVX]{1,5}|\(\d{1,3})[.)]\s+(?P<lettered>\S.*)"
    r"|Q\d{1,3}[.):]?\s+(?P<called>\S.*)"
)
_BARE_NUMBER = re.compile(r"\d{1,3}\s+(?P<text>[A-ZÄÖÜÉ].*)")
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
_SENTENCE_END = (".", "?", "!", ":", ";")


@frozen(kw_only=True)
class Line:
    """A line of text; *page* and *number* count from 1."""

    page: int
    number: int
    text: str
    is_heading: bool = False


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
    texts: list[str] = field(factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def add(self, text: str) -> None:
        self.texts.append(text)
        self.words = f"{self.words} {text}"

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
    for line, following in zip(lines, (*lines[1:], None), strict=True):
        item = _item(line.text, is_inside=block is not None and not block.is_ended)
        is_heading = line.is_heading or _is_heading(line.text, item, following)
        begins = item is not None or not line.text or (is_heading and (block is None or block.is_ended))
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
            block = _Block(begins=line, is_item=item is not None, words=words, texts=[text])
    if block is not None and block.asks:
        yield _asked(block, section)


def _asked(block: _Block, section: str) -> Asked:
    return Asked(text=block.text, section=section, begins=block.begins)


def _item(text: str, *, is_inside: bool) -> tuple[str, str] | None:
    """Return an item's text (with its number, without its bullet) and its words; None for a line that begins none."""
    if bullet := _BULLET.fullmatch(text):
        return bullet["text"], bullet["text"]
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
