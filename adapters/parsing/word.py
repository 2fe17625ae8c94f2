"""Word: paragraphs and tables in their order; headings are those whose style, or a style it is based on, is one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adapters.child_processes.refusals import unreadable
from adapters.parsing.archives import check_archive
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.text_builder import TextBuilder
from domain.embedding.parsed import ParsedDocument

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.table import Table

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_TITLE = "title"


def read_word(content: bytes, *, stem: str, limits: ParsingLimits) -> ParsedDocument:
    """
    Return the document; its title is what has the style Title, or its properties, or its first heading.

    Raises:
        PermanentFailure: broken, encrypted, or a bomb.
    """
    check_archive(content, limits=limits)
    document = _opened(content)
    builder = TextBuilder(limits)
    titled = _write(document, builder)
    heading = builder.headings[0].text if builder.headings else ""
    return builder.finish(titled or document.core_properties.title or heading or stem)


def _opened(content: bytes) -> Document:
    from docx import Document as open_document
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        return open_document(io.BytesIO(content))
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError) as exc:
        raise unreadable(f"it is a broken Word file ({str(exc)[:100]}); save it anew") from exc


def _write(document: Document, builder: TextBuilder) -> str:
    """Add all that the document says; return what has the style of a title."""
    from docx.table import Table

    levels: dict[str, int] = {}
    title = ""
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            _write_table(part, builder)
            continue
        level = _level(part.style, levels)
        if level < 0 and not title:
            title = part.text
        if level > 0:
            builder.heading(level, part.text)
        else:
            builder.block(part.text)
    return title


def _write_table(table: Table, builder: TextBuilder) -> None:
    builder.gap()
    for row in _rows(table):
        builder.line(" | ".join(row))
    builder.gap()


def _rows(table: Table) -> Iterator[list[str]]:
    """Yield what the cells of each row say; by the XML itself, as `row.cells` counts the whole table for each row."""
    for row in table._tbl.tr_lst:
        said = (" ".join(text.text or "" for text in cell.iter(_WORDS)).strip() for cell in row.tc_lst)
        yield [cell for cell in said if cell]


_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


def _level(style: ParagraphStyle | None, levels: dict[str, int]) -> int:
    """Return the heading level of a style; 0 for text, -1 for the title. What a style is based on may be a circle."""
    if style is None:
        return 0
    if style.style_id not in levels:
        levels[style.style_id] = next(filter(None, map(_named, _based_on(style))), 0)
    return levels[style.style_id]


def _based_on(style: ParagraphStyle) -> Iterator[str]:
    one: object = style
    for _ in range(20):
        yield getattr(one, "name", None) or ""
        one = getattr(one, "base_style", None)
        if one is None:
            return


def _named(name: str) -> int:
    if name.lower() == _TITLE:
        return -1
    found = _HEADING.fullmatch(name)
    return int(found[1]) if found else 0
