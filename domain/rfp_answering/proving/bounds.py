"""Whether a number is meant as it is, or as a limit: `at least` beside `at most` makes of one promise the contrary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from domain.rfp_answering.proving.designations import Designation
from domain.rfp_answering.proving.negations import denials_in
from domain.rfp_answering.proving.quantities import Quantity
from domain.rfp_answering.proving.stated import Stated


class Bound(StrEnum):
    """Whether a quantity is meant as it is, or as a limit."""

    EXACT = "exactly"
    LEAST = "at least"
    MOST = "at most"


_BETWEEN = r"\s*(?:(?:of|the first|every|each|to)\s+)?$"
_NOT_EXCEED = r"(?:not|never|nor|n't)\s(?:\w+\s)?exceed(?:ing)?"
_MOST_BEFORE = re.compile(
    rf"(?:\b(?:at (?:the )?most|up to|within|max(?:imum|imal|\.)?(?:\s\w+){{0,3}}?|"
    rf"(?<!no )(?<!not )(?:less|fewer|lower|shorter|sooner) than|under|below|"
    rf"not? (?:more|longer|later|higher|greater) than|capped at|höchstens|spätestens|bis zu|weniger als|"
    rf"au plus|moins de|jusqu'à)|{_NOT_EXCEED}|(?<![-<>=])(?:<=?|=<|≤|≦|⩽)){_BETWEEN}",
    re.IGNORECASE,
)
_LEAST_BEFORE = re.compile(
    rf"(?:\b(?:at (?:the )?least|min(?:imum|imal|\.)?(?:\s\w+){{0,3}}?|(?:more|greater|higher|longer) than|over|above|"
    rf"exceed(?:s|ing)?|in excess of|not? (?:less|fewer|earlier|shorter|lower|sooner) than|mindestens|wenigstens|"
    rf"frühestens|mehr als|au moins|plus de)|(?<![-<>=])(?:>=?|≥|≧|⩾)){_BETWEEN}",
    re.IGNORECASE,
)
_MOST_BEHIND = re.compile(
    r"(?:\s\w+)?\s(?:(?:or|and) (?:less|fewer|lower|below|earlier|shorter|older|under)|at (?:the )?(?:most|latest)|"
    r"(?:oder|und) (?:weniger|niedriger|früher))\b",
    re.IGNORECASE,
)
_LEAST_BEHIND = re.compile(
    r"(?:\s\w+)?\s(?:(?:or|and) (?:more|higher|above|newer|later|longer|greater|over)|at (?:the )?(?:least|earliest)|"
    r"(?:oder|und) (?:mehr|höher|neuer|später|länger))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:|,]\s|\.\s|\b(?:but|while|whereas|however|and)\b", re.IGNORECASE)
_NEAR = 60
"""Characters before and behind a number in which its limit is said."""


def bound_of(text: str, start: int, end: int) -> Bound:
    """Return how what stands at a place in a folded text is meant."""
    before, behind = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    if _MOST_BEFORE.search(before) or _MOST_BEHIND.match(behind):
        return Bound.MOST
    return Bound.LEAST if _LEAST_BEFORE.search(before) or _LEAST_BEHIND.match(behind) else Bound.EXACT


def turned_limits(said: Stated, proofs: Sequence[Stated]) -> Iterator[str]:
    """Yield what is wrong with limits of an answer that are the other kind of limit wherever they are quoted."""
    limited: tuple[Quantity | Designation, ...] = (*said.quantities, *said.designations)
    for one in limited:
        bound = bound_of(said.text, one.start, one.end)
        if bound is Bound.EXACT:
            continue
        where = [(proof.text, other) for proof in proofs for other in _stating(one, proof)]
        if where and all(_is_turned(bound, said.text, one, text, other) for text, other in where):
            yield f"the answer says {bound} {_written(one)}, and what is quoted says the contrary"


def _stating(one: Quantity | Designation, proof: Stated) -> Iterator[Quantity | Designation]:
    if isinstance(one, Quantity):
        yield from (other for other in proof.quantities if one.is_stated_by(other))
    else:
        yield from proof.naming(one)


def _is_turned(
    bound: Bound, text: str, one: Quantity | Designation, its_text: str, other: Quantity | Designation
) -> bool:
    """Whether one limit is the other's contrary; a `not` on one side only may turn it back, and decides nothing."""
    its = bound_of(its_text, other.start, other.end)
    if its in (Bound.EXACT, bound):
        return False
    return _is_denied(text, one.start, one.end) == _is_denied(its_text, other.start, other.end)


def _is_denied(text: str, start: int, end: int) -> bool:
    before, behind = _CLAUSE.split(text[:start])[-1], _CLAUSE.split(text[end:])[0]
    return denials_in(re.sub(_NOT_EXCEED, "", f"{before} {behind}", flags=re.IGNORECASE)) % 2 == 1


def _written(one: Quantity | Designation) -> str:
    return one.written if isinstance(one, Quantity) else one.text
