"""
Putting several rankings together by their ranks alone, as scores of different kinds can't be compared.

Reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009; with their constant of 60.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from domain.embedding.search import Hit

DAMPING = 60
"""How little the first ranks count more than those behind them."""


def fused(rankings: Sequence[Sequence[Hit]], *, k: int) -> list[Hit]:
    """
    Return the *k* best hits of all rankings, each scored by the sum of 1 / (60 + its rank), ranks counted from 1.

    Of equal sums the smaller document id is first, then the smaller ordinal.
    """
    sums: dict[tuple[str, int], float] = {}
    found: dict[tuple[str, int], Hit] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            place = (hit.document_id, hit.ordinal)
            sums[place] = sums.get(place, 0.0) + 1 / (DAMPING + rank)
            found.setdefault(place, hit)
    best = sorted(sums, key=lambda place: (-sums[place], place))[:k]
    return [evolve(found[place], score=sums[place]) for place in best]
