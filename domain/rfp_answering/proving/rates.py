"""
How often, and how long without a number: `per month`, `for a year`, `millions`, `several weeks`.

A promise needs no digits to be one: `kept for a year` is another promise than `kept for thirty days`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from domain.rfp_answering.proving.quantities import Quantity
from domain.rfp_answering.proving.spelled import spelled_in

_TIME = (
    r"(?:calendar |full )?(?P<unit>(?:business |working )?(?:hour|day)|"
    r"second|minute|week|fortnight|month|quarter|year|decade|century)"
)
_RATE = re.compile(rf"(?:\b(?:every|each|per(?: \w+(?: and|,|/))?)\s|/\s?){_TIME}\b", re.IGNORECASE)
_PER = {
    "h": "hour",
    "hr": "hour",
    "s": "second",
    "sec": "second",
    "min": "minute",
    "d": "day",
    "mo": "month",
    "yr": "year",
}
_PER_UNIT = re.compile(rf"(?<=[a-z²³])/(?P<unit>{'|'.join(_PER)})\b")
_ARTICLE = re.compile(rf"\ban?\s{_TIME}\b", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"(\w+)\s\Z")
_IN_ANY = re.compile(r"in an? calendar\s", re.IGNORECASE)
"""`10 % in a calendar year` is how much in each of them, and not how soon."""
_LASTING = frozenset(
    "for in within of than under after over lasts last takes take about least most to by until".split()  # noqa: SIM905
)
_LONGEST = max(map(len, _LASTING))
_VAGUE = re.compile(
    r"\b(?:hundreds|thousands|millions|billions|dozens|"
    r"(?:several|many|multiple|(?:a )?few|(?:a )?couple of)\s(?:business |working )?"
    r"(?:seconds|minutes|hours|days|weeks|months|quarters|years|decades))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:yesterday|today|tomorrow|(?:last|next|this|previous|past|coming)\s"
    r"(?:week|month|quarter|year|spring|summer|autumn|fall|winter)|"
    r"(?:spring|summer|autumn|winter)\s(?:of\s)?\d{4})\b",
    re.IGNORECASE,
)
_TIME_WORDS = frozenset("hour day second minute week fortnight month quarter year decade century".split())  # noqa: SIM905
_OFTEN_WORDS = frozenset(["every", "each", "per"])
_ARTICLES = frozenset(["a", "an"])
_VAGUE_WORDS = frozenset(
    ["hundreds", "thousands", "millions", "billions", "dozens", "several", "many", "multiple", "few", "couple"]
)
_RELATIVE_WORDS = frozenset(
    "yesterday today tomorrow last next this previous past coming spring summer autumn winter".split()  # noqa: SIM905
)


def rates_in(text: str) -> Iterator[Quantity]:
    """Yield the rates, durations and vague numbers of a folded and respelled text; each stands only for itself."""
    words = spelled_in(text)
    if words & _TIME_WORDS and ("/" in text or words & _OFTEN_WORDS):
        for found in _RATE.finditer(text):
            yield _quantity(found, unit=f"every {_unit(found)}")
    if words & _TIME_WORDS and words & _ARTICLES:
        for found in _ARTICLE.finditer(text):
            lasts = _lasts(text, found.start()) and not _IN_ANY.match(text, max(0, found.start() - 3), found.end())
            yield _quantity(found, unit=_unit(found) if lasts else f"every {_unit(found)}")
    for found in _PER_UNIT.finditer(text) if "/" in text else ():
        yield _quantity(found, unit=f"every {_PER[found['unit']]}")
    for pattern, needed in ((_VAGUE, _VAGUE_WORDS), (_RELATIVE, _RELATIVE_WORDS)):
        for found in pattern.finditer(text) if words & needed else ():
            yield _quantity(found, unit=found.group().lower())


def _lasts(text: str, at: int) -> bool:
    """Whether the word before says how long (`within a day`), and not how often (`once a day`)."""
    before = _WORD_BEFORE.search(text, max(0, at - _LONGEST - 2), at)
    return before is not None and before[1].lower() in _LASTING


def _unit(found: re.Match[str]) -> str:
    return found["unit"].lower().replace("working", "business")


def _quantity(found: re.Match[str], *, unit: str) -> Quantity:
    return Quantity(value=Decimal(1), unit=unit, start=found.start(), end=found.end())
