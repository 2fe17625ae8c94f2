"""What is numbered and what is dated by its name: `severity 2`, `phase 1`, `Module 3`, `Monday to Friday`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from domain.rfp_answering.proving.spelled import spelled_in

_NOUNS = (
    "severity|priority|prio|phase|stage|module|category|grade|annex|appendix|section|clause|article|chapter|schedule|lot|"
    "zone|step|option|level|tier|class|type|part|release|week|gate|floor|building|room|band|group|model|series|line|"
    "stufe|modul|kategorie|klasse|los|abschnitt|anlage|niveau|annexe|groupe"
)
_AND = r"\s?(?:,|/|-|to|and|or|&|bis|und|oder|et)\s?"
_LABEL = re.compile(
    rf"\b(?P<noun>{_NOUNS})s?\s(?P<numbers>\d{{1,3}}(?!\.?\d)(?:{_AND}\d{{1,3}}(?!\.?\d))*)\b", re.IGNORECASE
)
_NUMBERED = re.compile(rf"\b(?:{_NOUNS})s?\s(?:\d{{1,3}}{_AND})*\Z", re.IGNORECASE)
_LABEL_WORDS = frozenset(form for noun in _NOUNS.split("|") for form in (noun, f"{noun}s"))
_RANGE = re.compile(r"(\d+)\s?(?:-|to|bis)\s?(\d+)")
MOST_IN_RANGE = 50

_DAYS = {
    form: number
    for number, forms in enumerate(
        (
            "Monday Mon Montag lundi",
            "Tuesday Tue Tues Dienstag mardi",
            "Wednesday Wed Mittwoch mercredi",
            "Thursday Thu Thur Thurs Donnerstag jeudi",
            "Friday Fri Freitag vendredi",
            "Saturday Sat Samstag Sonnabend samedi",
            "Sunday Sun Sonntag dimanche",
        )
    )
    for form in forms.split()
}
_DAY = rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
_DAYS_FOUND = re.compile(rf"\b(?P<first>{_DAY})s?\b\.?(?:\s?(?:-|to|through|until|bis|au|à)\s?(?P<last>{_DAY})s?\b)?")
_DAY_WORDS = frozenset(form.lower() for form in _DAYS)


def other_labels(text: str, proofs: Sequence[str]) -> Iterator[str]:
    """Yield the labels of a folded text that the *proofs* number, too, and never so."""
    said = labels_in(text)
    stated = [labels_in(proof) for proof in proofs] if said else []
    for noun, numbers in said.items():
        known = frozenset[int]().union(*(one.get(noun, frozenset()) for one in stated))
        yield from (f"{noun} {number}" for number in sorted(numbers - known) if known)


def labels_in(text: str) -> Mapping[str, frozenset[int]]:
    """Return the numbers that each numbered noun has in a folded text: `severity 1 and 2` are two severities."""
    found: dict[str, frozenset[int]] = {}
    if _LABEL_WORDS.isdisjoint(spelled_in(text)):
        return found
    for one in _LABEL.finditer(text):
        numbers = {int(number) for number in re.findall(r"\d+", one["numbers"])}
        for first, last in _RANGE.findall(one["numbers"]):
            numbers |= set(range(int(first), min(int(last), int(first) + MOST_IN_RANGE)))
        noun = one["noun"].lower()
        found[noun] = found.get(noun, frozenset()) | numbers
    return found


def is_label(text: str, start: int) -> bool:
    """Return whether the number that begins at a place is a label: it says of what, and not how much."""
    return bool(_NUMBERED.search(text, max(0, start - 40), start))


def other_weekdays(text: str, proofs: Sequence[str]) -> Iterator[str]:
    """Yield the weekdays of a folded text that no proof has; those within `Monday to Friday` are all there."""
    said = weekdays_in(text)
    if said:
        known = frozenset[int]().union(*map(weekdays_in, proofs))
        yield from (name for name, number in _DAYS.items() if number in said - known and name in _NAMES)


def weekdays_in(text: str) -> frozenset[int]:
    """Return the weekdays that a folded text names or spans, Monday being 0."""
    if _DAY_WORDS.isdisjoint(spelled_in(text)):
        return frozenset()
    found: set[int] = set()
    for one in _DAYS_FOUND.finditer(text):
        first = _DAYS[one["first"]]
        last = _DAYS[one["last"]] if one["last"] else first
        found |= {(first + at) % 7 for at in range((last - first) % 7 + 1)}
    return frozenset(found)


_NAMES = frozenset(form for form in _DAYS if form.endswith("day"))
