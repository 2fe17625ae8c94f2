"""Dates as a text states them, in English, German and French: evidence must state the same day in some way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen


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


_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar jänner janvier", "february feb februar février", "march mar märz mars",
            "april apr avril", "may mai", "june jun juni juin", "july jul juli juillet", "august aug août",
            "september sept sep septembre",
            "october oct oktober octobre", "november nov novembre", "december dec dezember décembre",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
MONTH_WORDS = sorted((form for word in _MONTHS for form in (word.title(), word.upper())), key=len, reverse=True)
_MONTH = rf"(?P<name>{'|'.join(MONTH_WORDS)})\b\.?"  # capitals only: `4 may be used` is no date
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er)?"
_FRENCH_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
_FRENCH = rf"(?P<name>{'|'.join(_FRENCH_MONTHS)})"  # in small letters, and only with day and year
_MONTH_FORMS = (*MONTH_WORDS, *_FRENCH_MONTHS)
_BETWEEN_FIGURES = re.compile(r"\d[-./]\d")
_DATES_IN_FIGURES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.-]){_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?![\w-])",
        rf"(?<![\w./])(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}(?!\w)",
        rf"(?<![\w./-])(?P<month>0[1-9]|1[0-2])/{_YEAR}(?![\w/-])",
        rf"(?<![\w./])(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}(?!\w)",
    )
)
_DATES_WITH_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_DAY}\s(?:of\s)?{_MONTH},?\s{_YEAR}\b",
        rf"\b{_DAY}\s{_FRENCH}\s{_YEAR}\b",
        rf"\b{_MONTH}\s{_DAY},?\s{_YEAR}\b",
        rf"\b{_MONTH},?\s{_YEAR}\b",
        rf"\b{_DAY}\s(?:of\s)?{_MONTH}(?!\w)",
        rf"\b(?:in|since|from|of|until|till|by|last|next|this|before|after|during|every)\s{_MONTH}(?!\w)",
    )
)


def dates_in(text: str) -> list[Date]:
    """Return the dates that a folded text states, by place."""
    found: list[Date] = []
    taken = bytearray(len(text))
    for pattern in _patterns(text):
        for match in pattern.finditer(text):
            if not any(taken[match.start() : match.end()]) and (date := _date(match)) is not None:
                taken[date.start : date.end] = b"\x01" * (date.end - date.start)
                found.append(date)
    return sorted(found, key=lambda one: one.start)


def _patterns(text: str) -> Iterator[re.Pattern[str]]:
    """Yield the patterns that may find a date in a text: most texts hold none."""
    if _BETWEEN_FIGURES.search(text):
        yield from _DATES_IN_FIGURES
    if any(form in text for form in _MONTH_FORMS):
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
