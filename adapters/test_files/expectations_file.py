"""A file of what is expected of the answers to a questionnaire; its keys are documented in docs/rfp.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.fields import Fields
from adapters.test_files.nodes import ListNode, MapNode, Node, kind_of
from adapters.test_files.problems import Problems
from adapters.test_files.question_file import read_questions
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.measuring.expectation import MOST_QUESTION_NO, Expectation, ExpectedEvidence
from domain.rfp_answering.questionnaire import QuestionNo


def read_expectations(path: Path) -> list[Expectation]:
    """
    Return the expectations of a YAML or JSON file.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    return read_questions(path, read=_expectation, each_with="its number and verdict")


def _expectation(node: MapNode, problems: Problems) -> Expectation:
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
