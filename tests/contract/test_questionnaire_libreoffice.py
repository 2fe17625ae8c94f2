"""Files that LibreOffice wrote, read and written to: answers stand in their places, and nothing else changes."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from openpyxl import load_workbook

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.rfp_answering.questionnaire import Questionnaire, QuestionNo, WantedColumns

FILES = StandardQuestionnaireFiles()
FOLDER = Path(__file__).parents[1] / "fixtures" / "rfp" / "libreoffice"
ENCRYPTED, BACKUPS = "Is customer data encrypted at rest?", "Describe your backups & recovery <tested>."
CERTIFIED, KEPT = "Are you certified to ISO 27001?", "Wie lange werden Protokolle aufbewahrt?"
FOUR = (ENCRYPTED, BACKUPS, CERTIFIED, KEPT)
ANSWER = '=answer <&> "ok" ü€\nsecond line 🦆'


def content_of(name: str) -> bytes:
    """Return a file."""
    return (FOLDER / name).read_bytes()


def read(name: str, content: bytes | None = None) -> Questionnaire:
    """Read a file, or *content* as if it were this one."""
    return FILES.read(content or content_of(name), name=name, wanted=WantedColumns())


def parts(content: bytes) -> dict[str, bytes]:
    """Return every part of a file."""
    with ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def answered(name: str) -> tuple[Questionnaire, dict[QuestionNo, str], bytes]:
    """Answer all that can be answered; return what was asked, the answers, and the file with them."""
    asked = read(name)
    answers = {one.no: (one.rules.allowed_values or (ANSWER,))[0] for one in asked.questions if not one.obstacle}
    return asked, answers, FILES.with_answers(content_of(name), asked, answers)


ASKED = {
    "dropdowns.xlsx": [(text, f"Questionnaire D{no}", "") for no, text in enumerate(FOUR, start=2)],
    "merged.xlsx": [
        (text, f"Fragenkatalog D{row}", section)
        for text, row, section in zip(FOUR, (6, 7, 9, 10), ["A. Sicherheit"] * 2 + ["B. Betrieb"] * 2, strict=True)
    ],
    "hidden.xlsx": [
        (text, f"Security E{no}", "Access" if no < 4 else "Logs") for no, text in enumerate(FOUR, start=2)
    ],
    "formulas_charts.xlsx": [(text, f"Fragen & Antworten C{no}", "") for no, text in enumerate((*FOUR, "Total"), 2)],
    "protected.xlsx": [(text, f"RFP C{no}", "Security" if no < 4 else "Ops") for no, text in enumerate(FOUR, start=2)],
    "rich.xlsx": [
        (text, f"Q C{no}", "")
        for no, text in enumerate(("Is customer data encrypted\nat rest?", *FOUR[1:]), start=2)
    ],
    "tracked.docx": [
        (CERTIFIED, "table 1 C2", ""),
        (KEPT, "table 1 C3", ""),
        ("Is customer data encrypted and signed at rest?", "text paragraph 2", "Security"),
        ("Has it been audited?", "text paragraph 4", "Security"),
    ],
    "nested.docx": [
        (CERTIFIED, "table 1 B2", ""),
        (ENCRYPTED, "table 2 C2", ""),
        (BACKUPS, "table 2 C3", ""),
        (KEPT, "table 3 C3", "A. Access"),
        ("Who has access?", "table 3 C4", "A. Access"),
    ],
    "controls.docx": [
        *((text, f"table 1 C{no}", "") for no, text in enumerate((*FOUR, "Is it so?", "When did you start?"), start=2)),
        ("Anything else?", "text paragraph 24", "Form"),
    ],
    "numbered.docx": [
        (ENCRYPTED, "text paragraph 3", "Security"),
        (BACKUPS, "text paragraph 4", "Security"),
        ("The supplier must offer single sign-on.", "text paragraph 5", "Security"),
        (CERTIFIED, "text paragraph 7", "Operations"),
        (KEPT, "text paragraph 8", "Operations"),
        ("Which regions do you offer?", "text paragraph 9", "Operations"),
        ("Who signs?", "text paragraph 12", "Operations"),
    ],
}  # fmt: skip
PACKAGES = sorted(ASKED)
OBSTACLES = {
    "merged.xlsx": {"D9: it is part of the merged cells D9:E9"},
    "formulas_charts.xlsx": {"C4: it holds a formula", "C6: it holds a formula"},
    "nested.docx": {"C4 is a merged cell"},
    "controls.docx": {"C4 can't be written: it holds a check box"},
}
GIVEN = {
    "rich.xlsx": {BACKUPS: "Yes, daily.", KEPT: "kept _x0041_ 🦆"},
    "tracked.docx": {KEPT: "new answer"},
    "controls.docx": {KEPT: "30 Tage", "When did you start?": "pick a date"},
    "numbered.docx": {"Who signs?": "Mr. Example"},
}


def test_the_folder_holds_what_is_tested() -> None:
    """A file that nobody reads proves nothing."""
    tables = {"semicolons.csv", "tabs.csv", "utf16.csv"}

    assert {one.name for one in FOLDER.iterdir()} == {*PACKAGES, *tables, "README.md"}


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_asked_is_found_with_its_place(name: str) -> None:
    """Hints of dropdown lists, deleted words and the next item of a list are no answers."""
    asked = read(name).questions

    assert [(one.text, f"{one.place.table} {one.place.answer}", one.section) for one in asked] == ASKED[name]
    assert {one.obstacle for one in asked if one.obstacle} == OBSTACLES.get(name, set())
    assert {one.text: one.given for one in asked if one.given} == GIVEN.get(name, {})


@pytest.mark.parametrize("name", PACKAGES)
def test_every_other_part_is_the_same_byte_for_byte(name: str) -> None:
    """Its charts, notes, styles and passwords are the buyer's."""
    asked, _answers, written = answered(name)
    before, behind = parts(content_of(name)), parts(written)
    changed = [one for one in before if before[one] != behind[one]]

    assert list(before) == list(behind)
    assert len(changed) == 1
    assert changed[0] == "word/document.xml" or changed[0].startswith("xl/worksheets/sheet")
    if name.endswith(".xlsx"):
        addresses = [one.place.answer for one in asked.questions]
        assert without(before[changed[0]], addresses) == without(behind[changed[0]], addresses)


