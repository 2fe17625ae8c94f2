"""
Questionnaires in Markdown: a heading, a list item or a paragraph that ends with a question mark asks.

What stands under a question, up to the next one or the next heading, is its answer; an answer is written there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from attrs import frozen

from adapters.questionnaires.plain_text import decoded, encoded
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import (
    Form,
    Place,
    Question,
    Questionnaire,
    QuestionNo,
    check_size,
    file_hash,
)

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"\s{0,3}(?:[-*+]|\d+[.)])\s+(.*)$")
_EMPHASIS = re.compile(r"[*_`]+")
TABLE = "markdown"


@frozen(kw_only=True)
class Asked:
    """A question in lines, counted from 0: it ends before *behind*, its answer before *until*."""

    text: str
    section: str
    line: int
    behind: int
    until: int


def read_markdown(content: bytes, *, name: str) -> Questionnaire:
    """
    Return the questions of a Markdown file.

    Raises:
        InvalidInput: no text, or nothing in it asks anything.
    """
    lines = _lines(decoded(content, name=name))
    found = list(_asked(lines))
    if not found:
        raise InvalidInput(f"{name}: no line ends with a question mark, so nothing is asked")
    check_size([one.text for one in found], name=name)
    questions = tuple(
        Question(
            no=QuestionNo(number),
            text=one.text,
            section=one.section,
            place=Place(table=TABLE, question=f"line {one.line + 1}", answer=f"line {one.behind + 1}"),
            given="\n".join(lines[one.behind : one.until]).strip(),
        )
        for number, one in enumerate(found, start=1)
    )
    return Questionnaire(name=name, form=Form.MARKDOWN, file_hash=file_hash(content), questions=questions)


def with_markdown_answers(content: bytes, answers: Mapping[str, str]) -> bytes:
    """Return the file with *answers* by place (`line 12`), each a quotation, which no text in it can end."""
    text = decoded(content, name="the file")
    lines = _lines(text)
    for one in reversed(list(_asked(lines))):
        answer = answers.get(f"line {one.behind + 1}")
        if answer is not None:
            written = [f"> {line}".rstrip() for line in answer.splitlines() or [""]]
            lines[one.behind : one.until] = ["", *written, ""]
    written_text = "\n".join(lines).rstrip("\n") + "\n"
    return encoded(written_text.replace("\n", "\r\n") if "\r\n" in text else written_text, like=content)


def _lines(text: str) -> list[str]:
    """Return the lines, by line ends alone: `splitlines` knows separators that Markdown does not."""
    return text.replace("\r\n", "\n").split("\n")


def _asked(lines: list[str]) -> Iterator[Asked]:
    section, starts = "", []
    ends = [number for number, line in enumerate(lines) if _HEADING.match(line)]
    for number, line in enumerate(lines):
        text = _text(line)
        if text.endswith("?"):
            starts.append((number, text, section))
        elif match := _HEADING.match(line):
            section = _EMPHASIS.sub("", match.group(2))
    borders = [*sorted({number for number, _text, _section in starts} | set(ends)), len(lines)]
    for number, text, its_section in starts:
        until = borders[bisect_right(borders, number)]
        yield Asked(text=text, section=its_section, line=number, behind=number + 1, until=until)


def _text(line: str) -> str:
    if line.startswith((">", "    ", "\t")):
        return ""
    heading = _HEADING.match(line)
    item = _ITEM.match(line)
    words = heading.group(2) if heading else item.group(1) if item else line
    return _EMPHASIS.sub("", words).strip()
