"""The file of what is expected of answers: how it is read, and whether the shipped one fits its questionnaire."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.questionnaires.files import StandardQuestionnaireFiles
from adapters.test_files.expectations_file import read_expectations
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.measuring.expectation import Expectation, ExpectedEvidence, checked_expectations
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns

SHIPPED = Path(__file__).parents[2] / "examples" / "rfp"
PARTLY_ANSWERED = {13, 23}


def read(folder: Path, text: str) -> list[Expectation]:
    """Read *text* as a file."""
    file = folder / "expected.yaml"
    file.write_text(text)
    return read_expectations(file)


def questionnaire() -> Questionnaire:
    """Return what the shipped questionnaire asks."""
    file = SHIPPED / "questionnaire.xlsx"
    return StandardQuestionnaireFiles().read(file.read_bytes(), name=file.name, wanted=WantedColumns())


def test_a_question_has_a_verdict_and_what_must_be_quoted(tmp_path: Path) -> None:
    """One document, or several of which one is enough."""
    found = read(
        tmp_path,
        "questions:\n"
        "- {number: 2, question: Where?, verdict: answered, evidence: [{document: [a.md, b.md], facts: [Bonn]}]}\n"
        "- {number: 1, question: What is it?, verdict: partial, evidence: [{document: a.md}]}\n"
        "- {number: 3, question: Who is it?, verdict: no_answer}\n",
    )

    assert [(one.no, one.verdict.value) for one in found] == [(2, "answered"), (1, "partial"), (3, "no_answer")]
    assert found[0].evidence == (ExpectedEvidence(documents=("a.md", "b.md"), facts=("Bonn",)),)
    assert found[1].evidence == (ExpectedEvidence(documents=("a.md",)),)
    assert found[1].no == QuestionNo(1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("questions: []", "no questions"),
        ("questions: [What?]", "the question is"),
        ("questions: [{question: a, verdict: no_answer}]", "the question has no 'number'"),
        ("questions: [{number: 0, question: a, verdict: no_answer}]", "'number'"),
        ("questions: [{number: 1, verdict: no_answer}]", "the question has no 'question'"),
        ("questions: [{number: 1, question: a, verdict: maybe}]", "one of answered, partial, no_answer"),
        ("questions: [{number: 1, question: a, verdict: answered, evidence: [a.md]}]", "the evidence is"),
        ("questions: [{number: 1, question: a, verdict: answered, evidence: [{facts: [b]}]}]", "has no 'document'"),
        ("questions: [{number: 1, question: a, answer: b, verdict: no_answer}]", "'answer'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """Whoever writes the file by hand must not guess."""
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path, text)
    assert words in "\n".join((str(refused.value), *refused.value.problems))


def test_the_shipped_expectations_are_those_of_the_shipped_questionnaire() -> None:
    """Thirty questions, eight of them without an answer, two answered in part; two dropdown lists, and one limit."""
    asked = questionnaire()

    found = checked_expectations(read_expectations(SHIPPED / "expected.yaml"), questions=asked.questions)

    assert [one.no for one in found] == [one.no for one in asked.questions] == list(range(1, 31))
    assert sum(one.verdict is AnswerVerdict.NO_ANSWER for one in found) == 8
    assert {one.no for one in found if one.verdict is AnswerVerdict.PARTIAL} == PARTLY_ANSWERED
    assert [one.no for one in asked.questions if one.rules.allowed_values] == [7, 10]
    assert {one.no: one.rules.most_characters for one in asked.questions if one.rules.most_characters} == {14: 400}
    assert not any(one.obstacle or one.given for one in asked.questions)
    assert {one.place.table for one in asked.questions} == {"Questionnaire"}
