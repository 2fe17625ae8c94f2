"""Workbooks in the shapes that buyers send: everything in them that libraries lose when they write a file anew."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import xlsxwriter
from xlsxwriter.workbook import Workbook

TEXTS = ("Is customer data encrypted at rest?", "Describe your backups & recovery.", "Are you certified to ISO 27001?")


def security_questionnaire() -> bytes:
    """Dropdown lists from a hidden sheet, a formula that counts, conditional formats, a filter, a frozen heading."""

    def fill(book: Workbook) -> None:
        sheet, lists = book.add_worksheet("Questionnaire"), book.add_worksheet("Lists")
        bold, wrapped = book.add_format({"bold": 1, "border": 1}), book.add_format({"text_wrap": 1, "border": 1})
        lists.write_column(0, 0, ["Yes", "No", "Partial"])
        lists.hide()
        sheet.write_row(0, 0, ["#", "Requirement", "Compliant?", "Response"], bold)
        for row, text in enumerate(TEXTS, start=1):
            sheet.write(row, 0, f"1.{row}")
            sheet.write(row, 1, text, wrapped)
            sheet.write_blank(row, 3, None, wrapped)
        sheet.data_validation("C2:C4", {"validate": "list", "source": "=Lists!$A$1:$A$3"})
        sheet.data_validation("D2:D4", {"validate": "length", "criteria": "<=", "value": 60})
        sheet.write_formula("F2", '=COUNTIF(C2:C4,"Yes")', None, 0)
        red = book.add_format({"bg_color": "#FFCCCC"})
        sheet.conditional_format("C2:C4", {"type": "cell", "criteria": "==", "value": '"No"', "format": red})
        sheet.autofilter("A1:D4")
        sheet.freeze_panes(1, 0)

    return _made(fill)


def with_pictures() -> bytes:
    """A picture, a chart, a text box, a note, a sparkline and data bars: none of it may be lost."""

    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Fragen & Antworten")
        sheet.write_row(0, 0, ["Nr", "Frage", "Antwort"])
        for row, text in enumerate(TEXTS, start=1):
            sheet.write_row(row, 0, [row, text])
        sheet.write_column("F2", [3, 1, 2])
        sheet.insert_image("H2", "logo.png", {"image_data": BytesIO(red_dot())})
        sheet.write_comment("B2", "a note of the buyer")
        sheet.insert_textbox("J2", "please read")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='Fragen & Antworten'!$F$2:$F$4"})
        sheet.insert_chart("J10", chart)
        sheet.add_sparkline("G2", {"range": "F2:F4"})
        sheet.conditional_format("F2:F4", {"type": "data_bar", "data_bar_2010": True})

    return _made(fill)


def protected() -> bytes:
    """A sheet under a password whose answer cells are open, and a custom property that the buyer's system reads."""

    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("RFP")
        opened = book.add_format({"locked": False})
        sheet.write_row(0, 0, ["Section", "Question", "Vendor response"])
        for row, text in enumerate(TEXTS, start=1):
            sheet.write_row(row, 0, ["Security", text])
            sheet.write_blank(row, 2, None, opened)
        sheet.protect("secret")
        book.set_custom_property("rfp", "42")

    return _made(fill)


def with_sections() -> bytes:
    """Two sheets with rows that are chapters, no heading on the second, and cells that the file does not have."""

    def fill(book: Workbook) -> None:
        first, second = book.add_worksheet("Security"), book.add_worksheet("Operations")
        first.write_row(2, 1, ["Control", "Supplier comment"])
        first.write(3, 0, "A. Encryption")
        first.write(4, 1, TEXTS[0])
        first.write(6, 0, "B. Standards")
        first.write(7, 1, TEXTS[2])
        second.write(0, 0, "How long are backups kept, and where are they stored?")
        second.write(5, 0, "Which uptime was reached in each of the last twelve months?")

    return _made(fill)


def with_a_cover() -> bytes:
    """A sheet of instructions before one that asks, and one that demands."""

    def fill(book: Workbook) -> None:
        cover, sheet = book.add_worksheet("Read me"), book.add_worksheet("Questions")
        cover.write_column(
            0, 0, ["Tender 7: hosting of our archive", "Please answer every question on the next sheet."]
        )
        cover.write_column(2, 0, ["Do not insert or delete rows or columns.", "Any questions? Write to us in time."])
        sheet.write_row(0, 0, ["Question", "Response"])
        sheet.write_column(1, 0, TEXTS)
        demands = book.add_worksheet("Requirements")
        demands.write_row(0, 0, ["Requirement", "Response"])
        demands.write_column(1, 0, ["Data is encrypted at rest.", "Backups are tested twice a year."])

    return _made(fill)


def with_formulas_and_merged_cells() -> bytes:
    """Answers that can't be written: into merged cells, over a formula, into the middle of an array formula."""

    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, ["Question", "Response"])
        for row, text in enumerate([*TEXTS, "What does it cost a year?", "And in three?", "In five?"], start=1):
            sheet.write(row, 0, text)
        sheet.merge_range("B2:C2", "")
        sheet.write_formula("B3", "=1+1", None, 2)
        sheet.write_array_formula("B5:B6", "{=D5:D6*2}", None, 0)

    return _made(fill)


def with_rich_texts() -> bytes:
    """Texts in several formats, links, leading blanks, emoji, an answer that is there already, and grouped rows."""

    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Q")
        bold = book.add_format({"bold": 1})
        sheet.write_row(0, 0, ["ID", "Question", "Response", "Reviewer"])
        sheet.write_rich_string("B2", "Is data ", bold, "encrypted", " at rest?")
        sheet.write_url("B3", "https://example.com", string="Describe your backups; see our policy.")
        sheet.write("B4", "  Do you like 🦆 & <tags>?  ")
        sheet.write("C4", "Yes, we do.")
        sheet.set_row(2, None, None, {"level": 1})
        sheet.write("D2", "open")

    return _made(fill)


WORKBOOKS: dict[str, Callable[[], bytes]] = {
    maker.__name__: maker
    for maker in (
        security_questionnaire, with_pictures, protected, with_sections, with_formulas_and_merged_cells,
        with_rich_texts,
    )
}  # fmt: skip


def _made(fill: Callable[[Workbook], None]) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        fill(book)
    return made.getvalue()


def red_dot() -> bytes:
    """A picture of one red dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
        + chunk(b"IEND", b"")
    )
