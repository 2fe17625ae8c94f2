"""How the evidence gate does with answers as bid writers word them, and with lies that cost money: see docs/rfp.md."""

from __future__ import annotations

import pytest

from tests.unit.rfp_bids import bids

PASSING = {
    "Deletion follows NIST SP 800-88 Rev. 1; a written confirmation is not provided.",
    "Deliveries are free of charge within Germany, Austria and the Benelux countries.",
    "The two solution architects hold a PMP certification.",
}
"""Lies that no check sees, of the part that may be looked at; who makes one visible takes it out."""
PASSING_KEPT, STOPPED_KEPT = 10, 4
"""Of the part that nobody looks at there are only numbers."""


@pytest.mark.parametrize("part", ["open", "kept"])
def test_there_are_thirty_lies_and_thirty_honest_answers(part: str) -> None:
    """A rate of a set that shrinks unseen is worth nothing."""
    cases = bids(part)

    assert sum(one.is_honest for one in cases) == 30
    assert len({(one.says, one.quotes) for one in cases if not one.is_honest}) == 30


def test_the_lies_that_pass_are_written_down() -> None:
    """So that the limit is seen, and moves only on purpose."""
    assert {one.says for one in bids("open") if not one.is_honest and one.is_misjudged} == PASSING


def test_no_honest_answer_is_stopped() -> None:
    """Merged quotes, lists, other units and notations: who is stopped for these switches the gate off."""
    assert [one.says for one in bids("open") if one.is_honest and one.is_misjudged] == []


def test_of_the_half_that_nobody_looks_at_as_many_are_misjudged_as_is_written_down() -> None:
    """Who changes the checks changes these numbers, here and in docs/rfp.md."""
    misjudged = [one.is_honest for one in bids("kept") if one.is_misjudged]

    assert (misjudged.count(False), misjudged.count(True)) == (PASSING_KEPT, STOPPED_KEPT)


def test_a_quote_of_another_chunk_or_with_another_character_never_passes() -> None:
    """The promise that nothing is traded for."""
    forged = [one for part in ("open", "kept") for one in bids(part) if one.kind in ("other_chunk", "altered_quote")]

    assert len(forged) == 5
    assert not any(one.examined().is_sufficient for one in forged)
