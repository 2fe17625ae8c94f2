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

from domain.rfp_answering.proving.spelled import found_where, plain, spelled_in


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

    def is_stated_by(self, other: Quantity) -> bool:
        """Return whether *other* says the same: its number, its unit where this one has a unit, its ambiguity."""
        if self.value != other.value or (self.may_be_thousands and not other.may_be_thousands):
            return False
        if not self.unit and self.counted and other.unit:  # `30 decades` is not stated by `30 days`
            return False
        return self.unit in ("", other.unit)


@frozen(kw_only=True)
class Date:
    """A day, or a month: what is not said is 0. *text* is how it was written; a year by itself is a number."""

    year: int
    month: int
    day: int
    text: str
    start: int
    end: int

    def is_stated_by(self, other: Date) -> bool:
        """Return whether *other* says the same, or more exactly the same."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(own in (0, theirs) for own, theirs in pairs)


_UNITS: dict[str, tuple[str, ...]] = {
    "%": ("%", "percent", "per cent", "pct"),
    "‰": ("‰", "per mille", "permille"),
    "basis point": ("basis point", "bps"),
    "nines": ("nines",),
    "times": ("time",),
    "th": ("th", "st", "nd", "rd"),
    "second": ("second", "sec", "s"),
    "millisecond": ("millisecond", "ms"),
    "minute": ("minute", "min"),
    "hour": ("hour", "hr", "h"),
    "business hour": ("business hour", "working hour"),
    "day": ("calendar day", "day", "d"),
    "business day": ("business day", "working day"),
    "week": ("week",),
    "fortnight": ("fortnight",),
    "month": ("calendar month", "month"),
    "quarter": ("quarter",),
    "year": ("calendar year", "year", "yr"),
    "decade": ("decade",),
    "bit": ("bit",),
    "byte": ("byte",),
    "Mbit": ("mbit", "mbit/s", "mbps", "megabit"),
    "Gbit": ("gbit", "gbit/s", "gbps", "gigabit"),
    "kB": ("kb", "kilobyte"),
    "MB": ("mb", "megabyte"),
    "GB": ("gb", "gigabyte"),
    "TB": ("tb", "terabyte"),
    "PB": ("pb", "petabyte"),
    "MiB": ("mib", "mebibyte"),
    "GiB": ("gib", "gibibyte"),
    "TiB": ("tib", "tebibyte"),
    "EUR": ("€", "eur", "euro"),
    "USD": ("$", "usd", "us dollar", "dollar"),
    "GBP": ("£", "gbp", "pound"),
    "CHF": ("chf",),
    "cent": ("cent",),
    "°C": ("°c",),
    "°F": ("°f",),
    "km": ("km", "kilometre", "kilometer"),
}
UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_UNIT_WORDS = "|".join(sorted(map(re.escape, UNIT_OF), key=len, reverse=True))
_TIMES = {"k": 1_000, "thousand": 1_000, "million": 10**6, "billion": 10**9, "bn": 10**9}
_ONES = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORDS = {word: value for value, word in enumerate(_ONES.split("|"))} | {
    word: 10 * tens for tens, word in enumerate(_TENS.split("|"), start=2)
}

_NOT_COUNTED = r"(?:and|are|but|for|from|has|have|per|the|was|were|will|with|which|that|each|every|other|out|off)\b"
_NUMBER = re.compile(
    rf"""
    (?P<currency>(?:[€$£]|\b(?:EUR|USD|GBP|CHF))\s?)?
    (?:
        (?P<digits>(?<![\w.,])-?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d) | (?<![\w.])-?\d+(?:[.,]\d+)?)
      | \b(?P<tens>{_TENS})(?:[ -](?P<units>{_ONES}))?\b
      | \b(?P<word>{_ONES})\b
    )
    (?:\s?(?P<hundred>hundred)\b)?
    (?:\+?\s?(?P<times>thousand|million|billion|bn|(?<=\d)k)\b)?
    (?:\s(?:full|whole|consecutive|additional|further|more)(?=\s))?
    (?:[ -]?(?P<unit>{_UNIT_WORDS})(?:s|\.)?(?![A-Za-z]) | (?=\s(?P<counted>(?!{_NOT_COUNTED})[a-z]{{3,}})))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FIGURE = re.compile(r"[-\d€$£]")
