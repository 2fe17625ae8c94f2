"""Tags in a text, whether it is XML, HTML or neither: where each begins and ends, and which belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from adapters.metrics.time_budget import check_time

# Possessive (++, *+, ?+): what has been read is never tried in another way, so a text is read in one pass.
_TAG = re.compile(
    r"<(?P<close>/)?(?P<name>[A-Za-z_:][\w:.\-]*+)"
    r"(?P<attributes>(?:\s(?:[^<>\"'/]|\"[^\"]*+\"|'[^']*+'|/(?!>))*+)?+)(?P<empty>/)?>"
    r"|<!(?P<declaration>[A-Za-z]++)[^>]*+>"
)
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}


@frozen(kw_only=True)
class Tag:
    """A tag at *start* to *end*; without a *name* it is a comment, a declaration, CDATA or an instruction."""

    start: int
    end: int
    name: str = ""
    declaration: str = ""
    attributes: str = ""
    is_closing: bool = False
    is_empty: bool = False


@frozen(kw_only=True)
class Element:
    """From an opening tag to the closing tag that belongs to it."""

    name: str
    start: int
    end: int


def tags(text: str) -> Iterator[Tag]:
    """Yield the tags in their order; what looks like one and is none is text. To be used in `judgement_time`."""
    at, unended = 0, set[str]()
    while (start := text.find("<", at)) >= 0:
        check_time()
        tag = _nameless(text, start, unended=unended) or _tag(text, start)
        if tag:
            yield tag
        at = tag.end if tag else start + 1


def _nameless(text: str, start: int, *, unended: set[str]) -> Tag | None:
    """Return the comment, CDATA or instruction that begins here; those in *unended* have no end any more."""
    for opening, ending in _ENDS.items():
        if opening not in unended and text.startswith(opening, start):
            end = text.find(ending, start + len(opening))
            if end >= 0:
                return Tag(start=start, end=end + len(ending))
            unended.add(opening)
    return None


def _tag(text: str, start: int) -> Tag | None:
    found = _TAG.match(text, start)
    if found is None:
        return None
    return Tag(
        start=start,
        end=found.end(),
        name=found["name"] or "",
        declaration=found["declaration"] or "",
        attributes=(found["attributes"] or "").strip(),
        is_closing=bool(found["close"]),
        is_empty=bool(found["empty"]),
    )


def elements(text: str) -> list[Element]:
    """Return every element that is closed, by where it begins, the outer before the inner."""
    found: list[Element] = []
    open_tags: list[Tag] = []
    for tag in tags(text):
        if tag.name and tag.is_closing:
            _close(tag, open_tags=open_tags, found=found)
        elif tag.is_empty:
            found.append(Element(name=tag.name, start=tag.start, end=tag.end))
        elif tag.name:
            open_tags.append(tag)
    return sorted(found, key=lambda element: element.start)


def _close(tag: Tag, *, open_tags: list[Tag], found: list[Element]) -> None:
    """Find the opening tag; those after it were never closed, as `<br>` is in a text that is no XML."""
    for at in range(len(open_tags) - 1, -1, -1):
        check_time()
        if open_tags[at].name == tag.name:
            found.append(Element(name=tag.name, start=open_tags[at].start, end=tag.end))
            del open_tags[at:]
            return
