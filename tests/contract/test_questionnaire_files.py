"""Contract of questionnaires in text and documents: asked, answered at their places, and read again."""

from __future__ import annotations

import json
import re
from io import BytesIO

import docx
import pytest
from docx.document import Document

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns
from tests.contract.buyers_workbooks import red_dot

FILES = StandardQuestionnaireFiles()
EVERYTHING = WantedColumns()
ENCRYPTED, BACKUPS, CERTIFIED = "Is data encrypted?", "How long are backups kept?", "Are you certified?"
ANSWERS = {QuestionNo(1): "Yes: AES-256.\nAlways.", QuestionNo(2): "=30 days", QuestionNo(3): "No"}


def document(*, with_text: bool = False) -> bytes:
    """Return a .docx with a table of three questions, or with the same as text."""
    made: Document = docx.Document()
    made.add_heading("Security", level=1)
    if with_text:
        made.add_paragraph(ENCRYPTED)
        made.add_paragraph("")
        made.add_paragraph(BACKUPS)
        made.add_heading("Standards", level=2)
        made.add_paragraph(CERTIFIED, style="List Number")
    else:
        table = made.add_table(rows=4, cols=3)
        for row, cells in enumerate([("No", "Question", "Answer"), *_rows()]):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
    made.add_picture(BytesIO(red_dot()))
    return _saved(made)


def _rows() -> list[tuple[str, str, str]]:
    return [("1", ENCRYPTED, ""), ("2", BACKUPS, ""), ("3", CERTIFIED, "")]


def _saved(made: Document) -> bytes:
    content = BytesIO()
    made.save(content)
    return content.getvalue()


FORMS = {
    "rfp.csv": f"No;Question;Answer\r\n1;{ENCRYPTED};\r\n2;{BACKUPS}\r\n3;{CERTIFIED};\r\n".encode("cp1252"),
    "tabs.csv": f"\ufeffQuestion\tResponse\n{ENCRYPTED}\t\n{BACKUPS}\t\n{CERTIFIED}\t\n".encode(),
    "title.csv": f'Ours\r\n\r\n"Question\n(please, do)";Answer\r\n{ENCRYPTED};\n{BACKUPS};\n{CERTIFIED};'.encode(),
    "rfp.md": f"# Security\n\n## 1. {ENCRYPTED}\n\n## 2. {BACKUPS}\n\n# Standards\n- **{CERTIFIED}**\n".encode(),
    "rfp.json": json.dumps(
        {"title": "x", "questions": [{"text": t} for t in (ENCRYPTED, BACKUPS, CERTIFIED)]}
    ).encode(),
    "table.docx": document(),
    "text.docx": document(with_text=True),
}


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
    content = _saved(made)

    asked = read(content, "rfp.docx")

    assert [one.obstacle for one in asked.questions] == ["B2 is a merged cell", "B3 is a merged cell"]
    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(content, asked, {QuestionNo(1): "x"})
    assert refused.value.problems == ("question 1 (table 1): B2 is a merged cell",)


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
        ("rfp.docx", b"PK", "no .docx document"),
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