_FIGURE_OR_WORD = re.compile(r"[-\d€$£]|\b[a-z]", re.IGNORECASE)
_BEGINS_NUMBERS = frozenset([*_WORDS, "eur", "usd", "gbp", "chf"])
_MAY_BE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_JOINED = re.compile(r"\s*(?:-|to|and|or|/|,)\s*", re.IGNORECASE)

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
MONTH_WORDS = sorted((form for word in _MONTHS for form in (word.title(), word.upper())), key=len, reverse=True)
_MONTH = rf"(?P<name>{'|'.join(MONTH_WORDS)})\b\.?"  # capitals only: `4 may be used` is no date
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_BETWEEN_FIGURES = re.compile(r"\d[-./]\d")
_DATES_IN_FIGURES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.-]){_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?![\w-])",
        rf"(?<![\w./]){_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}(?!\w)",
        rf"(?<![\w./])(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}(?!\w)",
    )
)
_DATES_WITH_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_DAY}\s(?:of\s)?{_MONTH},?\s{_YEAR}\b",
        rf"\b{_MONTH}\s{_DAY},?\s{_YEAR}\b",
        rf"\b{_MONTH},?\s{_YEAR}\b",
        rf"\b{_DAY}\s(?:of\s)?{_MONTH}(?!\w)",
        rf"\b(?:in|since|from|of|until|till|by|last|next|this|before|after|during|every)\s{_MONTH}(?!\w)",
    )
)


def dates_in(text: str) -> list[Date]:
    """Return the dates that a folded text states, by place."""
    found: list[Date] = []
    for pattern in _patterns(text):
        for match in pattern.finditer(text):
            taken = any(match.start() < one.end and one.start < match.end() for one in found)
            if not taken and (date := _date(match)) is not None:
                found.append(date)
    return sorted(found, key=lambda one: one.start)


def _patterns(text: str) -> Iterator[re.Pattern[str]]:
    """Yield the patterns that may find a date in a text: most texts hold none."""
    if _BETWEEN_FIGURES.search(text):
        yield from _DATES_IN_FIGURES
    if any(one.title() in text or one.upper() in text for one in spelled_in(text) & _MONTHS.keys()):
        yield from _DATES_WITH_NAMES


def _date(match: re.Match[str]) -> Date | None:
    said = match.groupdict()
    month, day = said.get("month"), said.get("day")
    if said.get("name"):
        month = str(_MONTHS[said["name"].lower()])
    if said.get("first"):  # 03/04/2026 is one day here and another there: only its own spelling states it
        first, second = int(said["first"]), int(said["second"])
        day, month = (str(first), str(second)) if first > 12 else (str(second), str(first))
        if max(first, second) <= 12 and first != second:
            day, month = str(100 * first + second), "13"
    values = int(said.get("year") or 0), int(month or 0), int(day or 0)
    if values[1] <= 12 and values[2] > 31:
        return None
    return Date(
        year=values[0], month=values[1], day=values[2], text=match.group(), start=match.start(), end=match.end()
    )


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
        value = Decimal(sum(_WORDS[plain(said[key])] for key in ("tens", "units", "word") if said[key]))
    value *= 100 if said["hundred"] else 1
    value *= _TIMES[plain(said["times"])] if said["times"] else 1
    word = said["unit"] or (said["currency"] or "").strip()
    unit = UNIT_OF[plain(word)] if word else ""
    is_counted = bool(said["digits"] or unit or value != 1)
    quantity = Quantity(
        value=value.normalize(),
        unit=unit,
        start=match.start(),
        end=match.end(),
        counted=said["counted"] or "",
        may_be_thousands=bool(_MAY_BE_THOUSANDS.fullmatch(said["digits"] or "")),
    )
    return quantity, is_counted


def _decimal(digits: str) -> Decimal:
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", digits):
        return Decimal(digits.replace(",", ""))
    return Decimal(digits.replace(",", "."))


def _with_shared_units(text: str, stated: list[Quantity]) -> Iterator[Quantity]:
    for here, behind in zip_longest(stated, stated[1:]):
        is_shared = behind is not None and not here.unit and _JOINED.fullmatch(text[here.end : behind.start])
        yield (here if behind is None or not is_shared else evolve(here, unit=behind.unit))
