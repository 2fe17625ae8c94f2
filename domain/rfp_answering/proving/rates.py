"""
How often, and how long without a number: `per month`, `for a year`, `millions`, `several weeks`.

A promise needs no digits to be one: `kept for a year` is another promise than `kept for thirty days`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from domain.rfp_answering.proving.quantities import Quantity

_TIME = r"(?P<unit>(?:business |working )?(?:hour|day)|second|minute|week|fortnight|month|quarter|year|decade|century)"
_RATE = re.compile(rf"(?:\b(?:every|each|per(?: \w+(?: and|,|/))?)\s|/\s?){_TIME}\b", re.IGNORECASE)
_ARTICLE = re.compile(rf"(?:\b(?P<before>\w+)\s)?\b(?P<article>an?)\s{_TIME}\b", re.IGNORECASE)
_LASTING = frozenset(
    "for in within of than under after over lasts last takes take about least most to by until".split()  # noqa: SIM905
)
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


def rates_in(text: str) -> Iterator[Quantity]:
    """Yield the rates, durations and vague numbers of a folded and respelled text; each stands only for itself."""
    for found in _RATE.finditer(text):
        yield _quantity(found, unit=f"every {_unit(found)}")
    for found in _ARTICLE.finditer(text):
        lasts = (found["before"] or "").lower() in _LASTING
        yield _quantity(found, unit=_unit(found) if lasts else f"every {_unit(found)}")
    for pattern in (_VAGUE, _RELATIVE):
        for found in pattern.finditer(text):
            yield _quantity(found, unit=found.group().lower())


def _unit(found: re.Match[str]) -> str:
    return found["unit"].lower().replace("working", "business")


def _quantity(found: re.Match[str], *, unit: str) -> Quantity:
    return Quantity(value=Decimal(1), unit=unit, start=found.start(), end=found.end())
