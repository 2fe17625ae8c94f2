"""Contract of questionnaires in .xlsx: what a buyer asks is found, and nothing changes but the cells of answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from adapters.questionnaires.cells import with_answers
from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns
from tests.contract.buyers_workbooks import (
    TEXTS,
    WORKBOOKS,
    security_questionnaire,
    with_a_cover,
    with_formulas_and_merged_cells,
    with_pictures,
    with_rich_texts,
    with_sections,
)

FILES = StandardQuestionnaireFiles()
EVERYTHING = WantedColumns()


def read(content: bytes, wanted: WantedColumns = EVERYTHING) -> Questionnaire:
    """Read a workbook."""
    return FILES.read(content, name="rfp.xlsx", wanted=wanted)


def parts(content: bytes) -> dict[str, bytes]:
    """Return every part of a workbook."""
    with ZipFile(BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def writable(asked: Questionnaire, text: Callable[[int], str]) -> dict[QuestionNo, str]:
    """Return an answer to every question that can take one; an allowed value where there are some."""
    return {one.no: (one.rules.allowed_values or (text(one.no),))[0] for one in asked.questions if not one.obstacle}


@pytest.mark.parametrize("maker", WORKBOOKS.values(), ids=WORKBOOKS)
def test_every_part_but_the_answered_cells_is_the_same_byte_for_byte(maker: Callable[[], bytes]) -> None:
    """A buyer's file comes back as the buyer made it: charts, rules, pictures and macros are the buyer's business."""
    content = maker()
    asked = read(content)
    answers = writable(asked, lambda no: f'=answer {no} <&> "ok"\nsecond line 🦆')

    written = FILES.with_answers(content, asked, answers)

    before, behind = parts(content), parts(written)
    assert list(before) == list(behind)
    sheets = {name for name in before if before[name] != behind[name]}
    assert sheets
    assert all(name.startswith("xl/worksheets/sheet") for name in sheets)
    addresses = {one.place.answer for one in asked.questions if one.no in answers}
    for name in sheets:
        assert _without(before[name], addresses) == _without(behind[name], addresses)


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # of openpyxl, which would lose it
@pytest.mark.parametrize("maker", WORKBOOKS.values(), ids=WORKBOOKS)
def test_what_was_written_is_read_again(maker: Callable[[], bytes]) -> None:
    """By a library that knows nothing of ours: as text, in the cell, with the cell's own format."""
    content = maker()
    asked = read(content)
    answers = writable(asked, lambda no: f'=answer {no} <&> "ok"\nsecond line 🦆')

    written = FILES.with_answers(content, asked, answers)

    old, new = load_workbook(BytesIO(content)), load_workbook(BytesIO(written))
    for question in asked.questions:
        if question.no in answers:
            cell = new[question.place.table][question.place.answer]
            assert (cell.value, cell.data_type) == (answers[question.no], "s")
            assert cell.style_id == old[question.place.table][question.place.answer].style_id
    if maker is with_sections:  # where no heading says which column is which, answers look like questions
        return
    again = read(written)
    assert [one.text for one in again.questions] == [one.text for one in asked.questions]
    assert {one.no: one.given for one in again.questions if one.no in answers} == answers


def test_lists_and_lengths_that_the_buyer_allows_are_rules_of_the_answer() -> None:
    """Excel refuses anything else only when a person types it; in a file that is sent back it is simply wrong."""
    content = security_questionnaire()

    free = read(content)
    chosen = read(content, WantedColumns(question="Requirement", answer="C"))

    assert [one.text for one in free.questions] == list(TEXTS)
    assert [one.place.answer for one in free.questions] == ["D2", "D3", "D4"]
    assert {one.rules.most_characters for one in free.questions} == {60}
    assert {one.rules.allowed_values for one in chosen.questions} == {("Yes", "No", "Partial")}
    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(content, chosen, {QuestionNo(1): "Yes", QuestionNo(2): "Sure"})
    assert refused.value.problems == ("question 2 (Questionnaire C3): 'Sure' is none of 'Yes', 'No', 'Partial'",)


