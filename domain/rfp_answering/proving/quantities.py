"""
Numbers with their units, and dates, as a text states them: what evidence must state in the same way.

Two ways of writing one value are one value (`1,000` and `1000`, `thirty days` and `30 day`); a number with another
unit is another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from attrs import evolve, frozen

from domain.rfp_answering.proving.number_words import ONES, OTHERS, TENS, TIMES, VALUES
from domain.rfp_answering.proving.spelled import found_where, plain, spelled_in
from domain.rfp_answering.proving.units import EXACT, EXACTLY, MONEY, UNIT_OF


@frozen(kw_only=True)
class Quantity:
    """
    A number and what it counts; *unit* is empty where none of the known ones follows, and *counted* is the word there.

    *may_be_thousands*: it is written as `1.500`, which is a thousand times more where a full stop groups digits.
    *start*, *end*: characters.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    counted: str = ""
    may_be_thousands: bool = False

    @property
    def written(self) -> str:
        """The quantity for people."""
        return f"{self.value:f} {self.unit}".strip()

    @property
    def values(self) -> frozenset[Decimal]:
        """What its number may be in other writings and units: what states the same shares one of these."""
        times = EXACTLY[self.unit][1] if self.unit in EXACTLY else 1
        thousands = EXACT.multiply(self.value, 1_000) if self.may_be_thousands else self.value
        return frozenset([self.value, EXACT.multiply(self.value, times), thousands])

    def is_stated_by(self, other: Quantity) -> bool:
        """Return whether *other* says the same: its number, its unit where this one has a unit, its ambiguity."""
        kind, times = EXACTLY.get(self.unit, ("", 1))
        its_kind, its_times = EXACTLY.get(other.unit, ("", 1))
        if kind and kind == its_kind:
            return EXACT.multiply(self.value, times) == EXACT.multiply(other.value, its_times)
        if not self._has_the_value_of(other):
            return False
        if not self.unit and self.counted and other.unit:  # `30 decades` is not stated by `30 days`
            return False
        return self.unit in ("", other.unit)

    def _has_the_value_of(self, other: Quantity) -> bool:
        """Whether the values are the same; `1.500` is a thousand times more where money or things are counted."""
        if self.value == other.value:
            return other.may_be_thousands or not self.may_be_thousands
        grouped, plain_one = (self, other) if self.may_be_thousands else (other, self)
        is_count = grouped.unit in MONEY or bool(grouped.counted and not grouped.unit)
        return is_count and grouped.may_be_thousands and EXACT.multiply(grouped.value, 1_000) == plain_one.value


_UNIT_WORDS = "|".join(sorted(map(re.escape, UNIT_OF), key=len, reverse=True))
_NOT_COUNTED = r"(?:and|are|but|for|from|has|have|per|the|was|were|will|with|which|that|each|every|other|out|off)\b"
_NUMBER = re.compile(
    rf"""
    (?P<currency>(?:[€$£]|\b(?:EUR|USD|GBP|CHF))\s?)?
    (?:
        (?P<digits>
            (?<![\w.,])-?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)
          | (?<![\w.,])(?<!\d\s)-?[1-9]\d{{0,2}}(?:(?:\s\d{{3}})+|(?:'\d{{3}})+|(?:\.\d{{3}}){{2,}})
            (?![\d%])(?!,\d{{3}})(?:,\d+)?
          | (?<![\w.])-?\d+(?:[.,]\d+)?
        )
      | \b(?P<tens>{TENS})(?:[ -](?P<units>{ONES}))?\b
      | \b(?P<word>{ONES}|{OTHERS})\b
    )
    (?:\s?(?P<hundred>hundred)\b)?
    (?:\+?\s?(?P<times>
        thousand|million|billion|bn|mio|mrd|milli(?:on|ard)en|tausend|milliards?|(?<=\d)k|(?(currency)m|(?!))|mn(?=\s?[a-z€]{{3}})
    )\b\.?)?
    (?:\s(?:full|whole|consecutive|additional|further|more)(?=\s))?
    (?:[ -]?(?P<unit>{_UNIT_WORDS})(?:s|\.)?(?![A-Za-z]) | (?=\s(?P<counted>(?!{_NOT_COUNTED})[a-z]{{3,}})))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FIGURE = re.compile(r"[-\d€$£]")
_FIGURE_OR_WORD = re.compile(r"[-\d€$£]|\b[a-z]", re.IGNORECASE)
_BEGINS_NUMBERS = frozenset(run for word in (*VALUES, *MONEY) for run in spelled_in(word))
_MAY_BE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_JOINED = re.compile(r"\s*(?:-|to|and|or|/|,)\s*", re.IGNORECASE)


def quantities_in(text: str) -> list[Quantity]:
    """
    Return the numbers that a folded text states, by place; dates and what belongs to a name are the caller's to mask.

    A number in letters counts, but for `one` where no unit follows. In `30 to 60 days` both are days.
    """
    start = _FIGURE if _BEGINS_NUMBERS.isdisjoint(spelled_in(text)) else _FIGURE_OR_WORD
    found = [_quantity(match) for match in found_where(start, _NUMBER, text)]
    stated = [one for one, is_counted in found if is_counted]
    return list(_with_shared_units(text, stated))


def _quantity(match: re.Match[str]) -> tuple[Quantity, bool]:
    said = match.groupdict()
    if said["digits"]:
        value = _decimal(said["digits"])
    else:
        value = Decimal(sum(VALUES[plain(said[key])] for key in ("tens", "units", "word") if said[key]))
    value = EXACT.multiply(value, 100 if said["hundred"] else 1)
    value = EXACT.multiply(value, TIMES[plain(said["times"])] if said["times"] else 1)
    word = said["unit"] or (said["currency"] or "").strip()
    unit = UNIT_OF[plain(word)] if word else ""
    is_counted = bool(said["digits"] or unit or value != 1)
    quantity = Quantity(
        value=value.normalize(EXACT),
        unit=unit,
        start=match.start(),
        end=match.end(),
        counted=said["counted"] or "",
        may_be_thousands=bool(_MAY_BE_THOUSANDS.fullmatch(said["digits"] or "")),
    )
    return quantity, is_counted


def _decimal(digits: str) -> Decimal:
    whole, _comma, rest = digits.partition(",")
    if re.fullmatch(r"-?\d{1,3}(?:(?:\s\d{3})+|(?:'\d{3})+|(?:\.\d{3}){2,})", whole):
        return Decimal(re.sub(r"[\s'.]", "", whole) + (f".{rest}" if rest else ""))
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", digits):
        return Decimal(digits.replace(",", ""))
    return Decimal(digits.replace(",", "."))


def _with_shared_units(text: str, stated: list[Quantity]) -> Iterator[Quantity]:
    for here, behind in zip_longest(stated, stated[1:]):
        is_shared = behind is not None and not here.unit and _JOINED.fullmatch(text[here.end : behind.start])
        yield (here if behind is None or not is_shared else evolve(here, unit=behind.unit))
