"""Vectors: of unit length, of the model's dimensions, and refused where they say nothing."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.embedding.tokens import estimated_tokens
from domain.embedding.vector import from_bytes, to_bytes, unit_vector
from domain.jobs.errors import FailureKind, PermanentFailure

numbers = st.lists(
    st.floats(min_value=-1e150, max_value=1e150, allow_nan=False, allow_infinity=False), min_size=1, max_size=50
).filter(lambda found: max(map(abs, found)) > 1e-20)


@given(numbers)
def test_vectors_have_unit_length_and_keep_their_direction(given: list[float]) -> None:
    """Then every cosine is a dot product, however large or small a model's numbers are."""
    vector = unit_vector(given, dimensions=len(given))

    assert math.isclose(math.fsum(number * number for number in vector), 1.0, rel_tol=1e-5)
    greatest = max(map(abs, given))
    assert all(one * other >= 0 for one, other in zip(vector, [number / greatest for number in given], strict=True))


@pytest.mark.parametrize(
    ("given", "dimensions", "word"),
    [
        ([1.0, 2.0], 3, "2 numbers"),
        ([], None, "0 numbers"),
        ([1.0, math.nan], 2, "NaN"),
        ([1.0, -math.inf], 2, "NaN or infinite"),
        ([0.0, 0.0], 2, "zeros"),
        ([1e-30, 0.0], 2, "zeros"),
    ],
)
def test_what_is_no_vector_is_refused(given: list[float], dimensions: int | None, word: str) -> None:
    """One such row spoils every search that meets it."""
    with pytest.raises(PermanentFailure, match=word) as caught:
        unit_vector(given, dimensions=dimensions)
    assert caught.value.kind is FailureKind.BAD_ANSWER


@given(numbers)
def test_stored_vectors_are_little_endian_floats_and_come_back_as_they_were(given: list[float]) -> None:
    """Other programs read these bytes, numpy and pgvector among them."""
    vector = unit_vector(given, dimensions=None)

    stored = to_bytes(vector)

    assert from_bytes(stored) == vector
    assert stored == struct.pack(f"<{len(vector)}f", *vector)


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("The customer may return the goods within thirty days of delivery.", 12),
        ("Die Rückgabe ist innerhalb von dreißig Tagen nach Lieferung möglich.", 20),
        ("def f(x): return [y**2 for y in x if y != 0]", 21),
        ("2026-11-21T11:17:11Z, 4711 EUR, 0.0005", 26),
        ("お客様は商品到着後30日以内に返品できます。", 22),
        ("", 0),
    ],
)
def test_estimates_are_above_what_tokenizers_count(text: str, real: int) -> None:
    """*real*: the larger of what OpenAI's cl100k_base and BERT's multilingual vocabulary make of it, or a bit more."""
    assert real <= estimated_tokens(text) <= max(3 * real, 1)
