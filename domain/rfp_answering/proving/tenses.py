"""
When: what will be is not said to have been, and what has been is not said to come.

Only clauses that say one of the two are compared: `will be added` beside `has been supported since`. The present says
nothing here, since rules are written in it: `will be kept for a year` is `is kept for a year`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from domain.rfp_answering.proving.negations import Clause, nearest
from domain.rfp_answering.proving.spelled import spelled_in

_COMING = re.compile(
    r"\b(?:will|shall|going to|planned|scheduled|expected to|upcoming|foreseen|to follow|intends? to|begins in)\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\b(?:was|were|(?:has|have|had)(?: \w+)? been|(?:has|have|had)(?: already)? \w+(?:ed|en|wn|ld|nt)|already|"
    r"since \S*\d)\b",
    re.IGNORECASE,
)
_NEEDED_WORDS = """
will shall going planned scheduled expected upcoming foreseen follow intend intends begins was were has have had
already since
"""
_NEEDED = frozenset(_NEEDED_WORDS.split())


class When(StrEnum):
    """When something is, as far as a clause tells."""

    COMING = "coming"
    GONE = "gone"
    OPEN = "open"


def other_times(clauses: Sequence[Clause], proofs: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    """Yield clauses of an answer that say of the past what the quoted ones say of the future, or the reverse."""
    for clause in clauses:
        when = When.OPEN if spelled_in(clause.text).isdisjoint(_NEEDED) else when_of(clause)
        near = nearest(clause, proofs) if when is not When.OPEN else []
        if near and all(when_of(proof) not in (when, When.OPEN) for proof in near):
            yield clause.text, near[0].text


def when_of(clause: Clause) -> When:
    """Return when it is that a clause speaks of; of both, it is open."""
    is_coming, is_gone = _COMING.search(clause.text), _GONE.search(clause.text)
    if bool(is_coming) is bool(is_gone):
        return When.OPEN
    return When.COMING if is_coming else When.GONE
