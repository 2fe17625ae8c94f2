"""Contract of questionnaires in .csv: encodings, delimiters and line ends stay the buyer's, and no cell is run."""

from __future__ import annotations

import codecs

import pytest

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns

FILES = StandardQuestionnaireFiles()
EVERYTHING = WantedColumns()


def answered(content: bytes, *, name: str = "rfp.csv", **answers: str) -> bytes:
    """Return the file with answers by number (`a1=...`)."""
    asked = FILES.read(content, name=name, wanted=EVERYTHING)
    return FILES.with_answers(content, asked, {QuestionNo(int(no[1:])): text for no, text in answers.items()})


ROWS = 'Frage;"Antwort"\r\n "Ist es größer?";\r\n"Wie\r\nviel?";""\r\n\r\nWarum?;x;\r\n'


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "cp1252"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_the_encoding_stays_and_so_does_every_row_without_an_answer(mark: bytes, encoding: str) -> None:
    """Excel in the West reads a file without a mark as Windows-1252; a buyer's import knows one encoding alone."""
    content = mark + ROWS.encode(encoding)

    written = answered(content, a2="für 5 €")

    expected = ROWS.replace('"Wie\r\nviel?";""\r\n', '"Wie\r\nviel?";für 5 €\r\n')
    assert written == mark + expected.encode(encoding)


def test_what_the_encoding_can_not_hold_makes_it_utf_8_with_a_mark() -> None:
    """An answer with question marks for letters is none; with its mark every program reads UTF-8."""
    written = answered(ROWS.encode("cp1252"), a1="日本 🦆")

    assert written.startswith(codecs.BOM_UTF8)
    assert "größer" in written.decode()
    assert FILES.read(written, name="rfp.csv", wanted=EVERYTHING).questions[0].given == "日本 🦆"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "|x", "%x", "\t=1"])
def test_no_answer_is_run(text: str) -> None:
    """A model's words would run in the buyer's spreadsheet, with the buyer's rights."""
    written = answered(b"Question,Answer\nIs it?,\n", a1=text).decode()

    assert written.splitlines()[1] in (f"Is it?,'{text}", f'Is it?,"\'{text}"')


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"Question\tAnswer\nIs it, or not?\t\n", "rfp.tsv"),
        (b"sep=;\r\nQuestion;Answer\r\nIs it, or not?;\r\n", "rfp.csv"),
        (b"Question,Answer\r\"Is it, or not?\",\r", "rfp.csv"),
        (b'"Please answer, all of it"\n\nQuestion;Answer\n"Is it, or not?";\n', "rfp.csv"),
        (b"Please answer, all of it, soon;\nQuestion;Answer\nIs it, or not?;\n", "rfp.csv"),
        (b"Tender 7; part 2\t\t\n\t\t\nQuestion\tAnswer\tNote\nIs it, or not?\t\tx\n", "rfp.csv"),
    ],
    ids=["tabs", "said", "old Macintosh", "title", "title over columns", "empty columns"],
)  # fmt: skip
def test_delimiters_are_told_by_the_heading(content: bytes, name: str) -> None:
    """Commas in questions, and titles above them, are no columns."""
    (question,) = FILES.read(content, name=name, wanted=EVERYTHING).questions

    assert question.text == "Is it, or not?"
    written = answered(content, name=name, a1='a "b", c;\td\ne')
    assert FILES.read(written, name=name, wanted=EVERYTHING).questions[0].given == 'a "b", c;\td\ne'


def test_a_line_end_at_the_end_of_a_file_is_not_made_up() -> None:
    """The last row keeps what it had: nothing."""
    assert answered(b"Question,Answer\nIs it?,", a1="Yes.") == b"Question,Answer\nIs it?,Yes."
    assert answered(b"Question,Answer\nIs it?", a1="Yes.") == b"Question,Answer\nIs it?,Yes."


def test_text_files_keep_their_line_ends_and_encoding() -> None:
    """A Markdown file from Windows is not to be another one for version control."""
    content = codecs.BOM_UTF8 + "# Größe\r\n\r\n- Is it?\r\n- Is\u2028it not?\r\n".encode()

    written = answered(content, name="rfp.md", a1="a\r\nb\x07\ud800")

    assert written.decode("utf-8-sig") == "# Größe\r\n\r\n- Is it?\r\n\r\n> a\r\n> b\r\n\r\n- Is\u2028it not?\r\n"


def test_json_holds_any_answer() -> None:
    """Half a surrogate pair is what is left of an emoji that a model's reply was cut in."""
    written = answered(b'{"questions": [{"text": "Is it?"}]}', name="rfp.json", a1="yes \ud83d\x00\n")

    assert FILES.read(written, name="rfp.json", wanted=EVERYTHING).questions[0].given == "yes"


def test_one_column_can_not_ask_and_answer() -> None:
    """Answers would be written over the buyer's questions."""
    with pytest.raises(InvalidInput, match="one column of the table 'csv'"):
        FILES.read(b"Question,Answer\nIs it?,\n", name="rfp.csv", wanted=WantedColumns(question="A", answer="question"))


def test_a_sheet_that_was_named_is_not_passed_over() -> None:
    """Whoever named it would believe that only that one was read."""
    with pytest.raises(InvalidInput, match="has no sheets"):
        FILES.read(b"Question,Answer\nIs it?,\n", name="rfp.csv", wanted=WantedColumns(tables=("Security",)))
