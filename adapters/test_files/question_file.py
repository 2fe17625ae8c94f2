"""A YAML or JSON file whose root is a mapping with a list of questions, each of which is a mapping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from adapters.test_files.fields import Fields
from adapters.test_files.mapping_file import read_mapping
from adapters.test_files.nodes import MapNode, kind_of
from adapters.test_files.problems import Problems

T = TypeVar("T")
MAX_BYTES = 5_000_000


def read_questions(path: Path, *, read: Callable[[MapNode, Problems], T], each_with: str) -> list[T]:
    """
    Return what *read* makes of each question; *each_with* says in a message what a question needs.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    problems = Problems(path)
    root = read_mapping(path, problems=problems, max_bytes=MAX_BYTES, expected="a mapping with questions:")
    fields = Fields(root, what="the file", known=("name", "description", "questions"), problems=problems)
    found: list[T] = []
    for node in fields.items("questions"):
        if isinstance(node, MapNode):
            found.append(read(node, problems))
        else:
            problems.add(node.line, f"the question is {kind_of(node)}", expected="a mapping", do="write its keys")
    if not found and not len(problems):
        problems.add(root.line, "no questions", expected="questions:", do=f"add some, each with {each_with}")
    problems.refuse_if_any()
    return found
