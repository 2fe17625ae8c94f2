"""
Vectors of texts: of unit length, as 32-bit floats.

What a model says is not believed: a vector of another length, one that holds a number that is none, or one without a
direction is refused here, before it can spoil a search. Unit length makes every cosine a dot product.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from math import hypot, isfinite
from typing import TYPE_CHECKING

from domain.jobs.errors import FailureKind, PermanentFailure

if TYPE_CHECKING:
    Vector = array[float]
else:
    Vector = array  # `array[float]` can't be written at runtime before Python 3.12

BYTES_A_NUMBER = 4
_SHORTEST = 1e-20
"""Below this a length is rounding, and dividing by it makes noise of the greatest size."""


def unit_vector(numbers: Iterable[float], *, dimensions: int | None) -> Vector:
    """
    Return the numbers as a vector of length 1; *dimensions* is how many there must be (None: nobody knows yet).

    Raises:
        PermanentFailure: bad_answer: too many or too few, one of them is none (NaN, infinite), or all are 0.
    """
    found = array("d", numbers)
    if not found or (dimensions is not None and len(found) != dimensions):
        wanted = "some" if dimensions is None else str(dimensions)
        raise _bad(f"a vector of {len(found)} numbers, and the model's have {wanted}")
    length = hypot(*found)
    if not isfinite(length):
        if not all(map(isfinite, found)):
            raise _bad("a vector with a number that is none (NaN or infinite)")
        greatest = max(map(abs, found))  # and too great for their length to be a number
        return unit_vector([number / greatest for number in found], dimensions=dimensions)
    if length < _SHORTEST:
        raise _bad("a vector of zeros, which has no direction")
    return array("f", [number / length for number in found])


def to_bytes(vector: Vector) -> bytes:
    """Return the vector as little-endian 32-bit floats (IEEE 754), on every machine."""
    if sys.byteorder == "little":
        return vector.tobytes()
    swapped = array("f", vector)
    swapped.byteswap()
    return swapped.tobytes()


def from_bytes(stored: bytes) -> Vector:
    """Return the vector that `to_bytes` wrote."""
    vector = array("f")
    vector.frombytes(stored)
    if sys.byteorder != "little":
        vector.byteswap()
    return vector


def _bad(found: str) -> PermanentFailure:
    return PermanentFailure(f"the embedding model returned {found}", kind=FailureKind.BAD_ANSWER)
