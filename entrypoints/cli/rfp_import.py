"""`antiphon rfp import`: handing in questionnaires, and correcting what is found in them before."""

from __future__ import annotations

from pathlib import Path

import click

from entrypoints.api.documents.rfps import ImportWords
from entrypoints.cli.acting import JSON, at_place, print_document, worded
from entrypoints.cli.console import say
from entrypoints.cli.rfp_files import content_named
from entrypoints.places.place import Place


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--preview", is_flag=True, help="Show what would be imported, and store nothing.")
@click.option("--question-column", metavar="C", help="Letter or heading of the column that asks.")
@click.option("--answer-column", metavar="D", help="Letter or heading of the column that answers belong into.")
@click.option("--sheet", "sheets", metavar="NAME", multiple=True,
              help="Only this sheet, hidden or not; repeat it for several. Default: all that are visible.")  # fmt: skip
@at_place
@JSON
def import_(
    *,
    place: Place,
    file: Path,
    preview: bool,
    question_column: str | None,
    answer_column: str | None,
    sheets: tuple[str, ...],
    as_json: bool,
) -> None:
    """
    Hand in the questionnaire FILE: .xlsx, .docx, .pdf, .csv, .md or .json, of 25 MB at most.

    Questions and the places of their answers are found by the headings of the columns; --preview says which, before
    anything is stored, and where nothing can be written (merged cells, formulas). What was found wrongly is put right
    with --question-column and --answer-column. The file is kept: answers are written into that very file in the end.

    \b
    antiphon rfp import tender.xlsx --preview
    antiphon rfp import tender.xlsx --question-column B --answer-column "Supplier response"
    """
    from entrypoints.cli.rfp_tables import print_preview, tell_imported

    words = worded(ImportWords, question_column=question_column, answer_column=answer_column, sheets=sheets or None)
    content = content_named(file, expected="a questionnaire")
    if preview:
        found = place.rfps.preview(file.name, content, words)
        print_document(found) if as_json else print_preview(found)
        return
    added = place.rfps.add(file.name, content, words)
    if as_json:
        print_document(added)
        return
    tell_imported(added)
    say(f"`antiphon rfp answer {added.id[:8]}` drafts the answers")
