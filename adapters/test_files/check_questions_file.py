"""A file of check questions for a library; its keys are documented in docs/library.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.fields import Fields
from adapters.test_files.mapping_file import read_mapping
from adapters.test_files.nodes import MapNode, Node, kind_of
from adapters.test_files.problems import Problems
from domain.embedding.check_question import CheckQuestion

MAX_BYTES = 5_000_000
_KEYS = ("question", "document", "heading")


def read_check_questions(path: Path) -> list[CheckQuestion]:
    """
    Return the questions of a YAML or JSON file.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    problems = Problems(path)
    root = read_mapping(path, problems=problems, max_bytes=MAX_BYTES, expected="a mapping with questions:")
    fields = Fields(root, what="the file", known=("name", "description", "questions"), problems=problems)
    found = [_question(node, problems) for node in fields.items("questions")]
    if not found and not len(problems):
        problems.add(root.line, "no questions", expected="questions:", do="add some, each with its document")
    problems.refuse_if_any()
    return [each for each in found if each is not None]


def _question(node: Node, problems: Problems) -> CheckQuestion | None:
    if not isinstance(node, MapNode):
        problems.add(node.line, f"the question is {kind_of(node)}", expected="a mapping", do="write its keys")
        return None
    fields = Fields(node, what="the question", known=_KEYS, problems=problems)
    return CheckQuestion(
        question=fields.required_text("question"),
        document=fields.required_text("document"),
        heading=fields.text("heading"),
    )
