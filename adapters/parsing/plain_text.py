"""Markdown and plain text: the text stays as it is written, and headings are found in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from adapters.parsing.limits import ParsingLimits
from adapters.parsing.text_builder import TextBuilder
from domain.embedding.parsed import ParsedDocument

_HASHES = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*")
_NUMBERED = re.compile(r"((?:\d{1,3}\.){1,5}\d{0,3})[ \t]+(\S.{0,98})")
_MARKUP = re.compile(r"!?\[([^\]]{0,300})\]\([^)]{0,500}\)|[*_`]{1,3}")
_NO_HEADING = re.compile(r" {0,3}(?:[-*+>|]|\d+[.)]|#{1,6} |`{3})")
_MATTER = "---"
_MATTER_TITLE = re.compile(r"""title:[ \t]*["']?(.+?)["']?[ \t]*""", re.IGNORECASE)
_LONGEST_HEADING = 200


@frozen
class _Line:
    text: str
    start: int

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def read_markdown(text: str, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """Return the document: headings by `#` and by underlines, none inside fenced code; the title as its matter says."""
    builder = TextBuilder(limits)
    builder.add(text)
    lines, title = _behind_matter(_lines(builder.text))
    for level, said, line, end in _markdown_headings(lines):
        builder.mark(level, said, start=line.start, end=end)
    return builder.finish(title or _first_title(builder) or stem)


def read_text(text: str, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """Return the document: headings are underlined, or stand alone with a number (`2.1 Scope`) or in capitals."""
    builder = TextBuilder(limits)
    builder.add(text)
    for level, said, line, end in _text_headings(_lines(builder.text)):
        builder.mark(level, said, start=line.start, end=end)
    return builder.finish(_first_title(builder) or stem)


Found = tuple[int, str, _Line, int]
"""Level, words, the line it begins with, and where it ends."""


def _markdown_headings(lines: list[_Line]) -> Iterator[Found]:
    fence = ""
    above = _Line("", 0)
    for line in lines:
        mark = _FENCE.match(line.text)
        if mark and (not fence or (mark[1].startswith(fence) and not line.text[mark.end() :].strip())):
            fence = "" if fence else mark[1]
        elif not fence:
            yield from _markdown_heading(above, line)
        above = _Line("", 0) if fence or mark else line


def _markdown_heading(above: _Line, line: _Line) -> Iterator[Found]:
    hashes = _HASHES.fullmatch(line.text[: 2 * _LONGEST_HEADING])
    if hashes and hashes[2]:
        yield len(hashes[1]), _MARKUP.sub(r"\1", hashes[2]), line, line.start + len(line.text)
    elif _is_underlined(above, line):
        yield _level(line), _MARKUP.sub(r"\1", above.text), above, line.start + len(line.text)


def _text_headings(lines: list[_Line]) -> Iterator[Found]:
    padded = [_Line("", 0), *lines, _Line("", 0)]
    for no, (above, line) in enumerate(pairwise(padded), start=1):
        below = padded[no + 1] if no + 1 < len(padded) else _Line("", 0)
        if _is_underlined(above, line):
            yield _level(line), above.text, above, line.start + len(line.text)
        elif above.is_blank and below.is_blank and (level := _standing_alone(line.text)):
            yield level, line.text, line, line.start + len(line.text)


def _standing_alone(text: str) -> int:
    """Return the level of a heading that has a blank line above and below; 0 where it is none."""
    said = text.strip()
    if len(said) > 100 or said.endswith((".", ",", ";", ":")):
        return 0
    if numbered := _NUMBERED.fullmatch(said):
        return numbered[1].rstrip(".").count(".") + 1
    is_loud = said.isupper() and sum(character.isalpha() for character in said) >= 4
    return 1 if is_loud else 0


def _is_underlined(above: _Line, line: _Line) -> bool:
    if above.is_blank or len(above.text) > _LONGEST_HEADING or not _UNDERLINE.fullmatch(line.text):
        return False
    return not _NO_HEADING.match(above.text) and not _UNDERLINE.fullmatch(above.text)


def _level(underline: _Line) -> int:
    return 1 if underline.text.strip().startswith("=") else 2


def _behind_matter(lines: list[_Line]) -> tuple[list[_Line], str]:
    """Return the lines behind the front matter, whose `---` underline nothing, and the title it names."""
    if not lines or lines[0].text.rstrip() != _MATTER:
        return lines, ""
    for no, line in enumerate(lines[1:200], start=1):
        if line.text.rstrip() in (_MATTER, "..."):
            titles = (_MATTER_TITLE.fullmatch(one.text[:1000]) for one in lines[1:no])
            return lines[no + 1 :], next((title[1] for title in titles if title), "")
    return lines, ""


def _first_title(builder: TextBuilder) -> str:
    highest = min(builder.headings, key=lambda heading: heading.level, default=None)
    return highest.text if highest and highest == builder.headings[0] else ""


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(line, start))
        start += len(line) + 1
    return lines
