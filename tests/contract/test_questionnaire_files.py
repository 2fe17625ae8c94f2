"""Contract of questionnaires in text and documents: asked, answered at their places, and read again."""

from __future__ import annotations

import json
import re

import docx
import pytest
from docx.document import Document

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns
from tests.contract.buyers_documents import BACKUPS, CERTIFIED, ENCRYPTED, FORMS, saved

FILES = StandardQuestionnaireFiles()
EVERYTHING = WantedColumns()
ANSWERS = {QuestionNo(1): "Yes: AES-256.\nAlways.", QuestionNo(2): "=30 days", QuestionNo(3): "No"}


def read(content: bytes, name: str) -> Questionnaire:
    """Read a file."""
    return FILES.read(content, name=name, wanted=EVERYTHING)


def bare(text: str) -> str:
    """Return a question without its number."""
    return re.sub(r"^\d+\. ", "", text)


@pytest.mark.parametrize(("name", "content"), FORMS.items(), ids=FORMS)
def test_the_questions_are_found_in_their_order(name: str, content: bytes) -> None:
    """Whatever the buyer wrote them with."""
    asked = read(content, name)

    assert [bare(one.text) for one in asked.questions] == [ENCRYPTED, BACKUPS, CERTIFIED]
    assert [one.no for one in asked.questions] == [1, 2, 3]
    assert not any(one.given or one.obstacle for one in asked.questions)
    assert len({(one.place.table, one.place.answer) for one in asked.questions}) == 3


@pytest.mark.parametrize(("name", "content"), FORMS.items(), ids=FORMS)
def test_answers_stand_under_their_questions_and_are_read_again(name: str, content: bytes) -> None:
    """The buyer must find them, and so must we, when the file comes back with new questions."""
    asked = read(content, name)

    again = read(FILES.with_answers(content, asked, ANSWERS), name)

    given = [one.given.replace("> ", "").removeprefix("'") for one in again.questions]
    if name == "text.docx":  # a paragraph has no end for whoever reads: only the first one is told
        given = [text.partition("\n")[0] for text in given]
        assert given == ["Yes: AES-256.", "=30 days", "No"]
    else:
        assert given == list(ANSWERS.values())
    assert [one.text for one in again.questions] == [one.text for one in asked.questions]


@pytest.mark.parametrize(("name", "content"), FORMS.items(), ids=FORMS)
def test_writing_one_answer_leaves_the_others_open(name: str, content: bytes) -> None:
    """Half of the answers wait for a person; the file is sent round meanwhile."""
    asked = read(content, name)

    again = read(FILES.with_answers(content, asked, {QuestionNo(2): "30 days"}), name)

    assert [bool(one.given) for one in again.questions] == [False, True, False]


def test_a_cell_of_a_csv_is_never_a_formula() -> None:
    """A model's answer would run in the buyer's spreadsheet."""
    content = FORMS["rfp.csv"]
    written = FILES.with_answers(content, read(content, "rfp.csv"), {QuestionNo(1): "=HYPERLINK(1)"}).decode()

    assert written.splitlines()[1] == f"1;{ENCRYPTED};'=HYPERLINK(1)"
    assert written.splitlines()[2] == f"2;{BACKUPS}"


def test_an_answer_in_markdown_can_pretend_to_be_no_question() -> None:
    """A heading or a question mark inside of an answer must not become a question of the buyer."""
    content = FORMS["rfp.md"]
    answers = {QuestionNo(1): "# Who?\n- What else?\n\nIs it?"}

    again = read(FILES.with_answers(content, read(content, "rfp.md"), answers), "rfp.md")

    assert len(again.questions) == 3
    assert [one.section for one in again.questions] == ["Security", "Security", "Standards"]


def test_merged_cells_of_a_document_take_no_answer() -> None:
    """What is written into one would stand in all of them."""
    made: Document = docx.Document()
    table = made.add_table(rows=3, cols=2)
    for row, cells in enumerate([("Question", "Response"), (ENCRYPTED, ""), (BACKUPS, "")]):
        table.cell(row, 0).text, table.cell(row, 1).text = cells
    table.cell(1, 1).merge(table.cell(2, 1))
    content = saved(made)

    asked = read(content, "rfp.docx")

    assert [one.obstacle for one in asked.questions] == ["B2 is a merged cell", "B3 is a merged cell"]
    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(content, asked, {QuestionNo(1): "x"})
    assert refused.value.problems == ("question 1 (table 1): B2 is a merged cell",)
    assert "Reject those, leave them out (--leave-out-refused" in str(refused.value)


def test_rules_come_with_json() -> None:
    """Programs that send questions know what they can store."""
    row = {"text": ENCRYPTED, "section": "A", "allowed_values": ["Yes", "No"], "most_characters": 3, "answer": "No"}

    (question,) = read(json.dumps({"questions": [row]}).encode(), "rfp.json").questions

    assert question.rules.allowed_values == ("Yes", "No")
    assert (question.rules.most_characters, question.section, question.given) == (3, "A", "No")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rfp.json", b"{", "no JSON that can be read"),
        ("rfp.json", b"[]", "no list of questions"),
        ("rfp.json", b'{"questions": []}', "expected at least one"),
        ("rfp.json", b'{"questions": ["x"]}', "/questions/0: expected an object"),
        ("rfp.json", b'{"questions": [{"text": "a"}, {"text": " "}]}', "/questions/1/text: ' '; expected a text"),
        ("rfp.json", b'{"questions": [{"text": "a", "max": 3}]}', "/questions/0/max: no such field"),
        ("rfp.json", b'{"questions": [{"text": "a", "most_characters": true}]}', "/most_characters: True"),
        ("rfp.json", b'{"questions": [{"text": "a", "allowed_values": "Yes"}]}', "expected a list of texts"),
        ("rfp.json", b"[" * 100_000, "no JSON that can be read"),
        ("rfp.csv", b'"a;b', "no valid CSV"),
        ("rfp.csv", b"\x00\x01", "its text can't be read"),
        ("rfp.csv", b"a,b\n1,2\n", "no question was found"),
        ("rfp.md", b"Nothing is asked.", "no line ends with a question mark"),
        ("rfp.docx", b"PK", "called a DOCX file and is none"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_place(name: str, content: bytes, words: str) -> None:
    """Whoever made the file must find what is wrong with it."""
    with pytest.raises(InvalidInput, match=re.escape(words)):
        read(content, name)


def test_columns_are_words_of_tables_only() -> None:
    """A mapping that is ignored is worse than one that is refused."""
    with pytest.raises(InvalidInput, match="no tables"):
        FILES.read(FORMS["rfp.md"], name="rfp.md", wanted=WantedColumns(question="B"))


@pytest.mark.parametrize("name", FORMS)
def test_an_answer_to_a_question_that_is_not_asked_writes_nothing(name: str) -> None:
    """It would stand somewhere."""
    asked = read(FORMS[name], name)

    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(FORMS[name], asked, {QuestionNo(1): "x", QuestionNo(9): "y"})
    assert refused.value.problems == ("question 9: there is none of this number",)
