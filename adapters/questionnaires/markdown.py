"""
Questionnaires in Markdown: a heading, a list item or a paragraph that ends with a question mark asks; so does an item
that requests or demands something, as in a PDF, unless it stands under a question, whose answer it is then.

What stands under a question is its answer, up to the next question, heading, rule, or item of its list; an answer is
written there. What stands in fences or quotations, and in tables, asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, frozen

from adapters.questionnaires.markdown_blocks import Block, blocks_of, plain
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

_LABEL = re.compile(r"(?:a|answer|response|reply|antwort)\s*:", re.IGNORECASE)
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
        tables = "; tables are not read from Markdown: save them as .csv" if _has_table(lines) else ""
        raise InvalidInput(f"{name}: no line ends with a question mark, so nothing is asked{tables}")
    check_size([one.text for one in found], name=name)
    questions = tuple(
        Question(
            no=QuestionNo(number),
            text=one.text,
            section=one.section,
            place=Place(table=TABLE, question=f"line {one.line + 1}", answer=f"line {one.behind + 1}"),
            given=_given(lines[one.behind : one.until]),
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


def _has_table(lines: Sequence[str]) -> bool:
    return any(line.lstrip().startswith("|") for line in lines)


def _given(lines: Sequence[str]) -> str:
    text = "\n".join(lines).strip()
    return "" if _LABEL.fullmatch(plain(text)) else text


def _asked(lines: Sequence[str]) -> Iterator[Asked]:
    """Yield what asks; a question is told when its answer's end is known."""
    section = ""
    waiting: tuple[Block, Asked] | None = None
    for block in blocks_of(lines):
        under = waiting[0] if waiting else None
        asks = block.asks(under=under)
        if waiting is not None and (asks or block.ends_answer_to(waiting[0])):
            yield evolve(waiting[1], until=block.first)
            waiting = None
        if asks:
            one = Asked(text=block.text, section=section, line=block.first, behind=block.behind, until=len(lines))
            waiting = (block, one)
        elif block.is_heading:
            section = block.text
    if waiting is not None:
        yield waiting[1]
