"""Which row is a heading, and which columns ask and answer: by words, by what a person names, or by their looks."""

from __future__ import annotations

import pytest

from adapters.questionnaires.columns import Row, find_columns, questions_in
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Columns, WantedColumns

UNKNOWN: list[Row] = [
    ["Item", "Buyer text", "Our part"],
    ["1", "Describe your backups, in detail and for all regions", ""],
    ["2", "State how long logs are kept in the archive", ""],
]
"""Headings in nobody's list of words."""


def found(rows: list[Row], *, question: str = "", answer: str = "") -> Columns:
    """Return the columns of a table that asks."""
    columns = find_columns(rows, table="t", wanted=WantedColumns(question=question, answer=answer))
    assert columns is not None
    return columns


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"question": "B"},
        {"question": "B", "answer": "C"},
        {"question": "Buyer text", "answer": "our part"},
        {"answer": "Our part"},
    ],
)
def test_a_heading_of_unknown_words_is_no_question(wanted: dict[str, str]) -> None:
    """It would be asked of the library, and its answer stand over the buyer's own heading."""
    columns = found(UNKNOWN, **wanted)

    assert (columns.first_row, columns.question, columns.answer) == (1, 1, 2)
    assert (columns.question_heading, columns.answer_heading) == ("Buyer text", "Our part")
    assert [one.given for one in questions_in(UNKNOWN, columns)] == ["", ""]


@pytest.mark.parametrize(
    "rows",
    [
        [["Is it encrypted at rest and in transit?", "Yes"], ["Is it backed up every day, in all regions?", ""]],
        [["Describe how your company encrypts its data.", "AES"], ["Describe how it makes and keeps backups.", ""]],
        [["Describe your backups, in detail and for all regions", ""], ["State how long logs are kept, and where", ""]],
        [["Backups, and how you make them", "Daily"], ["Logs, and how long you keep all of them", "90 days"]],
    ],
    ids=["asks", "sentence", "nothing beside", "answers below"],
)
def test_a_first_question_is_no_heading(rows: list[Row]) -> None:
    """One that is taken for a heading would never be answered."""
    assert found(rows, question="A", answer="B").first_row == 0


@pytest.mark.parametrize("heading", [["Question"], ["Questions", ""], ["No", "Anforderungen"], ["FRAGE"]])
def test_a_heading_without_a_column_for_answers_is_no_question(heading: Row) -> None:
    """A list of questions in one column is what people have at hand; `Question` would be asked of the library."""
    asking = next(column for column, text in enumerate(heading) if len(text) > 2)
    texts = ("Is data encrypted?", "How are backups made?")
    rows: list[Row] = [heading, *(["1"] * asking + [text] for text in texts)]

    columns = found(rows)

    assert (columns.first_row, columns.question_heading) == (1, heading[asking])
    assert columns.answer > columns.question
    assert [one.text for one in questions_in(rows, columns)] == list(texts)


def test_a_first_question_of_two_words_is_no_heading() -> None:
    """A list of controls begins with one."""
    rows: list[Row] = [["Access control"], ["Is customer data encrypted at rest?"], ["How long are backups kept?"]]

    assert found(rows).first_row == 0


def test_a_table_that_only_says_something_once_has_no_heading() -> None:
    """What stands above nothing is no heading."""
    assert found([["Backups, and how you make them", "Daily"]], question="A", answer="B").first_row == 0


def test_words_of_a_person_count_more_than_known_ones() -> None:
    """A cover table above has the words that everybody knows, and the person looked."""
    rows: list[Row] = [["Question", "Response"], ["", ""], ["Topic text", "To fill in"], ["Is it encrypted?", ""]]

    columns = found(rows, question="topic text", answer="To fill in")

    assert (columns.first_row, columns.question_heading, columns.answer_heading) == (3, "Topic text", "To fill in")
    assert found(rows).first_row == 1


def test_a_name_that_is_nowhere_is_refused_with_what_there_is() -> None:
    """As it was."""
    with pytest.raises(InvalidInput, match="expected a letter from A to C"):
        found(UNKNOWN, question="Requirement")


def test_headings_are_one_line() -> None:
    """A cell may have several."""
    rows: list[Row] = [["Question\n(English)", "Supplier\n response"], ["Is it?", ""]]

    columns = found(rows)

    assert (columns.question_heading, columns.answer_heading) == ("Question (English)", "Supplier response")
