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
MOST_BY_ONE_THREAD = 10_000_000
"""
Numbers in a matrix up to which one thread multiplies: for a search of 1,000 rows among other searches, the threads of
OpenBLAS burn 11 ms of CPU waiting for each other, and the product takes a quarter of one.
"""


def scores_of(matrix: Floats, query: Floats) -> Floats:
    """Return the rounded cosine of each row of *matrix* (rows, dimensions) with *query* (dimensions)."""
    products = np.einsum("ij,j->i", matrix, query) if matrix.size <= MOST_BY_ONE_THREAD else matrix @ query
    scores: Floats = np.round(products, DECIMALS)
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
