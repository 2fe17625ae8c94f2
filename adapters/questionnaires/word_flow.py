"""
Questions in the text of a .docx file, which stand in no table.

A paragraph asks when it ends with a question mark. Where no table of the document asks, numbered and bulleted ones
also ask as they do in a PDF: with a request ("Describe ...") or a demand ("must"). An answer is the paragraph behind
it, when that is empty, and one that is put in there otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zipfile import ZipFile

from attrs import frozen

from adapters.questionnaires.asked_lines import goes_on, item_asks, words_of_item
from adapters.questionnaires.packages import related
from adapters.questionnaires.word_answers import TEXT, is_behind, is_free, parsed
from adapters.questionnaires.word_text import Element, kind_of, rules_of, text_of, value_of
from domain.rfp_answering.draft import AnswerRules
from domain.rfp_answering.questionnaire import Place, Question, QuestionNo

_DEEPEST_STYLE = 20
_TYPED = "typed"
"""The list of paragraphs whose number or bullet was typed."""

Paragraph = tuple[int, Element]
"""A paragraph and its number in the document."""


@frozen(kw_only=True)
class Styles:
    """Which styles are headings, titles, or based on one, and the lists that styles number their paragraphs by."""

    headings: frozenset[str] = frozenset()
    lists: Mapping[str, str]

    def is_heading(self, paragraph: Element) -> bool:
        """Return whether a paragraph is a heading by its style."""
        return _style_of(paragraph) in self.headings

    def list_of(self, paragraph: Element) -> str:
        """Return which list a paragraph is an item of, and how deep in it; empty: of none."""
        own = next((_list_in(one) for one in paragraph if kind_of(one) == "pPr"), None)
        styled = self.lists.get(_style_of(paragraph), "") if own is None else own
        return styled or (_TYPED if words_of_item(text_of(paragraph).strip()) else "")


def questions_of_text(flow: list[Paragraph], styles: Styles, *, first: int, asks_by_tables: bool) -> Iterator[Question]:
    """Yield what the paragraphs ask, numbered from *first* on."""
    section, number = "", first
    for position, (no, paragraph) in enumerate(flow):
        text = text_of(paragraph).strip()
        if _asks(paragraph, styles, asks_by_tables=asks_by_tables):
            place = Place(table=TEXT, question=f"paragraph {no}", answer=f"paragraph {no}")
            behind = [one for _, one in flow[position + 1 : position + 2] if is_behind(one, paragraph)]
            given = next((_given(one, styles, question=paragraph) for one in behind), "")
            rules = next((rules_of(one) for one in behind if is_free(one, paragraph)), AnswerRules())
            yield Question(no=QuestionNo(number), text=text, section=section, place=place, rules=rules, given=given)
            number += 1
        elif styles.is_heading(paragraph) and text:
            section = text


def styles_of(package: ZipFile, main: str, *, name: str) -> Styles:
    """Return what the styles of a document say of its paragraphs."""
    names, bases, lists = {}, {}, {}
    for part in related(package, main, kind="styles").values():
        for style in parsed(package.read(part), name=name):
            identifier = value_of(style, "styleId")
            for one in style:
                if kind_of(one) == "name":
                    names[identifier] = value_of(one).lower()
                elif kind_of(one) == "basedOn":
                    bases[identifier] = value_of(one)
                elif kind_of(one) == "pPr":
                    lists[identifier] = _list_in(one) or ""
    headings = (
        one for one in names if any(names.get(up, "").startswith(("heading", "title")) for up in _up(one, bases))
    )
    return Styles(
        headings=frozenset(headings),
        lists={one: next((lists[up] for up in _up(one, bases) if lists.get(up)), "") for one in names},
    )


def _asks(paragraph: Element, styles: Styles, *, asks_by_tables: bool) -> bool:
    text = text_of(paragraph).strip()
    if text.endswith("?"):
        return True
    if asks_by_tables or not text or styles.is_heading(paragraph) or not styles.list_of(paragraph):
        return False
    return item_asks(words_of_item(text) or text)


def _given(behind: Element, styles: Styles, *, question: Element) -> str:
    """Return the answer that stands behind a question already, if that is what stands there."""
    text = text_of(behind).strip()
    its_list = styles.list_of(behind)
    is_next_item = its_list != "" and its_list == styles.list_of(question)
    if text.endswith("?") or goes_on(text) or is_next_item or styles.is_heading(behind):
        return ""
    return text


def _style_of(paragraph: Element) -> str:
    styles = (one for part in paragraph if kind_of(part) == "pPr" for one in part if kind_of(one) == "pStyle")
    return next((value_of(one) for one in styles), "")


def _list_in(properties: Element) -> str | None:
    """Return the list and the level that properties name; empty: list 0, which takes out of all; None: they do not."""
    for one in (one for one in properties if kind_of(one) == "numPr"):
        said = {kind_of(part): value_of(part) for part in one}
        number = said.get("numId", "0")
        return "" if number == "0" else f"{number}.{said.get('ilvl', '0')}"
    return None


def _up(style: str, bases: Mapping[str, str]) -> Iterator[str]:
    """Yield a style and those it is based on, which may be a circle."""
    for _ in range(_DEEPEST_STYLE):
        yield style
        if style not in bases:
            return
        style = bases[style]