def test_sections_sheets_and_texts_without_a_heading_are_found() -> None:
    """Half of all questionnaires are made by hand."""
    asked = read(with_sections())

    assert [(one.place.table, one.section, one.place.answer) for one in asked.questions] == [
        ("Security", "A. Encryption", "C5"),
        ("Security", "B. Standards", "C8"),
        ("Operations", "", "B1"),
        ("Operations", "", "B6"),
    ]


def test_a_cover_asks_nothing_unless_it_is_named() -> None:
    """Most workbooks begin with instructions; an answer to `Do not insert rows` would stand on the buyer's cover."""
    content = with_a_cover()
    both = WantedColumns(tables=("Read me", "Questions"))

    found = read(content).questions
    assert [one.text for one in found if one.place.table == "Questions"] == list(TEXTS)
    assert [one.place.table for one in found if one.place.table != "Questions"] == ["Requirements"] * 2
    assert {one.place.table for one in read(content, both).questions} == {"Read me", "Questions"}


def test_headings_are_known_in_german_too_and_pictures_do_no_harm() -> None:
    """A workbook is read for its questions, whatever hangs in it."""
    asked = read(with_pictures())

    assert [one.text for one in asked.questions] == list(TEXTS)
    assert {one.place.answer for one in asked.questions} == {"C2", "C3", "C4"}


def test_cells_that_can_take_no_answer_are_named_with_their_address() -> None:
    """Half a merged cell, or a formula that is gone, is found by the buyer, after the deadline."""
    content = with_formulas_and_merged_cells()
    asked = read(content)

    obstacles = {one.place.answer: one.obstacle for one in asked.questions if one.obstacle}
    assert obstacles == {
        "B2": "B2: it is part of the merged cells B2:C2",
        "B3": "B3: it holds a formula",
        "B5": "B5: it holds a formula",
        "B6": "B6: it holds a formula",
    }
    with pytest.raises(InvalidInput) as refused:
        FILES.with_answers(content, asked, {one.no: "x" for one in asked.questions})
    assert len(refused.value.problems) == 4
    assert all(address in "".join(refused.value.problems) for address in obstacles)


@pytest.mark.parametrize("address", ["B2", "C2", "B3", "B5", "B6"])
def test_the_writer_itself_refuses_merged_cells_and_formulas(address: str) -> None:
    """Whoever reads the file may be wrong; whoever writes it must not be."""
    xml = parts(with_formulas_and_merged_cells())["xl/worksheets/sheet1.xml"]

    with pytest.raises(InvalidInput) as refused:
        with_answers(xml, {address: "x", "B4": "y"}, sheet="Sheet1")
    assert [problem.split(":")[0] for problem in refused.value.problems] == [address]


def test_an_answer_that_is_there_already_is_told() -> None:
    """What a person wrote into the file is not to be asked of a model."""
    asked = read(with_rich_texts())

    assert [one.given for one in asked.questions] == ["", "", "Yes, we do."]
    assert asked.questions[0].text == "Is data encrypted at rest?"


def test_a_file_that_changed_is_not_written_to() -> None:
    """Its cells may stand elsewhere now."""
    asked = read(security_questionnaire())

    with pytest.raises(InvalidInput, match="changed since"):
        FILES.with_answers(with_pictures(), asked, {QuestionNo(1): "x"})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rfp.xlsx", b"PK\x03\x04 no zip", "rfp.xlsx: it is a broken archive"),
        ("rfp.xlsx", b"", "rfp.xlsx: it is empty"),
        ("rfp.xls", b"x", "one of .xlsx, .docx, .csv, .md, .json"),
        ("rfp", b"x", "one of .xlsx, .docx, .csv, .md, .json"),
    ],
)
def test_what_is_no_questionnaire_is_refused_with_what_to_do(name: str, content: bytes, words: str) -> None:
    """Files come by mail, with the wrong ending, and half of them."""
    with pytest.raises(InvalidInput, match=re.escape(words)):
        FILES.read(content, name=name, wanted=EVERYTHING)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (WantedColumns(question="ZZ"), "no such column"),
        (WantedColumns(answer="Reply"), "'Requirement', 'Compliant?', 'Response'"),
        (WantedColumns(tables=("Sheet9",)), "there are 'Questionnaire', 'Lists'"),
        (WantedColumns(tables=("Lists",)), "no question was found on 'Lists'"),
    ],
)
def test_a_wrong_word_about_columns_is_refused_with_the_right_ones(wanted: WantedColumns, words: str) -> None:
    """Whoever corrects the mapping must see what there is."""
    with pytest.raises(InvalidInput, match=re.escape(words)):
        read(security_questionnaire(), wanted)


