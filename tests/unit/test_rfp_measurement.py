"""What an author is measured by: the counts behind precision and recall, and expectations that can't be right."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.measuring.expectation import Expectation, ExpectedEvidence, checked_expectations
from domain.rfp_answering.measuring.measurement import Measurement, Rate, measured
from domain.rfp_answering.questionnaire import Place, Question, QuestionNo
from domain.rfp_answering.records import DraftRecord
from tests.unit.drafted_answers import AUTHOR, NAMES, TEXTS, drafted, expected


def measure(expectations: list[Expectation], *records: DraftRecord) -> Measurement:
    """Measure these drafts."""
    return measured(expectations, {record.no: record for record in records}, names=NAMES)


def test_no_answer_is_counted_in_both_directions() -> None:
    """Who says `no_answer` to everything has found every gap, and answered nothing."""
    expectations = [expected(1), expected(2), expected(3, "a.md"), expected(4, "b.md")]

    found = measure(expectations, drafted(1), drafted(2, "a.md"), drafted(3), drafted(4, "b.md"))
    lazy = measure(expectations, *(drafted(no) for no in (1, 2, 3, 4)))

    assert (found.no_answer_precision, found.no_answer_recall) == (Rate(right=1, of=2), Rate(right=1, of=2))
    assert (lazy.no_answer_precision, lazy.no_answer_recall) == (Rate(right=2, of=4), Rate(right=2, of=2))
    assert lazy.evidence_precision.share is None
    assert lazy.evidence_recall == Rate(right=0, of=2)


def test_evidence_is_counted_by_document() -> None:
    """A right document beside a wrong one is half precise; what is quoted where nothing answers is wrong."""
    found = measure([expected(1, "a.md", "b.md"), expected(2)], drafted(1, "a.md", "c.md"), drafted(2, "c.md"))

    assert found.evidence_precision == Rate(right=1, of=3)
    assert found.evidence_recall == Rate(right=1, of=2)
    assert found.facts == Rate(right=1, of=2)
    assert [(one.right, one.wrong, one.missing_facts) for one in found.compared] == [
        (("docs/a.md",), ("docs/c.md",), (TEXTS["b.md"],)),
        ((), ("docs/c.md",), ()),
    ]
    assert found.authors == (AUTHOR,)


def test_of_several_documents_one_is_enough_and_each_goes_by_location_or_title() -> None:
    """The same fact often stands in two documents, and either proves it."""
    either = ExpectedEvidence(documents=("docs/b.md", "a"))

    for name in ("a.md", "b.md"):
        found = measure([attrs.evolve(expected(1, name), evidence=(either,))], drafted(1, name))
        assert found.compared[0].agrees


def test_a_fact_counts_only_where_the_right_document_is_quoted_with_it() -> None:
    """The right document and another sentence of it is no proof."""
    shorter = measure([expected(1, "a.md")], drafted(1, "a.md", said={"a.md": "Backups are kept"}))

    assert shorter.evidence_recall == Rate(right=1, of=1)
    assert shorter.facts == Rate(right=0, of=1)
    assert not shorter.compared[0].agrees


def test_quotes_that_stand_nowhere_prove_nothing() -> None:
    """Else an author who invents sentences under the right names would be the best one."""
    found = measure([expected(1, "a.md")], drafted(1, "a.md", said={"a.md": "Backups are kept for 99 days."}))

    assert (found.evidence_precision, found.evidence_recall) == (Rate(right=0, of=1), Rate(right=0, of=1))
    assert found.needs_review == 1


def test_a_fact_is_expected_of_its_own_document() -> None:
    """Two documents were to prove two things; what the one says is no proof of the other."""
    crossed = (ExpectedEvidence(documents=("a.md",)), ExpectedEvidence(documents=("b.md",), facts=(TEXTS["a.md"],)))

    found = measure([attrs.evolve(expected(1, "a.md"), evidence=crossed)], drafted(1, "a.md", "b.md"))

    assert found.evidence_recall == Rate(right=2, of=2)
    assert found.compared[0].missing_facts == (TEXTS["a.md"],)


def test_who_says_that_there_is_no_answer_quotes_nothing() -> None:
    """Models like to show what they looked at; it proves nothing, and is no mistake."""
    record = drafted(1, "a.md")
    silent = attrs.evolve(record, draft=attrs.evolve(record.draft, answer="", verdict=AnswerVerdict.NO_ANSWER))

    found = measure([expected(1)], silent)

    assert found.evidence_precision.of == 0
    assert found.compared[0].agrees


def test_a_document_that_nobody_knows_is_a_wrong_one() -> None:
    """A model that names none of the passages it was shown quotes something all the same."""
    found = measured([expected(1, "a.md")], {QuestionNo(1): drafted(1, "a.md")}, names={})

    assert found.compared[0].wrong == ("id-a.md",)
    assert found.evidence_precision == Rate(right=0, of=1)


def test_what_has_no_draft_is_in_no_rate() -> None:
    """A question that failed says nothing of the author, and must not look like a gap."""
    found = measure([expected(1), expected(2, "a.md")], drafted(2, "a.md"))

    assert found.no_answer_recall.share is None
    assert found.evidence_recall == Rate(right=1, of=1)
    assert [one.verdict for one in found.compared] == [None, AnswerVerdict.ANSWERED]
    assert len(found.drafted) == 1


def question(no: int) -> Question:
    """Return a question of an RFP."""
    return Question(
        no=QuestionNo(no), text=f"Question  {no}?", place=Place(table="t", question=f"A{no}", answer=f"B{no}")
    )


def test_expectations_are_those_of_the_questionnaire() -> None:
    """White space is folded; the numbers are put in order."""
    found = checked_expectations([expected(2), expected(1, "a.md")], questions=[question(1), question(2)])

    assert [one.no for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (expected(3), "the RFP has no question of this number"),
        (attrs.evolve(expected(1), question="Another?"), "the RFP asks 'Question  1?' there, and not 'Another?'"),
        (attrs.evolve(expected(1), evidence=(ExpectedEvidence(documents=("a",)),)), "leave one of the two out"),
        (attrs.evolve(expected(1, "a.md"), evidence=()), "name the document that has to be quoted"),
        (attrs.evolve(expected(1, "a.md"), evidence=(ExpectedEvidence(documents=()),)), "the name of a document"),
        (attrs.evolve(expected(1, "a.md"), evidence=(ExpectedEvidence(documents=("a",), facts=(" ",)),)), "empty"),
    ],
)
def test_an_expectation_that_can_not_be_right_is_refused(wrong: Expectation, words: str) -> None:
    """A file of another questionnaire would give numbers, and they would mean nothing."""
    with pytest.raises(InvalidInput) as refused:
        checked_expectations([wrong], questions=[question(1)])
    assert words in refused.value.problems[0]


@pytest.mark.parametrize("expectations", [[], [expected(1), expected(1)]])
def test_nothing_and_one_question_twice_are_refused(expectations: list[Expectation]) -> None:
    """A question that counts twice weighs twice."""
    with pytest.raises(InvalidInput, match=r"questions: there are 0|it is there 2 times"):
        checked_expectations(expectations, questions=[question(1)])
