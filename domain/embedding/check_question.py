"""
The questions a library is checked by: each with the passage that answers it.

An organization keeps its own, so that a change of the embedding model, or of how documents are cut, can be judged by
what it will be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from domain.jobs.errors import InvalidInput

MOST_QUESTIONS = 1000
LONGEST_QUESTION = 2000
"""Characters; as long as any question of a questionnaire."""


@frozen(kw_only=True)
class CheckQuestion:
    """
    A question, and the passage that answers it.

    *document* is a document's location, the end of it from a slash on, or its title; *heading* is one of the headings
    that the passage stands under ("": any passage of the document will do).
    """

    question: str
    document: str
    heading: str = ""


class Questions(Protocol):
    """The questions of one organization."""

    def put(self, questions: Sequence[CheckQuestion]) -> None:
        """Keep these questions, in place of all that were kept."""

    def all(self) -> list[CheckQuestion]:
        """Return the questions, in the order in which they were given."""


def checked_questions(questions: Sequence[CheckQuestion]) -> tuple[CheckQuestion, ...]:
    """
    Return the questions.

    Raises:
        InvalidInput: there are none or too many, or one is empty, too long, or names no document; all problems at once.
    """
    if not 0 < len(questions) <= MOST_QUESTIONS:
        raise InvalidInput(f"questions: there are {len(questions)}; expected 1 to {MOST_QUESTIONS}")
    problems = tuple(f"questions[{no}]: {what}" for no, each in enumerate(questions) for what in _problems_of(each))
    if problems:
        raise InvalidInput(f"{problems[0]} ({len(problems)} problems)", problems=problems)
    return tuple(questions)


def _problems_of(question: CheckQuestion) -> list[str]:
    problems = []
    if not question.question.strip():
        problems.append("question: it is empty; expected what somebody would ask")
    if len(question.question) > LONGEST_QUESTION:
        problems.append(f"question: {len(question.question)} characters; expected at most {LONGEST_QUESTION}")
    if not question.document.strip():
        problems.append("document: it is empty; expected a document's location, the end of it, or its title")
    return problems
