"""Workbooks that no library of ours writes: other programs' names, rules in extensions, tables, macros, odd answers."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl import load_workbook

from adapters.questionnaires.cells import with_answers
from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns
from tests.contract.buyers_workbooks import TEXTS, security_questionnaire
from tests.contract.library_files import an_archive, with_part

FILES = StandardQuestionnaireFiles()
SHEET = "xl/worksheets/sheet1.xml"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"


def read(content: bytes, name: str = "rfp.xlsx") -> Questionnaire:
    """Read a workbook."""
    return FILES.read(content, name=name, wanted=WantedColumns())


def parts(content: bytes) -> dict[str, bytes]:
    """Return every part of a workbook."""
    with ZipFile(BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def answered(content: bytes, text: str, name: str = "rfp.xlsx") -> bytes:
    """Return the workbook with an answer to its first question; nothing but that sheet may differ."""
    written = FILES.with_answers(content, read(content, name), {QuestionNo(1): text})
    before, behind = parts(content), parts(written)
    assert [one for one in before if before[one] != behind[one]] == [SHEET]
    return written


def plain(rows: int = 2) -> bytes:
    """Return a workbook that asks for an answer in column B, with a named list and a table beside it."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, lists = book.add_worksheet("Q"), book.add_worksheet("Our lists")
        lists.write_column(0, 0, ["Yes", "No"])
        book.define_name("Choices", "='Our lists'!$A$1:$A$2")
        sheet.write_row(0, 0, ["Question", "Response"])
        for row in range(1, rows + 1):
            sheet.write(row, 0, f"Is it {row}?")
    return made.getvalue()


def with_extended_list() -> bytes:
    """Return one whose dropdown list stands where Excel puts those that name another sheet."""
    rule = (
        f'<extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{X14}"><x14:dataValidations count="1" '
        f'xmlns:xm="{XM}"><x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>\'Our lists\'!$A$1:$A$2'
        "</xm:f></x14:formula1><xm:sqref>B2 B3:B9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
    )
    content = plain()
    return with_part(content, SHEET, parts(content)[SHEET].decode().replace("</worksheet>", f"{rule}</worksheet>"))