@pytest.mark.parametrize("name", [one for one in PACKAGES if one.endswith(".xlsx")])
def test_openpyxl_finds_the_answers_and_every_other_value_as_it_was(name: str) -> None:
    """A library that knows nothing of ours."""
    asked, answers, written = answered(name)
    places = {(one.place.table, one.place.answer): answers[one.no] for one in asked.questions if one.no in answers}
    old, new = load_workbook(BytesIO(content_of(name))), load_workbook(BytesIO(written))

    for sheet in old:
        for cell in list(sheet._cells.values()):  # those in the file: asking for others makes them
            same = new[sheet.title][cell.coordinate]
            expected = places.get((sheet.title, cell.coordinate), cell.value)
            if not hasattr(expected, "ref"):  # array formulas are compared as bytes, above
                assert same.value == expected
            assert same.style_id == cell.style_id


@pytest.mark.parametrize("name", [one for one in PACKAGES if one.endswith(".docx")])
def test_answers_in_documents_are_read_again_where_they_were_written(name: str) -> None:
    """Another library opens it, and the same questions are asked of whoever reads it next."""
    asked, answers, written = answered(name)
    again = {one.text: one.given for one in read(name, written).questions}

    docx.Document(BytesIO(written))
    for question in asked.questions:
        if question.no in answers:
            assert again[question.text].replace("\n", "") == answers[question.no].replace("\n", "")


def test_a_cell_that_was_not_there_looks_like_its_column() -> None:
    """Column E is coloured, and has no cells below its heading; an answer in the usual style would stand out white."""
    _asked, _answers, written = answered("hidden.xlsx")
    sheet = load_workbook(BytesIO(written))["Security"]

    assert sheet["E2"].fill.fgColor.rgb == sheet["E1"].fill.fgColor.rgb == "FFEEFFEE"


def test_lists_and_lengths_are_rules() -> None:
    """From a hidden sheet, from a name, and written out."""
    content = content_of("dropdowns.xlsx")
    lists = [
        FILES.read(content, name="x.xlsx", wanted=WantedColumns(answer=column)).questions[0].rules.allowed_values
        for column in "CE"
    ]

    assert lists == [("Yes", "No", "Partial; see comment"), ("High", "Low")]
    assert [one.rules.most_characters for one in read("dropdowns.xlsx").questions] == [60, 60, 200, 200]
    assert read("controls.docx").questions[1].rules.allowed_values == ("Yes", "No")


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [("semicolons.csv", "utf-8", ";"), ("utf16.csv", "utf-16", ";"), ("tabs.csv", "cp1252", "\t")],
)
def test_tables_of_text_keep_their_encoding_and_all_other_rows(name: str, encoding: str, delimiter: str) -> None:
    """A title with a semicolon stands above columns that tabs part; a question goes on over two lines."""
    asked = read(name)

    assert [(one.text, one.place.answer) for one in asked.questions] == [
        (ENCRYPTED, "C4"), ('How "often";\nand by whom?', "C5"), (KEPT, "C6"),
    ]  # fmt: skip
    before = content_of(name).decode(encoding)
    behind = FILES.with_answers(content_of(name), asked, {QuestionNo(2): "Täglich."}).decode(encoding)
    changed = [(a, b) for a, b in zip(before.splitlines(), behind.splitlines(), strict=True) if a != b]
    assert [b.replace('"', "") for _, b in changed][-1] == f"and by whom?{delimiter}Täglich.{delimiter}x"
    assert len(changed) <= 2


def without(xml: bytes, addresses: list[str]) -> bytes:
    """Return a sheet's XML without the cells of these addresses, which all are there, empty, in these files."""
    for address in addresses:
        xml = re.sub(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % address.encode(), b"", xml, flags=re.DOTALL)
    return xml
