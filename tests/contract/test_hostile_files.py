"""Files made to kill, hang, fill or fool their reader: each is a refusal with its reason, and nothing else suffers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator

import pytest
from attrs import frozen

from adapters.parsing.children import ChildParsers
from adapters.parsing.limits import ParsingLimits
from domain.embedding.parsed import Parsers
from domain.jobs.errors import FailureKind, PermanentFailure
from tests.contract.library_files import (
    TYPES,
    a_pdf,
    a_word_file,
    an_archive,
    an_excel_file,
    laughs,
    marked_encrypted,
    with_part,
)

TIGHT = ParsingLimits(
    size_bytes=3_000_000, pages=5, rows=1000, characters=300_000, timeout_s=20, unzipped_bytes=30_000_000
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture(scope="module")
def tight() -> Iterator[Parsers]:
    """Parsers with small limits, so that small files break them."""
    made = ChildParsers(TIGHT, processes=1)
    yield made
    made.close()


@frozen
class Hostile:
    """A file, and what is said of it."""

    name: str
    make: Callable[[], bytes]
    reason: str
    kind: FailureKind = FailureKind.BAD_INPUT


LARGE = FailureKind.TOO_LARGE
HOSTILE = [
    Hostile("nothing.md", lambda: b"", "it is empty"),
    Hostile("space.txt", lambda: b" \r\n\t" * 9, "it is empty"),
    Hostile("marks.txt", lambda: b"\xef\xbb\xbf\x00", "no text|binary"),
    Hostile("huge.txt", lambda: b"word " * 700_000, r"it has 3\.5 MB; expected at most 3 MB", LARGE),
    Hostile("long.txt", lambda: b"word " * 70_000, "more than 300,000 characters", LARGE),
    Hostile("binary.md", lambda: bytes(range(256)) * 99, "it is binary"),
    Hostile("image.pdf", lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99, "it is an image; there is no OCR"),
    Hostile("old.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "encrypted, or of Office before 2007"),
    Hostile("letter.rtf", lambda: b"{\\rtf1 x}", "it is RTF"),
    Hostile("text.pdf", lambda: b"only text", "called a PDF file and is none"),
    Hostile("cut.pdf", lambda: a_pdf("x" * 999)[:300], "it is a broken PDF"),
    Hostile("locked.pdf", lambda: a_pdf("x", encrypted=True), "it is encrypted"),
    Hostile("scan.pdf", lambda: a_pdf("", "", images=True), "no text on its 2 pages: scanned"),
    Hostile("pages.pdf", lambda: a_pdf(*["x"] * 6), "it has 6 pages; expected at most 5", LARGE),
    Hostile("cut.docx", lambda: a_word_file()[:2000], "broken archive"),
    Hostile("empty.docx", lambda: a_word_file(paragraphs=[]), "no text in it"),
    Hostile("any.zip", lambda: an_archive({"a.txt": "a"}), "zip archive and no Word or Excel file"),
    Hostile("nothing.zip", lambda: an_archive({}), "zip archive and no Word or Excel file"),
    Hostile("fake.docx", lambda: an_archive({"word/document.xml": "<x/>"}), "broken Word file|can't be read"),
    Hostile("types.docx", lambda: with_part(a_word_file(), "[Content_Types].xml", TYPES), "broken Word|can't be read"),
    Hostile("locked.docx", lambda: marked_encrypted(a_word_file()), "it is encrypted"),
    Hostile("bomb.docx", lambda: with_part(a_word_file(), "word/media/a", b"\0" * 20_000_000), "times its size", LARGE),
    Hostile("large.docx", lambda: with_part(a_word_file(), "a", b"\0" * 40_000_000), "unpacks to 40 MB", LARGE),
    Hostile("parts.docx", lambda: an_archive({f"word/{no}": "" for no in range(10_001)} | {"word/document.xml": ""}),
            "10,002 parts; expected at most 10,000", LARGE),
    Hostile("laughs.docx", lambda: with_part(a_word_file(), "word/document.xml", laughs("x")), "declares entities"),
    Hostile("laughs16.docx", lambda: with_part(a_word_file(), "word/styles.xml", laughs("x").encode("utf-16")),
            "declares entities"),
    Hostile("deep.docx", lambda: with_part(a_word_file(), "word/document.xml",
            f'<w:document xmlns:w="{WORD}"><w:body>' + "<w:p>" * 50_000 + "</w:p>" * 50_000 + "</w:body></w:document>"),
            "broken Word file|can't be read"),
    Hostile("broken.xlsx", lambda: with_part(an_excel_file({"S": [["a"]]}), "xl/workbook.xml", "<broken"),
            "broken Excel|can't be read"),
    Hostile("sheet.xlsx", lambda: with_part(an_excel_file({"S": [["a"]]}), "xl/worksheets/sheet1.xml", "<broken"),
            "broken Excel|can't be read"),
    Hostile("empty.xlsx", lambda: an_excel_file({"S": [], "T": []}), "no text in its sheets"),
    Hostile("rows.xlsx", lambda: an_excel_file({"S": [["a"]] * 1002}), "more than 1,000 rows", LARGE),
    Hostile("gap.xlsx", lambda: with_part(an_excel_file({"S": [["a"]]}), "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
            "</worksheet>"), "more than 1,000 rows", LARGE),
    Hostile("laughs.xlsx", lambda: with_part(an_excel_file({"S": [["a"]]}), "xl/sharedStrings.xml", laughs("sst")),
            "declares entities"),
    Hostile("rows.csv", lambda: b"a\n" * 1002, "more than 1,000 rows", LARGE),
    Hostile("cell.csv", lambda: b'a,b\n"' + b"x" * 2_000_000, "not valid CSV"),
    Hostile("empty.html", lambda: b"<html><script>all()</script></html>", "no text in it"),
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_is_refused_with_its_reason(tight: Parsers, hostile: Hostile) -> None:
    """Its sender learns what to do, and the files behind it are read."""
    with pytest.raises(PermanentFailure, match=hostile.reason) as caught:
        tight.parse(hostile.make(), name=hostile.name)

    assert caught.value.kind is hostile.kind
    assert tight.parse(b"the next one", name="x.md").text == "the next one"


@pytest.mark.parametrize(
    "content",
    [
        b"<div>" * 20_000 + b"deep",
        b"<table><tr><td>" * 20_000 + b"deep",
        b"<b><i>" * 20_000 + b"deep",
        b"&lol;" * 1000 + b"deep",
        b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">]><p>&a;&a; deep',
    ],
    ids=lambda content: content[:12].decode(),
)
def test_deep_pages_are_read(tight: Parsers, content: bytes) -> None:
    """No depth of a page is an error of its reader."""
    assert "deep" in tight.parse(content, name="x.html").text


def test_a_circle_in_an_outline_ends(tight: Parsers) -> None:
    """A PDF's outline is a linked list, and its maker chooses the links."""
    content = a_pdf("Orders", outline=[("Orders", 0), ("Again", 0)])
    circular = content.replace(b"(Again) /Parent 4 0 R ", b"(Again) /Next  200 0 R")

    assert circular != content
    assert [heading.text for heading in tight.parse(circular, name="x.pdf").headings] == ["Orders"]


@pytest.mark.parametrize("size", ["A1:XFD1048576", "A1:A1"])
def test_a_sheet_that_lies_about_its_size_is_read_by_its_cells(tight: Parsers, size: str) -> None:
    """A reader that believed it would fill sixteen thousand columns, or leave out what is there."""
    sheet = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="{size}"/><sheetData><row r="1"><c r="A1"><v>1</v></c>'
        '<c r="B1"><v>2</v></c></row></sheetData></worksheet>'
    )
    lying = with_part(an_excel_file({"S": [["a"]]}), "xl/worksheets/sheet1.xml", sheet)

    assert tight.parse(lying, name="x.xlsx").text == "S\n\n1; 2\n"


def test_archives_state_the_sizes_that_are_believed() -> None:
    """The limits lean on it: who states less than there is gets no byte more out of the archive than stated."""
    import io

    content = bytearray(an_archive({"a": b"\0" * 100_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = (10).to_bytes(4, "little")

    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive, pytest.raises(zipfile.BadZipFile, match="CRC"):
        archive.read("a")