def strict() -> bytes:
    """Return a workbook as Excel saves it as "Strict Open XML Spreadsheet"."""
    usual = "http://schemas.openxmlformats.org/"
    made = {}
    for name, part in parts(security_questionnaire()).items():
        text = part.decode().replace(f"{usual}spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
        for kind in ("officeDocument", "drawingml"):
            text = text.replace(f"{usual}{kind}/2006/", f"http://purl.oclc.org/ooxml/{kind}/")
        made[name] = text
    return an_archive(made)


def with_table() -> bytes:
    """Return one whose questions stand in a table (ListObject) with a row of totals."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        columns = [{"header": "Question", "total_string": "Sum"}, {"header": "Response", "total_function": "count"}]
        rows = [[text, None] for text in TEXTS]
        book.add_worksheet("Q").add_table(0, 0, 4, 1, {"columns": columns, "data": rows, "total_row": True})
    return made.getvalue()


def moved() -> bytes:
    """Return one whose sheet lies where other programs put it, and that names it from the root."""
    found = parts(plain())
    found["sheets/one.xml"] = found.pop(SHEET)
    for name, old in (
        ("xl/_rels/workbook.xml.rels", b'"worksheets/sheet1.xml"'),
        ("[Content_Types].xml", b'"/' + SHEET.encode() + b'"'),
    ):
        assert old in found[name]
        found[name] = found[name].replace(old, b'"/sheets/one.xml"')
    return an_archive(found)


def test_a_list_in_an_extension_is_a_rule_too() -> None:
    """Excel writes every list whose values are on another sheet there; an answer beside it would be simply wrong."""
    asked = read(with_extended_list())

    assert {one.rules.allowed_values for one in asked.questions} == {("Yes", "No")}


@pytest.mark.parametrize("name", ["=Choices", "='Our lists'!$A:$A", '="Yes,No"', "=INDIRECT(A1)", "=OFFSET(A1,0,0)"])
def test_lists_by_name_column_or_words_are_rules_and_formulas_are_excels_own(name: str) -> None:
    """What only Excel can work out is not made up here."""
    found = parts(plain())[SHEET].decode()
    formula = name[1:].replace('"', "&quot;")
    rule = (
        '<dataValidations count="1"><dataValidation type="list" sqref="B2:B9">'
        f"<formula1>{formula}</formula1></dataValidation></dataValidations><pageMargins"
    )
    content = with_part(plain(), SHEET, found.replace("<pageMargins", rule))

    expected = () if "(" in name else ("Yes", "No")
    assert {one.rules.allowed_values for one in read(content).questions} == {expected}


def test_a_strict_workbook_is_read_and_stays_strict() -> None:
    """Some public bodies save nothing else; every name in it is another one."""
    content = strict()
    asked = read(content)

    assert [one.text for one in asked.questions] == list(TEXTS)
    written = parts(answered(content, "Yes."))
    assert b"purl.oclc.org" in written[SHEET]
    assert read(FILES.with_answers(content, asked, {QuestionNo(2): "Daily."})).questions[1].given == "Daily."


def test_a_table_keeps_its_heading_and_its_totals() -> None:
    """A heading that differs from the table's own column makes Excel repair the file."""
    content = with_table()
    asked = read(content)

    assert [one.place.answer for one in asked.questions][:3] == ["B2", "B3", "B4"]
    written = answered(content, "Yes.")
    sheet = load_workbook(BytesIO(written))["Q"]
    assert (sheet["B2"].value, list(sheet.tables)) == ("Yes.", ["Table1"])
    assert str(sheet["B5"].value).startswith("=SUBTOTAL")


def test_macros_names_and_the_order_of_calculation_are_left_alone() -> None:
    """A workbook with macros stays one, under its own ending."""
    content = plain()
    for name, part in (("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros"), ("xl/calcChain.xml", "<calcChain/>")):
        content = with_part(content, name, part)

    asked = read(content, "RFP.XLSM")
    written = answered(content, "Yes.", "RFP.XLSM")

    assert asked.name == "RFP.XLSM"
    assert parts(written)["xl/vbaProject.bin"] == b"\xd0\xcf\x11\xe0 macros"
    assert "Choices" in load_workbook(BytesIO(written)).defined_names


def test_a_sheet_may_lie_anywhere_in_the_file() -> None:
    """Where it lies is said by the workbook's relations, and by nothing else."""
    written = FILES.with_answers(moved(), read(moved()), {QuestionNo(1): "Yes."})

    assert b"Yes." in parts(written)["sheets/one.xml"]
    assert load_workbook(BytesIO(written))["Q"]["B2"].value == "Yes."


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("  two\n lines ", "  two\n lines "),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x00\x07bell\x1b\ufffe\ud800", "bell"),
        ('<b>&amp; "x" \']]>', '<b>&amp; "x" \']]>'),
        ("=1+1", "=1+1"),
        ("+4930", "+4930"),
        ("x" * 32_767, "x" * 32_767),
        ("\t", "\t"),
    ],
    ids=["spaces", "line ends", "controls", "markup", "formula", "plus", "long", "tab"],
)
def test_an_answer_is_stored_as_the_text_it_is(text: str, stored: str) -> None:
    """Whatever a model or a person wrote: the cell holds these words, and Excel opens the file."""
    cell = load_workbook(BytesIO(answered(plain(), text)))["Q"]["B2"]

    assert (cell.value, cell.data_type) == (stored, "s")


def test_what_looks_like_an_escape_stays_what_it_is() -> None:
    """Excel reads `_x0041_` in a cell's text as `A`; the standard says how to write the words themselves."""
    written = parts(answered(plain(), "_x0041_ and _x41_"))[SHEET]

    assert b"_x005F_x0041_ and _x41_" in written


def test_excel_counts_an_emoji_as_two() -> None:
    """32,767 of them would be 65,534 to it."""
    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(plain(), read(plain()), {QuestionNo(1): "🦆" * 16_384})

    (problem,) = refused.value.problems
    assert "B2): the answer has 32,768 characters, and a cell of an .xlsx file holds at most 32,767" in problem


