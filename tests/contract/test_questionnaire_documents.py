"""Documents as Word makes them: controls, tracked changes, nested and merged tables, text boxes; one part changes."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import docx
import pytest

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Question, Questionnaire, QuestionNo, WantedColumns
from tests.contract.library_files import a_word_file, with_part

FILES = StandardQuestionnaireFiles()
MAIN = "word/document.xml"
NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
PLACEHOLDER = "<w:sdtPr>%s<w:showingPlcHdr/></w:sdtPr>"
HINT = '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>Click to enter text.</w:t></w:r>'
CONTROL = f"<w:p><w:sdt>{PLACEHOLDER % ''}<w:sdtContent>{HINT}</w:sdtContent></w:sdt></w:p>"


def made(body: str, names: str = NAMES) -> bytes:
    """Return a document with this body."""
    return with_part(a_word_file(), MAIN, f"<w:document {names}><w:body>{body}<w:sectPr/></w:body></w:document>")


def p(text: str, more: str = "") -> str:
    """Return a paragraph."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r>{more}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """Return a table of cells' contents."""
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


HEAD = (p("Question"), p("Answer"))


def read(content: bytes) -> Questionnaire:
    """Read a document."""
    return FILES.read(content, name="rfp.docx", wanted=WantedColumns())


def only(content: bytes) -> Question:
    """Return the document's one question."""
    (question,) = read(content).questions
    return question


def answered(content: bytes, text: str = "Yes.") -> bytes:
    """Return the document with an answer to its first question; no other part may differ."""
    written = FILES.with_answers(content, read(content), {QuestionNo(1): text})
    with ZipFile(BytesIO(content)) as before, ZipFile(BytesIO(written)) as behind:
        assert before.namelist() == behind.namelist()
        assert [one for one in before.namelist() if before.read(one) != behind.read(one)] == [MAIN]
    docx.Document(BytesIO(written))  # another library opens it
    return written


def xml(content: bytes) -> str:
    """Return the main part."""
    with ZipFile(BytesIO(content)) as package:
        return package.read(MAIN).decode()


