"""
Which rows of a matrix are nearest to a vector: exact, and the same at every call.

Vectors have unit length, so a product is the cosine. Products of equal rows may differ in their last bits, by where a
row lies in memory; scores are rounded before they are compared, and equal ones keep the rows' own order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

DECIMALS = 6
"""Of a score; float32 holds seven."""


def scores_of(matrix: Floats, query: Floats) -> Floats:
    """Return the rounded cosine of each row of *matrix* (rows, dimensions) with *query* (dimensions)."""
    scores: Floats = np.round(matrix @ query, DECIMALS)
    return scores


def best(scores: Floats, *, k: int) -> Indices:
    """Return where the *k* highest scores are, or all: highest first, of equal ones the earlier first."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= least)
    else:
        candidates = np.arange(len(scores))
    order = np.lexsort((candidates, -scores[candidates]))[:k]
    chosen: Indices = candidates[order]
    return chosen
