"""
Which kind of fact a question asks for, by its words: a time, money, a percentage, a size, or a number of things.

A sentence without such a fact answers no such question, however many words it shares with it. That is all this knows:
a question that asks in other words asks for nothing in particular.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from domain.rfp_answering.proving.dates import dates_in
from domain.rfp_answering.proving.quantities import quantities_in


class FactKind(StrEnum):
    """What an answer must state."""

    TIME = "time"
    MONEY = "money"
    PERCENTAGE = "percentage"
    SIZE = "size"
    COUNT = "count"


@frozen(kw_only=True)
class AskedFact:
    """A fact that is asked for; of a COUNT, the beginnings of the words for *things* that are counted."""

    kind: FactKind
    things: tuple[str, ...] = ()

    def is_stated_in(self, text: str) -> bool:
        """Return whether a folded text states a fact of this kind, whatever it is about."""
        if self.kind is FactKind.COUNT:
            return any(re.search(rf"\d[\d,.]*(?: \S+){{0,2}} {re.escape(one)}", text, re.I) for one in self.things)
        units = {one.unit for one in quantities_in(text)}
        if self.kind is FactKind.TIME:
            return bool(units & _UNITS[self.kind] or _OFTEN.search(text) or _YEAR.search(text) or any(dates_in(text)))
        return bool(units & _UNITS[self.kind])


_UNITS = {
    FactKind.TIME: frozenset(
        ["second", "minute", "hour", "business hour", "day", "business day", "week", "month", "quarter", "year"]
    ),
    FactKind.MONEY: frozenset(["EUR", "USD", "GBP", "CHF"]),
    FactKind.PERCENTAGE: frozenset(["%"]),
    FactKind.SIZE: frozenset(["bit", "byte", "kB", "MB", "GB", "TB"]),
}
_PERIOD = r"(?:second|minute|hour|day|night|week|month|quarter|year)"
_OFTEN = re.compile(
    rf"\b(?:hourly|daily|nightly|weekly|monthly|quarterly|yearly|annually|continuously|immediately|at once"
    rf"|(?:each|every|once an?|twice an?) {_PERIOD})\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|must|should|may)"
_ASKED = {
    FactKind.TIME: rf"how (?:long|soon|quickly|fast|often|frequently|much (?:advance )?(?:notice|time|warning))"
    rf"|when {_AUXILIARY}|(?:what|which) (?:date|period|intervals?|time)",
    FactKind.PERCENTAGE: r"percent|(?:price|cost|fee)s? (?:increase|rise|reduction)"
    r"|(?:increase|rise|discount)s? (?:in|of|on)",
    FactKind.MONEY: rf"how much {_AUXILIARY}|(?:prices?|costs?|fees?|turnover|revenues?)"
    r"|(?:sum|amount)s? (?:is|are|of|insured)",
    FactKind.SIZE: r"how (?:large|big)",
}
_COUNTED = re.compile(r"\bhow many ([a-z-]+)(?: ([a-z-]+))?", re.IGNORECASE)
_BEGINNING = 5


def facts_asked(question: str) -> tuple[AskedFact, ...]:
    """Return what a folded question asks for, each kind once."""
    return tuple(dict.fromkeys((*_kinds(question), *_counts(question))))


def _kinds(question: str) -> Iterator[AskedFact]:
    kinds = [kind for kind, words in _ASKED.items() if re.search(rf"\b(?:{words})\b", question, re.IGNORECASE)]
    if FactKind.PERCENTAGE in kinds and FactKind.MONEY in kinds:  # of a price, its increase is asked for
        kinds.remove(FactKind.MONEY)
    yield from (AskedFact(kind=kind) for kind in kinds)


def _counts(question: str) -> Iterator[AskedFact]:
    for found in _COUNTED.finditer(question):
        words = [word.lower()[:_BEGINNING] for word in found.groups() if word and len(word) > 3]
        time = FactKind.TIME if any(re.fullmatch(_PERIOD, word.rstrip("s")) for word in words) else FactKind.COUNT
        yield AskedFact(kind=time, things=() if time is FactKind.TIME else tuple(words))