MINIMAL = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>%s</x:sheetData></x:worksheet>"""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (b"", '<x:row r="2">[A2][B2]</x:row><x:row r="3">[A3]</x:row>'),
        (b'<x:row r="2"/>', '<x:row r="2">[A2][B2]</x:row><x:row r="3">[A3]</x:row>'),
        (b'<x:row r="4"></x:row>', '<x:row r="2">[A2][B2]</x:row><x:row r="3">[A3]</x:row><x:row r="4"></x:row>'),
        (
            b'<x:row r="2" spans="3:3"><x:c r="C2"><x:v>1</x:v></x:c></x:row>',
            '<x:row r="2">[A2][B2]<x:c r="C2"><x:v>1</x:v></x:c></x:row><x:row r="3">[A3]</x:row>',
        ),
        (
            b'<x:row><x:c><x:v>0</x:v></x:c></x:row><x:row><x:c/><x:c s="3" t="s"><x:v>7</x:v></x:c></x:row>',
            '<x:row><x:c><x:v>0</x:v></x:c></x:row><x:row>[A2][B2 s="3"]</x:row><x:row r="3">[A3]</x:row>',
        ),
    ],
)
def test_cells_and_rows_that_are_missing_are_put_in_where_they_belong(rows: bytes, expected: str) -> None:
    """Also with a namespace prefix, and where addresses are left out, as some programs write it."""
    xml = MINIMAL % rows

    written = with_answers(xml, {"A3": "A3", "B2": "B2", "A2": "A2"}, sheet="s").decode()

    inside = written[written.index("<x:sheetData>") + 13 : written.index("</x:sheetData>")]
    text = (
        r'<x:c(?: r="[A-Z]\d")?((?: s="\d")?) t="inlineStr"><x:is><x:t xml:space="preserve">(\w\d)</x:t></x:is></x:c>'
    )
    assert re.sub(text, r"[\2\1]", inside) == expected


def test_entities_and_other_encodings_are_refused() -> None:
    """A workbook has neither; whoever made this one wants something else."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'

    for xml in (bomb, "<worksheet/>".encode("utf-16"), b"<worksheet><sheetData>", b"<worksheet/>"):
        with pytest.raises(InvalidInput, match="sheet 's'"):
            with_answers(xml, {"A1": "x"}, sheet="s")


def test_a_text_is_as_long_as_a_cell_at_most() -> None:
    """Excel calls a file with a longer one broken, and offers to repair it."""
    xml = MINIMAL % b""

    assert with_answers(xml, {"A1": "x" * 32_767}, sheet="s")
    with pytest.raises(InvalidInput) as refused:
        with_answers(xml, {"A1": "x" * 32_768}, sheet="s")
    assert refused.value.problems == ("A1: the answer has 32,768 characters, and a cell holds at most 32,767",)


def _without(xml: bytes, addresses: set[str]) -> bytes:
    """Return a sheet's XML without the cells of these addresses, empty rows, and what rows say of their width."""
    for address in addresses:
        xml = re.sub(rb'<c r="%s"(?:[^>]*/>|.*?</c>)' % address.encode(), b"", xml, flags=re.DOTALL)
    xml = re.sub(rb' spans="[^"]*"', b"", xml)
    return re.sub(rb'<row r="\d+"(?:/>|></row>)', b"", xml)