BODIES = {
    "plain": table(HEAD, (p("Is it?"), "<w:p/>")),
    "a control in the cell": table(HEAD, (p("Is it?"), CONTROL)),
    "a control around the paragraph": table(
        HEAD, (p("Is it?"), f"<w:sdt>{PLACEHOLDER % ''}<w:sdtContent><w:p>{HINT}</w:p></w:sdtContent></w:sdt>")
    ),
    "a control around the cell": (
        f"<w:tbl><w:tr><w:tc>{HEAD[0]}</w:tc><w:tc>{HEAD[1]}</w:tc></w:tr><w:tr><w:tc>{p('Is it?')}</w:tc><w:sdt>"
        f"{PLACEHOLDER % ''}<w:sdtContent><w:tc><w:p>{HINT}</w:p></w:tc></w:sdtContent></w:sdt></w:tr></w:tbl>"
    ),
    "a control around the table": (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{table(HEAD, (p('Is it?'), '<w:p/>'))}</w:sdtContent></w:sdt>"
    ),
    "a table in a table": table((p("Layout"), table(HEAD, (p("Is it?"), "<w:p/>")) + "<w:p/>")),
    "the cell beside, in a table without heading": table((p("Is it?"), "<w:p/>")),
    "the row below": table((p("Is it?"),), ("<w:p/>",)),
    "a paragraph with a control": p("Is it?") + CONTROL,
    "a paragraph": p("Is it?") + "<w:p/>",
    "no paragraph": p("Is it?"),
    "inserted, and deleted beside it": (
        '<w:p><w:ins w:id="1" w:author="a"><w:r><w:t>Is it?</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>Was it?</w:delText></w:r></w:del></w:p><w:p/>'
    ),
    "a picture behind": p("Is it?") + "<w:p><w:r><w:drawing/></w:r></w:p>",
    "a text box on it": p(
        "Is it?",
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>note</w:t></w:r></w:p>"
        "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>note</w:t></w:r>"
        "</w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    ),
    "another questionnaire behind": p("Is it?") + table(("<w:p/>", p("Answer")), (p("x"), p("y"))),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_question_is_found_and_answered_wherever_it_stands(body: str) -> None:
    """A form of Word's has controls in its cells and tables in its tables; what they hint at is no answer."""
    content = made(body)
    question = only(content)

    assert (question.text, question.given, question.obstacle) == ("Is it?", "", "")
    written = answered(content, " Yes,\nit\x07 <is> ")
    assert only(written).text == "Is it?"
    assert only(written).given.replace(" ", "") == "Yes,\nit<is>"
    kept = ("drawing", "txbxContent", "delText", "w:sdt>", "AlternateContent", "Layout")
    assert [xml(written).count(one) for one in kept] == [xml(content).count(one) for one in kept]
    assert "showingPlcHdr" not in xml(written)
    assert "Click to enter" not in xml(written)


def test_a_dropdown_list_is_what_the_buyer_allows() -> None:
    """Word shows anything else as it is, and the buyer's evaluation does not know it."""
    items = '<w:dropDownList><w:listItem w:displayText="Choose" w:value=""/><w:listItem w:value="Yes"/>'
    control = PLACEHOLDER % f'{items}<w:listItem w:displayText="No" w:value="0"/></w:dropDownList>'
    cell = f"<w:p><w:sdt>{control}<w:sdtContent>{HINT}</w:sdtContent></w:sdt></w:p>"
    content = made(table(HEAD, (p("Is it?"), cell)))

    assert only(content).rules.allowed_values == ("Yes", "No")
    assert only(answered(content, "No")).given == "No"
    with pytest.raises(InvalidInput, match="1 answer of 1 can't be written"):
        FILES.with_answers(content, read(content), {QuestionNo(1): "Perhaps"})


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("<w:tcPr><w:vMerge w:val='restart'/></w:tcPr><w:p/>", "B2 is a merged cell"),
        (table((p("x"),)) + "<w:p/>", "it holds a table"),
        ("<w:p><w:r><w:drawing/></w:r></w:p>", "a picture or a text box"),
        ("<w:p><w:sdt><w:sdtPr><w14:checkbox/></w:sdtPr><w:sdtContent/></w:sdt></w:p>", "a check box"),
        ("<w:p><w:sdt><w:sdtPr><w:lock w:val='sdtContentLocked'/></w:sdtPr><w:sdtContent/></w:sdt></w:p>", "locked"),
        ("<w:p><w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr><w:sdtContent/></w:sdt></w:p>", "kept elsewhere"),
        ("<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r></w:p>", "a form field"),
    ],
)
def test_a_cell_that_would_lose_something_is_named(cell: str, why: str) -> None:
    """A check box that became the word Yes is ticked by nobody."""
    content = made(table(HEAD, (p("Is it?"), cell), (p("Is it not?"), "<w:p/>")))
    asked = read(content)

    assert why in asked.questions[0].obstacle
    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(content, asked, {QuestionNo(1): "Yes."})
    assert "B2" in refused.value.problems[0]
    assert only(made(table(HEAD, (p("Is it not?"), "<w:p/>")))).obstacle == ""


def test_a_row_that_is_one_cell_is_a_heading_and_the_strict_kind_is_read() -> None:
    """Chapters of a questionnaire are rows over all its columns; some public bodies save strict documents alone."""
    chapter = "<w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" + p("B. Encryption")
    body = table(HEAD, (p("Is it?"), "<w:p/>"), (chapter,), (p("Is it not?"), "<w:p/>"))
    strict = NAMES.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )

    for names in (NAMES, strict):
        asked = read(made(body, names))
        assert [(one.section, one.text) for one in asked.questions] == [
            ("", "Is it?"),
            ("B. Encryption", "Is it not?"),
        ]


