"""The deadline that follows latency: bounded on both sides, quick to grow, and switched off by a word."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.patience import Patience, PatienceRule

durations = st.lists(st.floats(0, 100, allow_nan=False), max_size=60)
rules = st.builds(
    PatienceRule,
    floor_s=st.floats(0.5, 20),
    factor=st.floats(1, 10),
    least=st.integers(1, 20),
    kept=st.integers(20, 40),
)


@given(seen=durations, rule=rules, cap_s=st.floats(1, 120))
def test_the_deadline_is_what_the_rule_says(seen: list[float], rule: PatienceRule, cap_s: float) -> None:
    """A plain statement of the rule over the newest durations, sorted anew each time."""
    patience = _patience(seen, rule, cap_s)

    newest = sorted(seen[-rule.kept :])
    expected = cap_s
    if len(newest) >= rule.least:
        expected = min(max(rule.factor * newest[ceil(0.99 * len(newest)) - 1], rule.floor_s), cap_s)
    assert patience.deadline_s == expected


@given(seen=durations, cap_s=st.floats(1, 120))
def test_a_deadline_that_was_asked_for_is_taken_as_said(seen: list[float], cap_s: float) -> None:
    """`--deadline 60` means 60."""
    patience = Patience(cap_s=cap_s, follows_latency=False)
    for duration_s in seen:
        patience.note(duration_s)

    assert patience.deadline_s == cap_s


def test_a_target_that_becomes_slower_gets_more_time() -> None:
    """Attempts that reach their deadline count as slow ones: few are lost until the deadline has grown."""
    rule = PatienceRule(floor_s=1, factor=5, least=50, kept=1000)
    patience = _patience([0.1] * 100, rule, 60)
    lost = 0
    while patience.deadline_s < 20:
        patience.note(patience.deadline_s)
        lost += 1

    assert lost <= 10
    assert patience.deadline_s == pytest.approx(25)


def _patience(seen: list[float], rule: PatienceRule, cap_s: float) -> Patience:
    patience = Patience(cap_s=cap_s, follows_latency=True, rule=rule)
    for duration_s in seen:
        patience.note(duration_s)
    return patience
