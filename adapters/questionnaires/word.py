"""
Questionnaires in .docx files: tables with a column for answers, and what stands in no such table, as text.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.questionnaires.columns import TableQuestion, find_columns, letters, questions_in
from adapters.questionnaires.packages import main_part, opened_package
from adapters.questionnaires.word_answers import body_of, obstacle_of, parsed
from adapters.questionnaires.word_flow import questions_of_text, styles_of
from adapters.questionnaires.word_text import (
    Cell,
    Element,
    cell_text,
    contents_of,
    grid_of,
    kind_of,
    rules_of,
    table_around,
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


def read_word(content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
    """
    Return the questions of a document: those of its tables, then those of its text.

    Raises:
        InvalidInput: no document, no such column, or nothing in it asks anything.
    """
    with opened_package(content, name=name) as package:
        main = main_part(package)
        contents = contents_of(body_of(parsed(package.read(main), name=name), name=name))
        styles = styles_of(package, main, name=name)
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
        questions += questions_of_text(flow, styles, first=len(questions) + 1, asks_by_tables=bool(questions))
    if not questions:
        raise InvalidInput(
            f"{name}: no question was found, neither a table with an empty column nor a paragraph that asks"
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
    rows = questions_in(_rows(grid, beside=columns.answer), columns)
    asking = (one for one in rows if not _is_label(one, grid, columns))
    for number, found in enumerate(asking, start=first):
        address = f"{letters(columns.answer)}{found.row + 1}"
        cells = grid[found.row]
        answer = cells[columns.answer] if columns.answer < len(cells) else None
        obstacle = _obstacle(answer)
        rules = AnswerRules() if answer is None else rules_of(answer.element)
        yield Question(
            no=QuestionNo(number),
            text=found.text,
            section=found.section,
            place=Place(table=columns.table, question=f"{letters(columns.question)}{found.row + 1}", answer=address),
            rules=rules,
            given=found.given if not obstacle and rules.allow(found.given) else "",  # `Choose an item` is no answer
            obstacle=f"{address} {obstacle}" if obstacle else "",
        )


def _obstacle(answer: Cell | None) -> str:
    if answer is None:
        return "is no cell of this row"
    if answer.is_merged:
        return "is a merged cell"
    why = obstacle_of(answer.element)
    return f"can't be written: {why}" if why else ""


def _is_label(found: TableQuestion, grid: list[list[Cell]], columns: Columns) -> bool:
    """Whether a row of a table without a heading only says what the table in its other cell is about."""
    answer = grid[found.row][columns.answer : columns.answer + 1]
    holds_table = any(kind_of(one) == "tbl" for cell in answer for one in cell.element)
    return columns.first_row == 0 and holds_table and not found.text.endswith("?")


def _is_within(paragraph: Element, tables: dict[Element, Columns]) -> bool:
    """Whether a paragraph stands in a table that is a questionnaire; one nested in it is a matter of its own."""
    return table_around(paragraph) in tables
