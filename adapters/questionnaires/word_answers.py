"""Writing answers into the buyer's own .docx file: one part of it changes, and all others stay, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from adapters.questionnaires.packages import copied, main_part, opened_package
from adapters.questionnaires.sheet_places import address_of
from adapters.questionnaires.word_text import Element, contents_of, grid_of, kind_of, table_around, text_of, value_of
from domain.jobs.errors import InvalidInput

TEXT = "text"
"""The table of what stands in none."""

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MORE_THAN_TEXT = {
    "tbl": "it holds a table",
    "drawing": "it holds a picture or a text box",
    "pict": "it holds a picture or a text box",
    "object": "it holds an object",
    "checkbox": "it holds a check box",
    "fldChar": "it holds a form field",
    "fldSimple": "it holds a form field",
    "dataBinding": "what it shows is kept elsewhere in the document",
}


def with_word_answers(content: bytes, answers: Mapping[str, Mapping[str, str]]) -> bytes:
    """
    Return the document with *answers* by table (or `text`) and place.

    Raises:
        InvalidInput: a cell can't take its answer; nothing was written.
    """
    from lxml.etree import tostring

    with opened_package(content, name="the file") as package:
        part = main_part(package)
        root = parsed(package.read(part), name="the file")
        found = contents_of(body_of(root, name="the file"))
        for number, table in enumerate(found.tables, start=1):
            _fill_table(table, answers.get(f"table {number}", {}), title=f"table {number}")
        for place, text in answers.get(TEXT, {}).items():
            _answer(found.paragraphs, int(place.removeprefix("paragraph ")) - 1, text)
        made: bytes = tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        return copied(package, {part: made})


def parsed(xml: bytes, *, name: str) -> Element:
    """
    Return the root of a part's XML.

    Raises:
        InvalidInput: it is none.
    """
    from lxml.etree import XMLParser, XMLSyntaxError, fromstring

    try:
        return fromstring(xml, XMLParser(resolve_entities=False, no_network=True))
    except XMLSyntaxError as exc:
        raise InvalidInput(f"{name}: its XML can't be read; save it anew, without a password") from exc


def body_of(root: Element, *, name: str) -> Element:
    """
    Return the body of a document.

    Raises:
        InvalidInput: it has none.
    """
    for child in root:
        if kind_of(child) == "body":
            return child
    raise InvalidInput(f"{name}: no .docx document that can be read: it has no body; save it anew")


def is_behind(paragraph: Element, question: Element) -> bool:
    """Whether the next paragraph may be a question's answer: it stands in the same table, or both in none."""
    return table_around(paragraph) is table_around(question)


def is_free(behind: Element, question: Element) -> bool:
    """Whether the next paragraph says nothing and takes a question's answer; the end of a deleted one goes with it."""
    marks = (
        one for part in behind if kind_of(part) == "pPr" for look in part if kind_of(look) == "rPr" for one in look
    )
    if any(kind_of(one) in ("del", "moveFrom") for one in marks):
        return False
    return not text_of(behind).strip() and not obstacle_of(behind) and is_behind(behind, question)


def obstacle_of(cell: Element) -> str:
    """Return why no answer can be written into a cell; empty: one can."""
    around = [one for one in cell.iterancestors() if kind_of(one) == "sdt"][:1]
    parts = [*cell.iter(), *(one for control in around for one in control[0].iter())]
    if any(kind_of(one) == "lock" and "content" in value_of(one).lower() for one in parts):
        return "its content is locked"
    return next((why for one in parts if (why := _MORE_THAN_TEXT.get(kind_of(one), ""))), "")


def _fill_table(table: Element, answers: Mapping[str, str], *, title: str) -> None:
    if not answers:
        return
    grid = grid_of(table)
    cells = {place: grid[address_of(place).row - 1][address_of(place).column] for place in answers}
    problems = [
        f"{title} {place}: {why}"
        for place, cell in cells.items()
        if (why := "it is merged" if cell.is_merged else obstacle_of(cell.element))
    ]
    if problems:
        raise InvalidInput(f"{title} can't take every answer; nothing was written", problems=tuple(problems))
    for place, text in answers.items():
        _fill(cells[place].element, text)


def _fill(cell: Element, text: str) -> None:
    """Write into the first paragraph of a cell, or of the control in it; the other paragraphs go."""
    paragraphs = [one for one in cell.iter() if kind_of(one) == "p"]
    for other in paragraphs[1:]:
        other.getparent().remove(other)
    write(paragraphs[0], text)


def write(paragraph: Element, text: str) -> None:
    """Have a paragraph say this and nothing else, in the format of what it said; a control in it stays."""
    _end_placeholders(paragraph)
    control = next((one for one in paragraph.iter() if kind_of(one) == "sdtContent"), None)
    holder = paragraph if control is None else control
    runs = [one for one in holder.iter() if kind_of(one) == "r"]
    looks = [one for run in runs[:1] for one in run if kind_of(one) == "rPr"]
    is_placeholder = any("placeholder" in value_of(one).lower() for look in looks for one in look)
    for child in [one for one in holder if kind_of(one) != "pPr"]:
        holder.remove(child)
    holder.append(_run(paragraph, text, looks=[] if is_placeholder else looks))


def _end_placeholders(paragraph: Element) -> None:
    """Have the controls in and around a paragraph show what it says as their content."""
    for control in [one for one in (*paragraph.iterancestors(), *paragraph.iter()) if kind_of(one) == "sdt"]:
        for mark in [one for part in control if kind_of(part) == "sdtPr" for one in part]:
            if kind_of(mark) == "showingPlcHdr":
                mark.getparent().remove(mark)


def _run(paragraph: Element, text: str, *, looks: list[Element]) -> Element:
    space = paragraph.tag.rpartition("}")[0] + "}"
    run = paragraph.makeelement(f"{space}r")
    run.extend(deepcopy(looks))
    for number, line in enumerate(text.split("\n")):
        if number:
            run.append(paragraph.makeelement(f"{space}br"))
        said = paragraph.makeelement(f"{space}t")
        said.text = line
        said.set(_SPACE, "preserve")
        run.append(said)
    return run


def _answer(paragraphs: list[Element], asks: int, text: str) -> None:
    """Write behind the paragraph that asks: into an empty one, or into a new one of the usual format."""
    question, behind = paragraphs[asks], paragraphs[asks + 1] if asks + 1 < len(paragraphs) else None
    if behind is not None and is_free(behind, question):
        write(behind, text)
        return
    made = question.makeelement(question.tag)
    question.addnext(made)
    write(made, text)