def test_only_the_format_of_what_stood_there_is_kept() -> None:
    """An answer looks like the cell it stands in; in a hint's grey it would look like none."""
    bold = "<w:p><w:pPr><w:jc w:val='right'/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>old</w:t></w:r></w:p><w:p/>"
    content = made(table(HEAD, (p("Is it?"), bold)))
    asked = read(content)
    written = xml(FILES.with_answers(content, asked, {QuestionNo(1): "new"}))

    assert asked.questions[0].given == "old"
    assert '<w:jc w:val="right"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">new</w:t>' in written
    assert "PlaceholderText" not in xml(answered(made(BODIES["a control in the cell"])))


def item(text: str, number: int = 1) -> str:
    """Return an item of a numbered list."""
    return p(text).replace(
        "<w:r>", f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr><w:r>', 1
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (item("Is it?") + item("Describe it.") + item("It must be."), ["Is it?", "Describe it.", "It must be."]),
        (p("1. Is it?") + p("2.1 Please describe it."), ["1. Is it?", "2.1 Please describe it."]),
        (item("Is it? If so, since when.") + item("We are old."), ["Is it? If so, since when."]),
        (item("Is it?") + p("Please name the year."), ["Is it?"]),
        (p("Is it?") + p("Describe it."), ["Is it?"]),
        (p("Is it?") + item("Describe it.", number=0), ["Is it?"]),
        (item("Describe it.") + table(HEAD, (p("Is it?"), "<w:p/>")), ["Is it?"]),
    ],
)  # fmt: skip
def test_items_of_lists_ask_as_in_a_pdf_where_no_table_does(body: str, expected: list[str]) -> None:
    """The next item of a list, and what is asked beside a question, is no answer to it."""
    assert [(one.text, one.given) for one in read(made(body)).questions] == [(text, "") for text in expected]


def test_what_stands_behind_a_question_in_the_text_is_its_answer() -> None:
    """A list of three certificates, too; but not a heading, or the end of a paragraph that was deleted."""
    deleted = '<w:p><w:pPr><w:rPr><w:del w:id="1" w:author="a"/></w:rPr></w:pPr></w:p>'

    assert only(made(p("Is it?") + p("Since 2021."))).given == "Since 2021."
    assert only(made(p("Which?") + item("ISO 27001"))).given == "ISO 27001"
    written = xml(answered(made(p("Is it?") + deleted + p("Thank you."))))
    assert written.index("Yes.") < written.index("<w:del ")


def test_a_list_in_the_text_is_what_the_buyer_allows() -> None:
    """As in a cell; and what it shows before somebody has chosen is no answer, marked as a hint or not."""
    control = '<w:sdtPr>%s<w:dropDownList><w:listItem w:value="Yes"/></w:dropDownList></w:sdtPr>'
    shown = "<w:sdtContent><w:r><w:t>Choose</w:t></w:r></w:sdtContent>"
    behind = f"<w:p><w:sdt>{control % '<w:showingPlcHdr/>'}{shown}</w:sdt></w:p>"
    cell = f"<w:p><w:sdt>{control % ''}{shown}</w:sdt></w:p>"

    for content in (made(p("Is it?") + behind), made(table(HEAD, (p("Is it?"), cell)))):
        assert (only(content).given, only(content).rules.allowed_values) == ("", ("Yes",))
        assert only(answered(content, "Yes")).given == "Yes"


def test_a_label_beside_a_table_asks_nothing() -> None:
    """Tables are laid out by tables."""
    inner = table(HEAD, (p("Is it?"), "<w:p/>")) + "<w:p/>"

    content = made(table((p("Block A"), inner), (p("Was it?"), "<w:p/>")))
    assert [(one.text, one.obstacle) for one in read(content).questions] == [("Was it?", ""), ("Is it?", "")]
