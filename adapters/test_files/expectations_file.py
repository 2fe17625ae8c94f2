"""A file of what is expected of the answers to a questionnaire; its keys are documented in docs/rfp.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.fields import Fields
from adapters.test_files.mapping_file import read_mapping
from adapters.test_files.nodes import ListNode, MapNode, Node, kind_of
from adapters.test_files.problems import Problems
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.measuring.expectation import MOST_QUESTION_NO, Expectation, ExpectedEvidence
from domain.rfp_answering.questionnaire import QuestionNo

MAX_BYTES = 5_000_000


def read_expectations(path: Path) -> list[Expectation]:
    """
    Return the expectations of a YAML or JSON file.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    problems = Problems(path)
    root = read_mapping(path, problems=problems, max_bytes=MAX_BYTES, expected="a mapping with questions:")
    fields = Fields(root, what="the file", known=("name", "description", "questions"), problems=problems)
    found = [_expectation(node, problems) for node in fields.items("questions")]
    if not found and not len(problems):
        problems.add(root.line, "no questions", expected="questions:", do="add some, each with its number and verdict")
    problems.refuse_if_any()
    return [each for each in found if each is not None]


def _expectation(node: Node, problems: Problems) -> Expectation | None:
    if not isinstance(node, MapNode):
        problems.add(node.line, f"the question is {kind_of(node)}", expected="a mapping", do="write its keys")
        return None
    known = ("number", "question", "verdict", "evidence")
    fields = Fields(node, what="the question", known=known, problems=problems)
    if not fields.has("number"):
        problems.add(node.line, "the question has no 'number'", expected="its number in the questionnaire", do="add it")
    verdict = fields.required_text("verdict")
    if verdict and verdict not in list(AnswerVerdict):
        expected = f"one of {', '.join(AnswerVerdict)}"
        problems.add(node.line_of("verdict"), f"verdict {verdict!r}", expected=expected, do="write one of them")
    return Expectation(
        no=QuestionNo(fields.whole("number", least=1, most=MOST_QUESTION_NO) or 1),
        question=fields.required_text("question"),
        verdict=AnswerVerdict(verdict) if verdict in list(AnswerVerdict) else AnswerVerdict.NO_ANSWER,
        evidence=tuple(
            _evidence(one, problems) for one in (fields.items("evidence") if fields.has("evidence") else ())
        ),
    )


def _evidence(node: Node, problems: Problems) -> ExpectedEvidence:
    if not isinstance(node, MapNode):
        expected = "a mapping with document: and facts:"
        problems.add(node.line, f"the evidence is {kind_of(node)}", expected=expected, do="write its keys")
        return ExpectedEvidence(documents=())
    fields = Fields(node, what="the evidence", known=("document", "facts"), problems=problems)
    several = isinstance(node.entries.get("document"), ListNode)
    documents = fields.texts("document") if several else (fields.required_text("document"),)
    return ExpectedEvidence(documents=documents, facts=fields.texts("facts") if fields.has("facts") else ())
