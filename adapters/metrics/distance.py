"""Edit distance (Levenshtein 1966): how many characters must be inserted, deleted or replaced."""

from __future__ import annotations

from attrs import evolve
from rapidfuzz.distance import Levenshtein

from domain.test_execution.finding import Finding, shown

# The work grows with the product of both lengths: this many cells take some 50 ms, and the interpreter waits meanwhile.
_MAX_CELLS = 2_000_000_000


def judge_distance(answer: str, expected: str, *, limit: float) -> Finding:
    """
    Return whether *answer* is at most *limit* edits from *expected*; the distance stands in the details.

    Of two very long texts that are more than *limit* apart the distance is not known.
    """
    cutoff = int(limit) if len(answer) * len(expected) > _MAX_CELLS else None
    distance = Levenshtein.distance(answer, expected, score_cutoff=cutoff)
    if cutoff is not None and distance > cutoff:
        return Finding.of(False, reason=f"the answer is more than {limit:g} edits away; both texts are very long")
    reason = f"the answer {shown(answer)} is {distance} edits away from {shown(expected)}, the limit is {limit:g}"
    return evolve(Finding.of(distance <= limit, reason=reason), details={"distance": distance})
