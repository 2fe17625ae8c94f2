"""A file of check questions for a library; its keys are documented in docs/library.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import MapNode
from adapters.test_files.problems import Problems
from adapters.test_files.question_file import read_questions
from domain.embedding.check_question import CheckQuestion

_KEYS = ("question", "document", "heading")


def read_check_questions(path: Path) -> list[CheckQuestion]:
    """
    Return the questions of a YAML or JSON file.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    return read_questions(path, read=_question, each_with="its document")


def _question(node: MapNode, problems: Problems) -> CheckQuestion:
    fields = Fields(node, what="the question", known=_KEYS, problems=problems)
    return CheckQuestion(
        question=fields.required_text("question"),
        document=fields.required_text("document"),
        heading=fields.text("heading"),
    )
