"""Numbers of things in words."""

from __future__ import annotations

import pytest

from domain.counting_words import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 answers"), (1, "1 answer"), (2, "2 answers"), (1024, "1,024 answers")]
)
def test_one_thing_is_no_plural(count: int, words: str) -> None:
    """`1 answers` tells a reader that nobody has read it before."""
    assert counted(count, "answer") == words


def test_a_plural_of_its_own_is_said() -> None:
    """English has more of them than an `s`."""
    assert [counted(count, "summary", "summaries") for count in (1, 2)] == ["1 summary", "2 summaries"]
