"""HTML: whether a text is HTML from beginning to end, or has some in it."""

from __future__ import annotations

import re

from adapters.metrics.tags import Tag, tags
from adapters.metrics.time_budget import judgement_time
from domain.test_execution.finding import Finding, shown

_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_OPTIONAL_CLOSE_NAMES = "html head body p li dt dd option optgroup tr td th thead tbody tfoot colgroup caption rt rp"
_OTHER_NAMES = """
a abbr address article aside audio b bdi bdo blockquote button canvas cite code data datalist del details dfn dialog div
dl em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup i iframe ins kbd label legend main map mark
math menu meter nav noscript object ol output picture pre progress q ruby s samp script search section select slot small
span strong style sub summary sup svg table template textarea time title u ul var video
"""
_VOID = frozenset(_VOID_NAMES.split())
# The standard lets these stand without a closing tag.
_OPTIONAL_CLOSE = frozenset(_OPTIONAL_CLOSE_NAMES.split())
_KNOWN = _VOID | _OPTIONAL_CLOSE | frozenset(_OTHER_NAMES.split())
_RAW = frozenset({"script", "style", "textarea", "title"})
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ATTRIBUTE = re.compile(r"[A-Za-z][\w-]*\s*=\s*[\"']")
_ENOUGH_SIGNS = 2


def judge_html(answer: str) -> Finding:
    """
    Judge whether the whole answer is HTML: elements, closed where they must be, no text beside them, one of them known.

    Raises:
        PermanentFailure: evaluation_error: looking takes too long.
    """
    text = answer.strip()
    if not text:
        return Finding.of(False, reason="the answer is empty")
    if text[:5].lower() == "<?xml":
        return Finding.of(False, reason="the answer is XML, not HTML")
    with judgement_time():
        problem = _problem(text)
    if problem:
        return Finding.of(False, reason=f"{problem}: the answer is {shown(answer)}")
    return Finding.of(True, reason="the answer is HTML")


def judge_contained(answer: str) -> Finding:
    """
    Judge whether the answer has HTML in it, by two signs at least: `a < b` or an address in <> is none.

    Raises:
        PermanentFailure: evaluation_error: looking takes too long.
    """
    with judgement_time():
        signs = _signs(answer)
    reason = "there is HTML in the answer" if signs >= _ENOUGH_SIGNS else f"there is no HTML in {shown(answer)}"
    return Finding.of(signs >= _ENOUGH_SIGNS, reason=reason)


def _problem(text: str) -> str:
    """Return what keeps the text from being HTML, or nothing."""
    open_names: list[str] = []
    at, is_known, raw = 0, False, ""
    for tag in tags(text):
        if raw and not (tag.is_closing and tag.name.lower() == raw):
            at = tag.end
            continue
        raw = ""
        if not open_names and text[at : tag.start].strip():
            return "there is text outside of the elements"
        at = tag.end
        name = tag.name.lower()
        if not name:
            continue
        is_known = is_known or name in _KNOWN or "-" in name
        if tag.is_closing:
            if not _closes(name, open_names):
                return f"</{name}> closes nothing"
        elif not tag.is_empty and name not in _VOID:
            open_names.append(name)
            raw = name if name in _RAW else ""
    must_close = [name for name in open_names if name not in _OPTIONAL_CLOSE]
    if must_close:
        return f"<{must_close[-1]}> is not closed"
    if text[at:].strip() and not open_names:
        return "there is text outside of the elements"
    return "" if is_known else "there is no element that HTML has"


def _closes(name: str, open_names: list[str]) -> bool:
    """Take the element off the open ones, with those inside that need no closing tag."""
    while open_names:
        top = open_names.pop()
        if top == name:
            return True
        if top not in _OPTIONAL_CLOSE:
            return False
    return False


def _signs(text: str) -> int:
    found = list(tags(text))
    named = [tag for tag in found if tag.name]
    signs = [
        2 * any(tag.name.lower() in _KNOWN for tag in named),
        2 * any(tag.declaration.lower() == "doctype" for tag in found),
        any(_is_comment(tag, text) for tag in found),
        any(tag.is_closing for tag in named),
        any(not tag.is_closing for tag in named) and any(tag.is_closing or "-" in tag.name for tag in named),
        any(tag.is_empty for tag in named),
        any(_ATTRIBUTE.search(tag.attributes) for tag in named),
        _ENTITY.search(text) is not None,
    ]
    return sum(map(int, signs))


def _is_comment(tag: Tag, text: str) -> bool:
    return text.startswith("<!--", tag.start)
