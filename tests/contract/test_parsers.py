"""Contract of `Parsers`: what good files of each format say, read in child processes."""

from __future__ import annotations

import pytest
from attrs import frozen

from adapters.parsing.reading import UNTITLED
from domain.embedding.parsed import ParsedDocument, Parsers
from domain.jobs.errors import PermanentFailure
from tests.contract.library_files import a_pdf, a_word_file, an_excel_file

MARKDOWN = """---
title: "The handbook"
---
# Orders #

```sh
# no heading
```
Refunds
-------
Within *14* days.

### [Staff](https://example.com) and `tools`
#hashtag
| a | b |
|---|---|
"""
HTML = """<!doctype html><html><head><title> A  page </title><style>p {}</style></head><body>
<nav>Menu</nav><h1>Orders<br>and more</h1><p>Within&nbsp;<b>14</b> days &amp; nights.</p><p hidden>secret</p>
<ul><li>one</li><li>two <b>bold</b></li></ul><table><tr><th>Plan</th><th>Price</th></tr><tr><td>Pro</td><td>12</td></tr>
</table><pre>  keep
   this</pre><script>alert(1)</script><h2>Staff</h2>Ada<div>Bob</div></body></html>"""


def headings_of(parsed: ParsedDocument) -> list[tuple[int, str]]:
    """Return levels and texts of the headings, having seen that their offsets point to them."""
    for heading in parsed.headings:
        assert heading.text.split()[0] in parsed.text[heading.start : heading.end]
    starts = [heading.start for heading in parsed.headings]
    assert starts == sorted(starts)
    return [(heading.level, heading.text) for heading in parsed.headings]


def test_markdown(parsers: Parsers) -> None:
    """The text stays as it is written; headings are those that Markdown shows as such."""
    parsed = parsers.parse(MARKDOWN.encode(), name="handbook.md")

    assert parsed.text == MARKDOWN
    assert parsed.title == "The handbook"
    assert headings_of(parsed) == [(1, "Orders"), (2, "Refunds"), (3, "Staff and tools")]


def test_plain_text(parsers: Parsers) -> None:
    """What people write above their paragraphs in plain text, and nothing that only looks like it."""
    text = (
        "Terms\n=====\n\n1. Scope\n\nAll.\n\n2.1 Limits\n\nFew.\n\nPAYMENT TERMS\n\nNET 30\nDAYS\n\n# comment\n\n"
        "1. Eat.\n"
    )

    parsed = parsers.parse(text.encode(), name="terms.txt")

    assert parsed.text == text
    assert parsed.title == "Terms"
    assert headings_of(parsed) == [(1, "Terms"), (1, "1. Scope"), (2, "2.1 Limits"), (1, "PAYMENT TERMS")]


def test_html(parsers: Parsers) -> None:
    """The words a reader sees, block by block; what a browser runs or hides is not said."""
    parsed = parsers.parse(HTML.encode(), name="page.html")

    assert parsed.title == "A page"
    assert headings_of(parsed) == [(1, "Orders and more"), (2, "Staff")]
    assert [line for line in parsed.text.split("\n") if line] == [
        "Orders and more", "Within 14 days & nights.", "- one", "- two bold", "Plan | Price", "Pro | 12", "keep",
        "   this", "Staff", "Ada", "Bob",
    ]  # fmt: skip


def test_pdf(parsers: Parsers) -> None:
    """The pages in their order; what its outline names is a heading where the page says it."""
    content = a_pdf(
        "Orders and so on",
        "Refunds take 14 days",
        title="Handbook",
        outline=[("Orders", 0), ("Gone", 0), ("Refunds", 1)],
    )

    parsed = parsers.parse(content, name="handbook.pdf")

    assert parsed.title == "Handbook"
    assert parsed.text.split() == ["Orders", "and", "so", "on", "Refunds", "take", "14", "days"]
    assert headings_of(parsed) == [(1, "Orders"), (1, "Refunds")]


def test_the_title_of_a_pdf_that_is_a_file_name_is_none(parsers: Parsers) -> None:
    """Programs write the name of the file that a PDF was made of."""
    assert parsers.parse(a_pdf("x", title="Microsoft Word - final2.doc"), name="a/Price list.pdf").title == "Price list"


def test_word(parsers: Parsers) -> None:
    """Headings are told by their styles, tables stand where they stand."""
    paragraphs = [("Title", "Handbook"), ("Heading 1", "Orders"), ("Normal", "One."), ("Heading 2", "Refunds")]

    parsed = parsers.parse(a_word_file(paragraphs=paragraphs, rows=[["Plan", "Price"], ["Pro", "12"]]), name="x.docx")

    assert parsed.title == "Handbook"
    assert headings_of(parsed) == [(1, "Orders"), (2, "Refunds")]
    assert parsed.text.split("\n\n") == ["Handbook", "Orders", "One.", "Refunds", "Plan | Price\nPro | 12", ""]


def test_csv(parsers: Parsers) -> None:
    """Each row says by itself what its cells mean."""
    parsed = parsers.parse(b'Plan;Price;\nPro;12;\n"Free\nplan";;new\n;;\n', name="prices.csv")

    assert parsed.title == "prices"
    assert parsed.text.strip() == "Plan: Pro; Price: 12\nPlan: Free plan; new"


