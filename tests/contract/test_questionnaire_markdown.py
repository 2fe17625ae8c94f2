"""Questionnaires in Markdown as people write them: wrapped lines, lists of questions and requests, labels, rules."""

from __future__ import annotations

import re

import pytest

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns

FILES = StandardQuestionnaireFiles()
WRAPPED = """1. Is there a second site?
2. Is customer data encrypted
   at rest and in transit?

3. Describe your backups.

4. Is it so?
"""
LONG = "Which of your certificates are audited by an accredited body, such as"


def read(text: str) -> Questionnaire:
    """Read a file."""
    return FILES.read(text.encode(), name="rfp.md", wanted=WantedColumns())


def asked(text: str) -> list[tuple[str, str]]:
    """Return the questions of a file, and what stands under them."""
    return [(one.text, one.given) for one in read(text).questions]


def answered(text: str, no: int) -> str:
    """Return a file with an answer to one of its questions."""
    return FILES.with_answers(text.encode(), read(text), {QuestionNo(no): "Yes."}).decode()


def test_a_wrapped_question_is_one_and_no_answer_to_the_one_above() -> None:
    """The second half alone would be asked of the library, and the first would stand as an answer: done already."""
    assert asked(WRAPPED) == [
        ("Is there a second site?", ""),
        ("Is customer data encrypted at rest and in transit?", ""),
        ("Describe your backups.", ""),
        ("Is it so?", ""),
    ]
    assert asked(f"{LONG}\nISO 27001?\n") == [(f"{LONG} ISO 27001?", "")]


@pytest.mark.parametrize("no", [1, 2, 3, 4])
def test_no_line_of_the_buyer_is_lost_to_an_answer(no: int) -> None:
    """What stood under a question was written over: the buyer's next request, or half of it."""
    written = answered(WRAPPED, no)

    assert [line for line in written.splitlines() if line and line != "> Yes."] == [
        line for line in WRAPPED.splitlines() if line
    ]
    assert [bool(one.given) for one in read(written).questions] == [number == no for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "section", "given"),
    [
        ("Is it?\n\n---\n\n# Next\n", "", ""),
        ("**Q: Is it?**\n\n**A:**\n", "", ""),
        ("Security\n--------\n\nIs it?\n\nPrivacy\n=======\n\nNo data.\n", "Security", ""),
        ("---\ntitle: Tender\n---\n\n# Security\n\nIs it?\n", "Security", ""),
        ("## Is it?\n\n- All of it must be so.\n- Describe it.\n", "", "- All of it must be so.\n- Describe it."),
        ("1. Is it?\n   - It must be so.\n2. Company profile\n", "", "- It must be so."),
        ("Is it?\n\n```\n# is it?\nwhat?\n```\n", "", "```\n# is it?\nwhat?\n```"),
    ],
    ids=["rule", "label", "underlined", "front matter", "bullets under a heading", "bullets under an item", "fence"],
)  # fmt: skip
def test_what_stands_under_a_question_is_its_answer_and_nothing_else(text: str, section: str, given: str) -> None:
    """A rule or a label taken for an answer leaves the question to nobody."""
    (question,) = read(text).questions

    assert (question.section, question.given) == (section, given)


def test_items_of_lists_ask_with_requests_as_in_a_pdf() -> None:
    """Also below a heading, and set in; a label above a question is no part of it."""
    text = (
        "# Security\n\n- Describe it.\n- The supplier must do it.\n- Our office\n    - Is it old?\n\nOur part:\nWho?\n"
    )

    assert [one for one, _ in asked(text)] == ["Describe it.", "The supplier must do it.", "Is it old?", "Who?"]


def test_a_table_in_markdown_is_refused_by_name() -> None:
    """Whoever sees a question mark in it would look for a mistake elsewhere."""
    with pytest.raises(InvalidInput, match=re.escape("tables are not read from Markdown: save them as .csv")):
        read("| No | Question |\n|---|---|\n| 1 | Is it? |\n")
