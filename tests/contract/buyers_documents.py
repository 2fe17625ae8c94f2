"""Questionnaires in text and documents, in the shapes that buyers send."""

from __future__ import annotations

import json
from io import BytesIO

import docx
from docx.document import Document

from tests.contract.buyers_workbooks import red_dot

ENCRYPTED, BACKUPS, CERTIFIED = "Is data encrypted?", "How long are backups kept?", "Are you certified?"


def document(*, with_text: bool = False) -> bytes:
    """Return a .docx with a table of three questions, or with the same as text."""
    made: Document = docx.Document()
    made.add_heading("Security", level=1)
    if with_text:
        made.add_paragraph(ENCRYPTED)
        made.add_paragraph("")
        made.add_paragraph(BACKUPS)
        made.add_heading("Standards", level=2)
        made.add_paragraph(CERTIFIED, style="List Number")
    else:
        table = made.add_table(rows=4, cols=3)
        for row, cells in enumerate([("No", "Question", "Answer"), *_rows()]):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
    made.add_picture(BytesIO(red_dot()))
    return saved(made)


def _rows() -> list[tuple[str, str, str]]:
    return [("1", ENCRYPTED, ""), ("2", BACKUPS, ""), ("3", CERTIFIED, "")]


def saved(made: Document) -> bytes:
    """Return the file of a document."""
    content = BytesIO()
    made.save(content)
    return content.getvalue()


FORMS = {
    "rfp.csv": f"No;Question;Answer\r\n1;{ENCRYPTED};\r\n2;{BACKUPS}\r\n3;{CERTIFIED};\r\n".encode("cp1252"),
    "tabs.csv": f"\ufeffQuestion\tResponse\n{ENCRYPTED}\t\n{BACKUPS}\t\n{CERTIFIED}\t\n".encode(),
    "title.csv": f'Ours\r\n\r\n"Question\n(please, do)";Answer\r\n{ENCRYPTED};\n{BACKUPS};\n{CERTIFIED};'.encode(),
    "rfp.md": f"# Security\n\n## 1. {ENCRYPTED}\n\n## 2. {BACKUPS}\n\n# Standards\n- **{CERTIFIED}**\n".encode(),
    "rfp.json": json.dumps(
        {"title": "x", "questions": [{"text": t} for t in (ENCRYPTED, BACKUPS, CERTIFIED)]}
    ).encode(),
    "table.docx": document(),
    "text.docx": document(with_text=True),
}
