"""How the evidence gate does with lies and honest answers that it was not made for: docs/rfp.md quotes the numbers."""

from __future__ import annotations

import pytest

from tests.unit.rfp_held_out import held_out, wrongly_judged

SIZES = {"open": (170, 76), "kept": (78, 36)}
"""Lies, and honest answers, of each part."""
PASSING = {"open": 10, "kept": 21}
STOPPED = {"open": 8, "kept": 8}


@pytest.mark.parametrize("part", SIZES)
def test_the_set_is_as_large_as_is_said(part: str) -> None:
    """A rate of a set that shrinks unseen is worth nothing."""
    cases = held_out(part)
    honest = sum(one.is_honest for one in cases)

    assert (len(cases) - honest, honest) == SIZES[part]
    assert len({(one.text, one.says, one.quotes) for one in cases}) == len(cases)


@pytest.mark.parametrize("part", SIZES)
def test_as_many_lies_pass_as_is_written_down(part: str) -> None:
    """Words that are there prove little: who changes the checks changes these numbers, here and in docs/rfp.md."""
    assert wrongly_judged(part, honest=False).total() == PASSING[part]


@pytest.mark.parametrize("part", SIZES)
def test_as_many_honest_answers_are_stopped_as_is_written_down(part: str) -> None:
    """A gate that sees every lie by stopping everybody sees none."""
    assert wrongly_judged(part, honest=True).total() == STOPPED[part]
