"""
The words by which a sentence is a mandatory requirement, a criterion of eligibility, or a date. English only.

A list of words finds every sentence that holds one, whatever an author makes of it; what is demanded in other words
("we expect ...") it does not find. `should`, `may` and `will` are not mandatory (RFC 2119 reads them so, too).
"""

from __future__ import annotations

import re

from domain.rfp_answering.proving.dates import Date, dates_in
from domain.rfp_answering.proving.folding import folded
from domain.rfp_answering.proving.quantities import quantities_in
from domain.rfp_answering.summaries.statements import RowKind

REQUIREMENT = (
    r"must|shall|(?:is|are|be|being) (?:strictly )?required|required to|requires that|mandatory|obligatory|compulsory|"
    r"(?:has|have) to|(?:is|are) obliged|(?:is|are) (?:strictly )?prohibited|may not|(?:is|are) not permitted"
)
NO_REQUIREMENT = (
    r"(?:not|no longer) (?:be )?(?:strictly )?(?:required|mandatory|obligatory|compulsory|obliged)|need not|"
    r"(?:do|does|did) not have to|\bno [\w ]{1,40}?(?:is|are) required"
)
ELIGIBILITY = (
    r"eligib\w+|ineligib\w+|disqualif\w+|pre-?qualif\w+|qualification criteri\w+|selection criteri\w+|"
    r"conditions? (?:for|of) participation|exclusion grounds?|grounds? for exclusion|"
    r"(?:be|is|are) excluded from (?:the |this |further )?(?:tender\w*|procedure|procurement|competition|evaluation|"
    r"participation|award)|turnover|bankrupt\w*|insolven\w+|years of experience|years' experience"
)
TERM = (
    r"deadline|due (?:date|by|on)|no later than|not later than|closing (?:date|time)|expir\w+|"
    r"within|at the latest|valid (?:for|until)"
)
TIME_UNITS = frozenset({"hour", "business hour", "day", "business day", "week", "month", "quarter", "year"})

_REQUIREMENT, _NOT, _ELIGIBILITY, _TERM = (
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in (REQUIREMENT, NO_REQUIREMENT, ELIGIBILITY, TERM)
)


def kinds_of(sentence: str, *, heading_path: tuple[str, ...] = ()) -> tuple[RowKind, ...]:
    """
    Return which rows a sentence is worth by its words; none, one, or two.

    A requirement that stands under a heading about eligibility is one of those; a sentence is never both. One with a
    calendar date is a date, too.
    """
    text = folded(sentence)
    is_demand = is_mandatory(text)
    is_eligibility = bool(_ELIGIBILITY.search(text))
    is_under = any(_ELIGIBILITY.search(folded(heading)) for heading in heading_path)
    kinds = [RowKind.DATE] if days_in(text) else []
    if is_eligibility or (is_demand and is_under):
        kinds.append(RowKind.ELIGIBILITY)
    elif is_demand:
        kinds.append(RowKind.REQUIREMENT)
    return tuple(kinds)


def is_mandatory(sentence: str) -> bool:
    """Return whether a sentence demands something, by its words; `not required` demands nothing."""
    return bool(_REQUIREMENT.search(_NOT.sub(" ", folded(sentence))))


def doubt_of(kind: RowKind, quote: str, *, heading_path: tuple[str, ...]) -> str:
    """Return why a quote may not be a row of this kind, or nothing; people decide, it is only said."""
    text = folded(quote)
    if kind is RowKind.DATE:
        is_term = bool(_TERM.search(text)) and any(one.unit in TIME_UNITS for one in quantities_in(text))
        return "" if is_term or dates_in(text) else "its quote has no date and no term"
    if kind is RowKind.REQUIREMENT:
        return "" if is_mandatory(text) else "its quote has no word that makes it mandatory (must, shall, required ...)"
    is_told = any(_ELIGIBILITY.search(folded(one)) for one in (text, *heading_path))
    return "" if is_told else "neither its quote nor its heading has a word of eligibility"


def days_in(sentence: str) -> tuple[str, ...]:
    """Return the calendar dates with a year that a sentence states, in ISO 8601 as far as they are said, each once."""
    return tuple(dict.fromkeys(iso for one in dates_in(folded(sentence)) if (iso := _iso(one))))


def _iso(date: Date) -> str:
    if not date.year or not 1 <= date.month <= 12:  # a day without a year, or 03/04/2026: which day, nobody can tell
        return ""
    return f"{date.year:04}-{date.month:02}" + (f"-{date.day:02}" if date.day else "")