SHARED = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*2</f><v>2</v></c></row>'
    '<row r="2"><c r="A2"><f t="shared" si="0"/><v>4</v></c></row>'
    '<row r="3"><c r="A3" t="s" s="5" vm="1"><v>0</v></c><c r="B3" t="inlineStr"><is><r><t>rich</t></r></is></c></row>'
    "<!-- <c r='A9'> --></sheetData></worksheet>"
)


def test_children_of_a_shared_formula_are_formulas() -> None:
    """They hold no formula of their own in the file, only its number."""
    with pytest.raises(InvalidInput) as refused:
        with_answers(SHARED.encode(), {"A1": "x", "A2": "y"}, sheet="s")

    assert refused.value.problems == ("A1: it holds a formula", "A2: it holds a formula")


def test_texts_of_every_kind_are_replaced_and_keep_their_format() -> None:
    """Shared, rich, and with a picture as its value: what was there goes, and the cell's style stays."""
    written = with_answers(SHARED.encode(), {"A3": "new", "B3": "too"}, sheet="s").decode()

    assert '<c r="A3" s="5" t="inlineStr"><is><t xml:space="preserve">new</t></is></c>' in written
    assert '<c r="B3" t="inlineStr"><is><t xml:space="preserve">too</t></is></c>' in written
    assert re.sub(r'<row r="3">.*</row>', "", written) == re.sub(r'<row r="3">.*</row>', "", SHARED)


STYLED = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<cols><col min="2" max="2" style="4"/></cols>'
    '<sheetData><row r="1"/><row r="2" s="7" customFormat="1"/><row r="3" s="9"/></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("address", "style"), [("A1", ""), ("B1", ' s="4"'), ("B2", ' s="7"'), ("B3", ' s="4"'), ("B9", ' s="4"')]
)
def test_a_new_cell_has_the_style_of_its_row_or_column(address: str, style: str) -> None:
    """As one that a person types into: open in a protected sheet, wrapped, in the buyer's colour."""
    assert (
        f'<c r="{address}"{style} t="inlineStr">' in with_answers(STYLED.encode(), {address: "x"}, sheet="s").decode()
    )


def test_a_choice_that_only_asks_for_one_is_no_answer_and_no_choice() -> None:
    """It stands first in most buyers' lists, and in each cell; the question would never be drafted, or so answered."""
    rule = (
        '<dataValidations count="1"><dataValidation type="list" showErrorMessage="1" sqref="B2:B3">'
        '<formula1>"-- Please select --,Yes,No"</formula1></dataValidation></dataValidations><pageMargins'
    )
    content = plain()
    shown = with_answers(parts(content)[SHEET], {"B2": "-- Please select --"}, sheet="Q").decode()

    content = with_part(content, SHEET, shown.replace("<pageMargins", rule))

    assert [one.given for one in read(content).questions] == ["", ""]
    assert {one.rules.allowed_values for one in read(content).questions} == {("Yes", "No")}
    assert [one.given for one in read(answered(content, "Yes")).questions] == ["Yes", ""]


@pytest.mark.parametrize(("style", "given"), [("", ""), (' errorStyle="warning"', "Maybe")])
def test_what_nobody_could_choose_is_a_hint_and_no_answer(style: str, given: str) -> None:
    """Otherwise the question would never be drafted; where other words may be typed, they are an answer."""
    rule = (
        f'<dataValidations count="1"><dataValidation type="list" showErrorMessage="1"{style} sqref="B2:B3">'
        '<formula1>"Yes,No"</formula1></dataValidation></dataValidations><pageMargins'
    )
    content = plain()
    hinted = with_answers(parts(content)[SHEET], {"B2": "Maybe", "B3": "Yes"}, sheet="Q").decode()

    asked = read(with_part(content, SHEET, hinted.replace("<pageMargins", rule)))

    assert [one.given for one in asked.questions] == [given, "Yes"]
