"""
Questionnaires in .docx files: tables with a column for answers, and paragraphs that ask.

A paragraph asks when it ends with a question mark, in a table that is no questionnaire as well; its answer is the
paragraph behind it, when that is empty, and one that is put in there otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from zipfile import ZipFile

from adapters.questionnaires.columns import find_columns, letters, questions_in
from adapters.questionnaires.packages import main_part, opened_package, related
from adapters.questionnaires.word_answers import TEXT, body_of, is_behind, obstacle_of, parsed
from adapters.questionnaires.word_text import (
    Cell,
    Element,
    cell_text,
    contents_of,
    grid_of,
    kind_of,
    table_around,
    text_of,
    value_of,
)
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerRules
from domain.rfp_answering.questionnaire import (
    Columns,
    Form,
    Place,
    Question,
    Questionnaire,
    QuestionNo,
    WantedColumns,
    file_hash,
)

_DEEPEST_STYLE = 20


def read_word(content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
    """
    Return the questions of a document: those of its tables, then those of its text.

    Raises:
        InvalidInput: no document, no such column, or nothing in it asks anything.
    """
    with opened_package(content, name=name) as package:
        main = main_part(package)
        contents = contents_of(body_of(parsed(package.read(main), name=name), name=name))
        headings = _headings(package, main, name=name)
    questions: list[Question] = []
    found: dict[Element, Columns] = {}
    for number, table in enumerate(contents.tables, start=1):
        title = f"table {number}"
        if wanted.tables and title not in wanted.tables:
            continue
        grid = grid_of(table)
        columns = _columns(grid, title=title, wanted=wanted)
        if columns is not None:
            found[table] = columns
            questions += _of_table(grid, columns, first=len(questions) + 1)
    if not wanted.tables:
        flow = [(no, one) for no, one in enumerate(contents.paragraphs, start=1) if not _is_within(one, found)]
        questions += _of_text(flow, headings, first=len(questions) + 1)
    if not questions:
        raise InvalidInput(
            f"{name}: no question was found, neither a table with an empty column nor a paragraph that ends with `?`"
        )
    return Questionnaire(
        name=name,
        form=Form.DOCX,
        file_hash=file_hash(content),
        questions=tuple(questions),
        columns=tuple(found.values()),
    )


def _columns(grid: list[list[Cell]], *, title: str, wanted: WantedColumns) -> Columns | None:
    """Return where a table's questions are; None where it has none, or no column left for answers."""
    width = max(map(len, grid), default=0)
    columns = find_columns(_rows(grid), table=title, wanted=wanted) if width > 1 else None
    return columns if columns is not None and columns.answer < width else None


def _rows(grid: list[list[Cell]], *, beside: int | None = None) -> list[list[str]]:
    """
    Return the texts of a table; what is merged says its words once.

    A row that is one cell and asks nothing is a heading: its words stand in the column *beside* the questions.
    """
    rows = []
    for cells in grid:
        row = [cell_text(one.element) if one.is_origin else "" for one in cells]
        said = [text for text in row if text.strip()]
        is_heading = len({id(one.element) for one in cells}) == 1 and said and not said[0].strip().endswith("?")
        if beside is not None and is_heading and beside < len(row):
            row = ["" if no != beside else said[0] for no in range(len(row))]
        rows.append(row)
    return rows


def _of_table(grid: list[list[Cell]], columns: Columns, *, first: int) -> Iterator[Question]:
    for number, found in enumerate(questions_in(_rows(grid, beside=columns.answer), columns), start=first):
        address = f"{letters(columns.answer)}{found.row + 1}"
        cells = grid[found.row]
        answer = cells[columns.answer] if columns.answer < len(cells) else None
        obstacle = _obstacle(answer)
        yield Question(
            no=QuestionNo(number),
            text=found.text,
            section=found.section,
            place=Place(table=columns.table, question=f"{letters(columns.question)}{found.row + 1}", answer=address),
            rules=AnswerRules() if answer is None else _rules(answer.element),
            given="" if obstacle else found.given,
            obstacle=f"{address} {obstacle}" if obstacle else "",
        )


def _obstacle(answer: Cell | None) -> str:
    if answer is None:
        return "is no cell of this row"
    if answer.is_merged:
        return "is a merged cell"
    why = obstacle_of(answer.element)
    return f"can't be written: {why}" if why else ""


def _rules(cell: Element) -> AnswerRules:
    """Return the values of a dropdown list in a cell, as it shows them."""
    around = [one for one in cell.iterancestors() if kind_of(one) == "sdt"][:1]
    parts = (one for holder in (cell, *around) for one in holder.iter())
    items = [one for part in parts if kind_of(part) == "dropDownList" for one in part if value_of(one, "value")]
    shown = [value_of(one, "displayText") or value_of(one, "value") for one in items]
    return AnswerRules(allowed_values=tuple(dict.fromkeys(shown)))


def _is_within(paragraph: Element, tables: dict[Element, Columns]) -> bool:
    """Whether a paragraph stands in a table that is a questionnaire; one nested in it is a matter of its own."""
    return table_around(paragraph) in tables


def _of_text(flow: list[tuple[int, Element]], headings: set[str], *, first: int) -> Iterator[Question]:
    section, number = "", first
    for position, (no, paragraph) in enumerate(flow):
        text = text_of(paragraph).strip()
        if text.endswith("?"):
            place = Place(table=TEXT, question=f"paragraph {no}", answer=f"paragraph {no}")
            behind = [one for _, one in flow[position + 1 : position + 2] if is_behind(one, paragraph)]
            given = next((_given(one) for one in behind if not _is_heading(one, headings)), "")
            yield Question(no=QuestionNo(number), text=text, section=section, place=place, given=given)
            number += 1
        elif _is_heading(paragraph, headings) and text:
            section = text


def _given(behind: Element) -> str:
    """Return the answer that stands behind a question already, if that is what stands there."""
    text = text_of(behind).strip()
    return "" if text.endswith("?") else text


def _is_heading(paragraph: Element, headings: set[str]) -> bool:
    styles = [one for part in paragraph if kind_of(part) == "pPr" for one in part if kind_of(one) == "pStyle"]
    return any(value_of(one) in headings for one in styles)


def _headings(package: ZipFile, main: str, *, name: str) -> set[str]:
    """Return the ids of the styles that are headings or titles, or are based on one."""
    names, bases = {}, {}
    for part in related(package, main, kind="styles").values():
        for style in parsed(package.read(part), name=name):
            identifier = value_of(style, "styleId")
            for one in style:
                if kind_of(one) == "name":
                    names[identifier] = value_of(one).lower()
                elif kind_of(one) == "basedOn":
                    bases[identifier] = value_of(one)
    return {one for one in names if any(names.get(up, "").startswith(("heading", "title")) for up in _up(one, bases))}


def _up(style: str, bases: dict[str, str]) -> Iterator[str]:
    """Yield a style and those it is based on, which may be a circle."""
    for _ in range(_DEEPEST_STYLE):
        yield style
        if style not in bases:
            return
        style = bases[style]
