"""
The lines of a Markdown file that belong together: headings, list items and paragraphs, on one line or several.

Lines are joined where one plainly goes on in the next; where that is in doubt they are not: a label (`A:`) and the
question below it are two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from adapters.questionnaires.asked_lines import item_asks

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|(\d+[.)]))\s+(.*)$")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+\s*)$")
_UNDERLINE = re.compile(r"(?:=+|-+)\s*$")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_EMPHASIS = re.compile(r"[*_`]+")
_SENTENCE_END = (".", "?", "!", ":", ";")
_WRAPPED = 50
"""In characters: a line as long as this was perhaps cut at a margin, a shorter one was ended by its writer."""


@frozen(kw_only=True)
class Block:
    """Lines from *first* up to *behind*, from 0 on; *item* is the sign of a list's item and how far it is set in."""

    first: int
    behind: int
    text: str
    item: tuple[str, int] | None = None
    is_heading: bool = False
    is_rule: bool = False

    def asks(self, *, under: Block | None) -> bool:
        """Return whether it wants an answer, *under* the question above it, if one waits."""
        if self.text.endswith("?"):
            return True
        return self.item is not None and (under is None or self._follows(under)) and item_asks(self.text)

    def ends_answer_to(self, question: Block) -> bool:
        """Return whether the answer to a question above ends here."""
        return self.is_heading or self.is_rule or self._follows(question)

    def _follows(self, other: Block) -> bool:
        """Whether it is a later item of the other one's list, or of one around that; bullets below are its answer."""
        if self.item is None or other.item is None:
            return False
        return self.item[1] < other.item[1] or self.item == other.item


def blocks_of(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the blocks of a file, without what is quoted or code."""
    fence, at = "", _front_matter(lines)
    while at < len(lines):
        line = lines[at]
        if fenced := _FENCE.match(line):
            fence = "" if fence == fenced[1] else fence or fenced[1]
        block = None if fence or fenced else _block(lines, at)
        if block is not None:
            yield block
        at = block.behind if block is not None else at + 1


def plain(text: str) -> str:
    """Return a text without the marks of emphasis."""
    return _EMPHASIS.sub("", text).strip()


def _block(lines: Sequence[str], at: int) -> Block | None:
    line = lines[at]
    item = _ITEM.match(line)
    if not line.strip() or line.startswith(">") or (item is None and line.startswith(("    ", "\t"))):
        return None
    if _RULE.match(line):
        return Block(first=at, behind=at + 1, text="", is_rule=True)
    if heading := _HEADING.match(line):
        return Block(first=at, behind=at + 1, text=plain(heading[2]), is_heading=True)
    behind = at + 1
    while behind < len(lines) and _goes_on(lines[behind - 1], lines[behind]):
        behind += 1
    said = [item[3] if item else line, *lines[at + 1 : behind]]
    text = plain(" ".join(one.strip() for one in said))
    is_underlined = item is None and behind < len(lines) and _UNDERLINE.match(lines[behind]) is not None
    sign = ("numbered" if item[2] else "bullet", len(item[1])) if item else None
    return Block(first=at, behind=behind + is_underlined, text=text, item=sign, is_heading=is_underlined)


def _front_matter(lines: Sequence[str]) -> int:
    """Return where the text begins, behind what programs note about a file between two lines of `---`."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((number + 1 for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)


def _goes_on(line: str, below: str) -> bool:
    """Whether a line of a paragraph or an item goes on in the one below it."""
    words = below.strip()
    is_plain = words and not any(one.match(below) for one in (_ITEM, _HEADING, _RULE, _FENCE)) and words[0] not in ">|"
    is_cut = words[:1].islower() or len(line.strip()) >= _WRAPPED
    return bool(is_plain) and is_cut and not plain(line).endswith(_SENTENCE_END)
