"""Files for parsers, made by code: good ones of each format, and what hostile hands make of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'


def a_pdf(
    *pages: str, title: str = "", outline: Sequence[tuple[str, int]] = (), encrypted: bool = False, images: bool = False
) -> bytes:
    """
    Return a PDF with a line of text on each page, written by hand.

    *outline*: entries with the number of their page; *images*: each page is one image without words.
    """
    first_page, count = 10, len(pages)
    numbers = [first_page + 2 * no for no in range(count)]
    entries = [200 + no for no in range(len(outline))]
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>",
        2: f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{no} 0 R' for no in numbers)}] >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: f"<< /Type /Outlines /First {entries[0]} 0 R /Last {entries[-1]} 0 R >>" if entries else "<< >>",
        5: f"<< /Title ({title}) >>",
        6: "<< /Filter /Standard /V 1 /R 2 /P -4 "
        + f"/O <{'11' * 32}> /U <{'22' * 32}> >>",
        7: _stream("\x80" * 64, "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray "
                   "/BitsPerComponent 8 "),
    }  # fmt: skip
    for no, (text, at) in enumerate(outline):
        following = f"/Next {entries[no + 1]} 0 R" if no + 1 < len(entries) else ""
        objects[entries[no]] = f"<< /Title ({text}) /Parent 4 0 R {following} /Dest [{numbers[at]} 0 R /Fit] >>"
    for number, text in zip(numbers, pages, strict=True):
        shown = "q 500 0 0 700 50 50 cm /I Do Q" if images else f"BT /F 12 Tf 50 700 Td ({text}) Tj ET"
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F 3 0 R >> /XObject << /I 7 0 R >> >> >>"
        )
        objects[number + 1] = _stream(shown)
    return _pdf_of(objects, encrypted=encrypted)


def _stream(content: str, words: str = "") -> str:
    return f"<< {words}/Length {len(content)} >>\nstream\n{content}\nendstream"


def _pdf_of(objects: Mapping[int, str], *, encrypted: bool) -> bytes:
    body, places = b"%PDF-1.4\n", {}
    for number, text in objects.items():
        places[number] = len(body)
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start, table = len(body), "xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        table += f"{number} 1\n{place:010} 00000 n \n"
    more = f"/Encrypt 6 0 R /ID [<{'33' * 16}> <{'33' * 16}>]" if encrypted else ""
    trailer = f"trailer\n<< /Size {max(objects) + 1} /Root 1 0 R /Info 5 0 R {more} >>\nstartxref\n{start}\n%%EOF\n"
    return body + (table + trailer).encode()


def a_word_file(
    *, paragraphs: Sequence[tuple[str, str]] = (("Normal", "Words."),), rows: Sequence[Sequence[str]] = ()
) -> bytes:
    """Return a Word file of paragraphs (style, text), and a table behind them."""
    import docx

    document = docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return _saved(document)


def an_excel_file(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Return an Excel file of sheets, each a list of rows."""
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    return _saved(workbook)


def an_archive(members: Mapping[str, bytes | str]) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes | str) -> bytes:
    """Return the archive with another content of one of its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members: dict[str, bytes | str] = {one: archive.read(one) for one in archive.namelist()}
    return an_archive({**members, name: part})


def marked_encrypted(content: bytes) -> bytes:
    """Return the archive with the bit set that says its first member is encrypted."""
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + offset
        content = content[:at] + bytes([content[at] | 1]) + content[at + 1 :]
    return content


def laughs(root: str) -> str:
    """Return XML whose entities unfold to a gigabyte, with this root element."""
    entities = "".join(f'<!ENTITY l{no} "{f"&l{no - 1};" * 10}">' for no in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><{root}>&l9;</{root}>'


def _saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]  # both libraries' documents have it
    return file.getvalue()