def test_excel(parsers: Parsers) -> None:
    """Each sheet is a section."""
    content = an_excel_file({"Prices": [["Plan", "Price"], ["Pro", 12.5]], "Empty": [], "Notes": [[None, "Only this"]]})

    parsed = parsers.parse(content, name="prices.xlsx")

    assert headings_of(parsed) == [(1, "Prices"), (1, "Empty"), (1, "Notes")]
    assert parsed.text.split("\n\n") == ["Prices", "Plan: Pro; Price: 12.5", "Empty", "Notes", "Only this\n"]


def test_rows_say_what_their_columns_are_in_every_sheet(parsers: Parsers) -> None:
    """The header of one sheet names nothing in the next."""
    content = an_excel_file({"A": [["Plan"], ["Pro"]], "B": [["Name"], ["Ada"]]})

    assert "Name: Ada" in parsers.parse(content, name="x.xlsx").text


@frozen
class Wrongly:
    """A file by a name that promises something else."""

    content: bytes
    name: str
    media_type: str
    said: str


@pytest.mark.parametrize(
    "wrongly",
    [
        Wrongly(a_pdf("A PDF"), "x.docx", "text/plain", "A PDF"),
        Wrongly(a_word_file(), "x.pdf", "", "Words."),
        Wrongly(an_excel_file({"S": [["Cell"]]}), "x.csv", "text/csv", "Cell"),
        Wrongly(b"\xef\xbb\xbf \n<!DOCTYPE html><p>A page</p>", "x.txt", "", "A page"),
        Wrongly(b"Only words", "words", "", "Only words"),
        Wrongly(b"<p>By its type</p>", "page?id=3", "text/html; charset=utf-8", "By its type"),
        Wrongly(b"<p>By its ending</p>", "https://example.com/a.html?b=c.pdf", "text/plain", "By its ending"),
    ],
    ids=lambda wrongly: wrongly.name,
)
def test_content_counts_more_than_a_name(parsers: Parsers, wrongly: Wrongly) -> None:
    """People rename files, and servers send any type."""
    parsed = parsers.parse(wrongly.content, name=wrongly.name, media_type=wrongly.media_type)

    assert wrongly.said in parsed.text
    assert "<" not in parsed.text


SMILE = "Grüße \N{EURO SIGN} \N{GRINNING FACE}"


@pytest.mark.parametrize(
    ("content", "media_type", "said"),
    [
        (SMILE.encode(), "", SMILE),
        (SMILE.encode("utf-8-sig"), "", SMILE),
        (SMILE.encode("utf-16"), "", SMILE),
        (SMILE.encode("utf-32"), "", SMILE),
        ("\ufeff".encode("utf-16-be") + SMILE.encode("utf-16-be"), "", SMILE),
        ("Only Latin, and no mark at all".encode("utf-16-le"), "", "Only Latin, and no mark at all"),
        ("Grüße \N{EURO SIGN}".encode("cp1252"), "", "Grüße \N{EURO SIGN}"),
        ("Привет".encode("koi8-r"), "text/plain; charset=KOI8-R", "Привет"),
        ("<meta charset='shift_jis'><p>日本".encode("shift_jis"), "text/html", "日本"),
        ("<meta charset='utf-16'><p>ä".encode(), "text/html", "ä"),
        (b"<meta charset='zip'><p>\xe4", "text/html", "ä"),
        (b"ends in the middle \xf0\x9f", "text/plain; charset=no-such", "ends in the middle ð"),
    ],
)  # fmt: skip
def test_encodings(parsers: Parsers, content: bytes, media_type: str, said: str) -> None:
    """A text in a wrong encoding is found by nobody, and quotes letters that nobody wrote."""
    assert said in parsers.parse(content, name="x", media_type=media_type).text


def test_line_ends_and_what_can_not_be_stored(parsers: Parsers) -> None:
    """Offsets count characters of the text as it is kept: what a database would change must not be in it."""
    text = "one\r\ntwo\rthree\x0cfour\u2028five" + "." * 600 + " a\x00b\ufeffc\u202ed \ufffe"

    parsed = parsers.parse(text.encode("utf-8"), name="x.txt")

    assert parsed.text == "one\ntwo\nthree\nfour\nfive" + "." * 600 + " abcd "


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("docs/Price list.v2.txt", "Price list.v2"),
        ("C:\\a\\b.txt", "b"),
        ("", UNTITLED),
        ("/", UNTITLED),
        ("\x1b[31m.txt", "[31m"),
        ("x" * 999, "x" * 300),
    ],
)
def test_what_has_no_title_is_called_as_its_file(parsers: Parsers, name: str, title: str) -> None:
    """A document must be called something, and by nothing that changes a terminal."""
    assert parsers.parse(b"words", name=name).title == title


def test_headings_are_bounded(parsers: Parsers) -> None:
    """A heading stands in front of each chunk below it."""
    parsed = parsers.parse(f"<h1>{'long ' * 500}</h1><p>x".encode(), name="x.html")

    assert len(parsed.headings[0].text) <= 300
    assert len(parsed.title) <= 300


def test_a_child_reads_many_files(parsers: Parsers) -> None:
    """After some files a fresh one takes over; nobody notices."""
    for no in range(7):
        assert parsers.parse(f"number {no}".encode(), name="x").text == f"number {no}"


def test_a_refusal_says_what_is_wrong_and_leaves_the_parser_well(parsers: Parsers) -> None:
    """One bad file of a thousand is one failed item."""
    with pytest.raises(PermanentFailure, match="empty"):
        parsers.parse(b" \n", name="x")

    assert parsers.parse(b"fine", name="x").text == "fine"
