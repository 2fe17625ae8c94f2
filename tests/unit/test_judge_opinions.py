"""How the opinions of several judges become one ruling."""

from __future__ import annotations

import pytest

from domain.test_execution.judging.opinion import Opinion, ruling
from domain.test_execution.panel import Rule


def _opinion(value: float | None, *, holds: bool | None = None) -> Opinion:
    passes = None if value is None else (value >= 0.5 if holds is None else holds)
    return Opinion(model="m", prompts=("p@1",), holds=passes, value=value, reason="because")


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ([1.0], True),
        ([0.0], False),
        ([None], None),
        ([1.0, 0.8, 0.0], True),
        ([0.0, 0.2, 1.0], False),
        ([1.0, 0.0], None),
        ([1.0, None], None),
        ([1.0, 1.0, None], True),
        ([1.0, None, None], None),
        ([1.0, 1.0, 0.0, 0.0], None),
    ],
)
def test_majority_takes_more_than_half_of_all_judges(values: list[float | None], holds: bool | None) -> None:
    """A tie proves nothing, and a judge that could not be read is no vote for either side."""
    assert ruling([_opinion(value) for value in values], rule=Rule.MAJORITY, threshold=0.5).holds is holds


@pytest.mark.parametrize(
    ("values", "holds", "mean"),
    [([0.9, 0.6], True, 0.75), ([0.9, 0.2], False, 0.55), ([0.9, None, 0.9], True, 0.9), ([0.9, None], None, 0.9)],
)
def test_mean_compares_the_mean_of_the_scores(values: list[float | None], holds: bool | None, mean: float) -> None:
    """With mean, how sure each judge is counts, and not only which side it is on."""
    found = ruling([_opinion(value) for value in values], rule=Rule.MEAN, threshold=0.7)

    assert (found.holds, round(found.value, 9)) == (holds, mean)


def test_a_negated_ruling_turns_round_and_no_opinion_stays_none() -> None:
    """A judge that could not be read must never become a pass by a `not-` in front."""
    assert ruling([_opinion(0.8)], rule=Rule.MAJORITY, threshold=0.5).negated().holds is False
    assert ruling([_opinion(0.8)], rule=Rule.MAJORITY, threshold=0.5).negated().value == pytest.approx(0.2)
    assert ruling([_opinion(None)], rule=Rule.MAJORITY, threshold=0.5).negated().holds is None


def test_every_opinion_is_kept() -> None:
    """Who disagrees with a verdict wants to see which model gave it, by which prompt."""
    details = ruling([_opinion(1.0), _opinion(None)], rule=Rule.MAJORITY, threshold=0.5).details(Rule.MAJORITY)

    assert details["rule"] == "majority"
    assert details["judges"][1] == {  # type: ignore[index]  # JSON
        "model": "m", "prompts": ["p@1"], "pass": None, "score": None, "reason": "because", "requests": 0,
    }  # fmt: skip
