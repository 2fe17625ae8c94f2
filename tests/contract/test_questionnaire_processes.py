"""Buyers' files are files of strangers: read and written in processes that may die of it, each refused in words."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from attrs import evolve, frozen

from adapters.parsing.limits import ParsingLimits
from adapters.questionnaires.child_files import ChildQuestionnaireFiles
from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput, ServiceUnavailable
from domain.rfp_answering.ports import QuestionnaireFiles
from domain.rfp_answering.questionnaire import QuestionNo, WantedColumns
from tests.contract.building import US
from tests.contract.buyers_documents import FORMS, document
from tests.contract.buyers_workbooks import security_questionnaire
from tests.contract.library_files import a_word_file, an_archive, laughs, marked_encrypted, with_part
from tests.unit.rfp_world import RfpWorld

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
EVERYTHING = WantedColumns()
TIGHT = ParsingLimits(size_bytes=20_000_000, unzipped_bytes=120_000_000, timeout_s=60)
DIES = "died"


@pytest.fixture(scope="module")
def files() -> Iterator[QuestionnaireFiles]:
    """The files of buyers, read apart."""
    made = ChildQuestionnaireFiles(TIGHT)
    yield made
    made.close()


@pytest.fixture
def troubled(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ChildQuestionnaireFiles]]:
    """Return a maker of files whose children do something of their own with a file named `bad...`."""
    made: list[ChildQuestionnaireFiles] = []

    def make(deed: str, limits: ParsingLimits = TIGHT) -> ChildQuestionnaireFiles:
        code = (
            "import sys; sys.path.append(sys.argv[1])\n"
            "from adapters.questionnaires.served import StandardQuestionnaireFiles as Files\n"
            "read = Files.read\n"
            "def other(self, content, *, name, wanted):\n"
            f"    if name.startswith('bad'): {deed}\n"
            "    return read(self, content, name=name, wanted=wanted)\n"
            "Files.read = other\n"
            "from adapters.child_processes.serving import main\n"
            "main(sys.argv[2:])\n"
        )
        monkeypatch.setattr("adapters.child_processes.process._COMMAND", code)
        made.append(ChildQuestionnaireFiles(limits, processes=1))
        return made[-1]

    yield make
    for one in made:
        one.close()


CASES = {**FORMS, "rfp.xlsx": security_questionnaire()}


@pytest.mark.parametrize(("name", "content"), CASES.items(), ids=CASES)
def test_files_are_read_and_written_as_in_this_process(files: QuestionnaireFiles, name: str, content: bytes) -> None:
    """The process is a wall, and no translator: what crosses it is the same to the letter."""
    here, answers = StandardQuestionnaireFiles(), {QuestionNo(2): "30 days <&> 🦆\nsince 2019"}

    asked = files.read(content, name=name, wanted=EVERYTHING)

    assert asked == here.read(content, name=name, wanted=EVERYTHING)
    written = files.with_answers(content, asked, answers)
    again = here.with_answers(content, asked, answers)
    assert files.read(written, name=name, wanted=EVERYTHING).questions == (
        here.read(again, name=name, wanted=EVERYTHING).questions
    )


def test_what_a_person_says_of_columns_and_what_is_wrong_crosses_too(files: QuestionnaireFiles) -> None:
    """Whoever corrects the mapping must see what there is; whoever writes, each cell that takes nothing."""
    content = security_questionnaire()
    asked = files.read(content, name="rfp.xlsx", wanted=WantedColumns(question="Requirement", answer="C"))

    assert {one.place.answer for one in asked.questions} == {"C2", "C3", "C4"}
    with pytest.raises(InvalidInput, match="'Requirement', 'Compliant\\?', 'Response'"):
        files.read(content, name="rfp.xlsx", wanted=WantedColumns(answer="Reply"))
    elsewhere = evolve(asked.questions[0], place=evolve(asked.questions[0].place, answer="F2"))
    with pytest.raises(InvalidInput) as refused:
        files.with_answers(content, evolve(asked, questions=(elsewhere,)), {QuestionNo(1): "Yes"})
    assert refused.value.problems == ("F2: it holds a formula",)


@frozen
class Hostile:
    """A file, and what is said of it."""

    name: str
    make: Callable[[], bytes]
    reason: str


def sheet(cells: str) -> bytes:
    """Return a workbook whose first sheet has these rows."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    return with_part(security_questionnaire(), SHEET, xml)


def many_cells(rows: int) -> bytes:
    """Return a workbook of many cells, which no ratio gives away."""
    chance = random.Random(7)
    with zipfile.ZipFile(BytesIO(made := security_questionnaire())) as book:
        others = {one: book.read(one) for one in book.namelist() if one != SHEET}
    assert made
    row = "<row>" + '<c t="inlineStr"><is><t>{:x}</t></is></c>' * 20 + "</row>"
    some = "".join(row.format(*(chance.getrandbits(48) for _ in range(20))) for _ in range(500))
    body = f'<worksheet xmlns="{MAIN}"><sheetData>{some * (rows // 500)}</sheetData></worksheet>'
    return an_archive({**others, SHEET: body})


HOSTILE = [
    Hostile("nothing.xlsx", lambda: b"", "it is empty"),
    Hostile("space.csv", lambda: b" \r\n\t", "it is empty"),
    Hostile("huge.csv", lambda: b"a;b?\n" * 5_000_000, r"25\.0 MB; expected at most 20 MB; split it"),
    Hostile("old.xls", lambda: b"x", "save it as one of those"),
    Hostile("locked.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "encrypted, .*take the password"),
    Hostile("locked.docx", lambda: marked_encrypted(a_word_file()), "it is encrypted; take the password away"),
    Hostile("other.xlsx", document, "its content is not .xlsx but .docx; give it that ending"),
    Hostile("other.docx", security_questionnaire, "its content is not .docx but .xlsx"),
    Hostile("other.csv", security_questionnaire, "its content is not .csv but .xlsx"),
    Hostile("page.md", lambda: b"<!doctype html>Is it?", "its content is not .md but .html"),
    Hostile("text.xlsx", lambda: b"Question;Answer", "its first bytes are not those of one"),
    Hostile("image.docx", lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99, r"it is an image.*expected \.xlsx, \.docx"),
    Hostile("any.docx", lambda: an_archive({"a.txt": "a"}), "no Word or Excel file"),
    Hostile("cut.xlsx", lambda: security_questionnaire()[:3000], "broken archive"),
    Hostile("bomb.xlsx", lambda: with_part(security_questionnaire(), "xl/media/a", b"\0" * 50_000_000), "zip bomb"),
    Hostile("bomb.docx", lambda: with_part(document(), "word/media/a", b"\0" * 90_000_000), "zip bomb"),
    Hostile("large.docx", lambda: with_part(document(), "a", b"\0" * 130_000_000), "unpacks to 130 MB; expected at"),
    Hostile("laughs.xlsx", lambda: with_part(security_questionnaire(), SHEET, laughs("x")), "declares entities"),
    Hostile("laughs.docx", lambda: with_part(document(), "word/document.xml", laughs("x")), "declares entities"),
    Hostile("laughs16.xlsx", lambda: with_part(security_questionnaire(), SHEET, laughs("worksheet").encode("utf-16")),
            "declares entities"),
    Hostile("hidden.xlsx", lambda: with_part(with_part(security_questionnaire(), "xl/a.bin", laughs("worksheet")),
            "xl/_rels/workbook.xml.rels", _relations("a.bin")), "its XML can't be read"),
    Hostile("deep.xlsx", lambda: sheet("<row>" * 50_000 + "</row>" * 50_000), "no question was found"),
    Hostile("deep.docx", lambda: with_part(document(), "word/document.xml",
            f'<w:document xmlns:w="{WORD}"><w:body>' + "<w:p>" * 50_000 + "</w:p>" * 50_000 + "</w:body></w:document>"),
            "can be read|can't be read"),
    Hostile("deep.json", lambda: b'{"questions": ' + b"[" * 100_000, "no JSON that can be read"),
    Hostile("cells.xlsx", lambda: many_cells(26_000), "more than 500,000 cells; split it"),
    Hostile("rows.xlsx", lambda: sheet('<row r="1048576"><c r="B1048576"><v>1</v></c></row>'), "text below row 20,000"),
    Hostile("address.xlsx", lambda: sheet('<row r="x"><c r="B1"/></row>'), "can't be read"),
    Hostile("broken.xlsx", lambda: with_part(security_questionnaire(), "xl/workbook.xml", "<broken"), "can't be read"),
    Hostile("styles.xlsx", lambda: with_part(security_questionnaire(), "xl/styles.xml", "<style"), "can't be read"),
    Hostile("circle.xlsx", lambda: with_part(security_questionnaire(), "xl/_rels/workbook.xml.rels",
            _relations("workbook.xml")), "can't be read|no cells"),
    Hostile("twice.xlsx", lambda: _with_a_second(SHEET), "two parts of one name"),
]  # fmt: skip


def _relations(target: str) -> str:
    """Return the relations of a workbook whose sheets are all one part."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    rows = "".join(f'<Relationship Id="rId{no}" Type="{kind}" Target="{target}"/>' for no in range(1, 9))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def _with_a_second(part: str) -> bytes:
    content = BytesIO(security_questionnaire())
    with zipfile.ZipFile(content, "a") as book, pytest.warns(UserWarning, match="Duplicate"):
        book.writestr(part, "<worksheet/>")
    return content.getvalue()


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.name)
def test_a_hostile_file_is_refused_by_name_and_with_what_to_do(files: QuestionnaireFiles, hostile: Hostile) -> None:
    """Its sender learns what is wrong with which file; the next one is read."""
    with pytest.raises(InvalidInput, match=hostile.reason) as refused:
        files.read(hostile.make(), name=hostile.name, wanted=EVERYTHING)

    assert str(refused.value).startswith(f"{hostile.name}: ")
    assert files.read(FORMS["rfp.md"], name="rfp.md", wanted=EVERYTHING)


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("import time; time.sleep(60)", "more than 5 s; split it"),
        ("exec('while True: pass')", "more than 5 s; split it"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", r"died \(signal 11\): .*save it anew"),
        ("x = bytearray(10**10)", "more than 1,500 MB of memory; split it"),
        ("f = lambda f: f(f); f(f)", "nested too deep"),
        ("raise KeyError('/srv')", r"can't be read \(KeyError\); save it anew"),
        ("import os; os.write(3, (9).to_bytes(8, 'big') + b'{\"said\": 1')", DIES),
        ("import os; b = b'{\"said\": {}, \"size\": 0}'; os.write(3, len(b).to_bytes(8, 'big') + b)", DIES),
    ],
    ids=["sleeps", "spins", "crashes", "fills memory", "recurses", "raises", "stammers", "lies"],
)
def test_a_file_that_takes_its_reader_over_is_refused_and_nothing_is_stored(
    troubled: Callable[..., ChildQuestionnaireFiles], deed: str, reason: str
) -> None:
    """The API's own process reads for everybody: it goes on, and no half of an RFP is there."""
    world = RfpWorld()
    answering = evolve(world.answering, files=troubled(deed, evolve(TIGHT, timeout_s=5)))

    with pytest.raises(InvalidInput, match=rf"^bad\.xlsx: .*{reason}"):
        answering.add(US, security_questionnaire(), name="bad.xlsx", wanted=EVERYTHING)

    assert answering.page(US, limit=9) == []
    assert answering.add(US, FORMS["rfp.md"], name="rfp.md", wanted=EVERYTHING)


def test_a_reader_has_no_say_in_which_file_it_read(troubled: Callable[..., ChildQuestionnaireFiles]) -> None:
    """One that was taken over could have answers written into another file than the one that was stored."""
    files = troubled(
        "from attrs import evolve; return evolve(read(self, content, name='x.md', wanted=wanted), file_hash='')"
    )

    asked = files.read(FORMS["rfp.md"], name="bad.md", wanted=EVERYTHING)

    assert asked == StandardQuestionnaireFiles().read(FORMS["rfp.md"], name="bad.md", wanted=EVERYTHING)


def test_a_file_without_a_process_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrong with it, and its sender must not believe so."""
    monkeypatch.setattr("adapters.child_processes.process._COMMAND", "raise SystemExit(1)")

    with pytest.raises(ServiceUnavailable, match=r"rfp\.md: .* did not start"):
        ChildQuestionnaireFiles(TIGHT).read(FORMS["rfp.md"], name="rfp.md", wanted=EVERYTHING)
