"""States of LLM APIs: whatever checks bring, in whatever order they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.llm_validation.api_state import (
    FIRST_RECHECK,
    JITTER,
    LONGEST_RECHECK,
    NEVER_CHECKED,
    Observation,
    Standing,
    StateName,
    after,
    recheck_after,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
observations = st.lists(st.sampled_from(Observation), max_size=30)


def moved(seen: list[Observation]) -> list[Standing]:
    """Return the standing before, and after each observation, one a minute."""
    standings = [NEVER_CHECKED]
    for no, observation in enumerate(seen):
        standings.append(after(standings[-1], observation, at=NOW + timedelta(minutes=no), jitter=lambda: 0.5))
    return standings


@given(observations)
def test_one_success_is_up_and_the_last_good_time_is_its(seen: list[Observation]) -> None:
    """Who waits for an API to come back hears of it at the first check that works."""
    standings = moved(seen)

    for no, observation in enumerate(seen):
        if observation is Observation.WORKS:
            assert standings[no + 1].state is StateName.UP
            assert standings[no + 1].last_good_at == NOW + timedelta(minutes=no)
    goods = [no for no, observation in enumerate(seen) if observation is Observation.WORKS]
    assert standings[-1].last_good_at == (NOW + timedelta(minutes=goods[-1]) if goods else None)


@given(observations)
def test_down_is_two_failures_in_a_row_and_never_fewer(seen: list[Observation]) -> None:
    """One hiccup of a network must wake nobody; two failures must not be missed."""
    standings = moved(seen)
    said = [one for one in seen if one is not Observation.NOTHING]

    is_down = standings[-1].state is StateName.DOWN
    assert is_down == (said[-2:] == [Observation.FAILS] * 2)


@given(observations)
def test_a_state_that_is_good_survives_one_bad_check(seen: list[Observation]) -> None:
    """Hysteresis: from up, no single check leads anywhere else."""
    for bad in (Observation.FAILS, Observation.LIMPS, Observation.NOTHING):
        up = moved([*seen, Observation.WORKS])[-1]

        assert after(up, bad, at=NOW + timedelta(days=1), jitter=lambda: 0.5).state is StateName.UP


@given(observations)
def test_degraded_is_for_those_that_let_us_in(seen: list[Observation]) -> None:
    """An API in whose last two checks nothing limped is not degraded: it works, or it does not."""
    standings = moved(seen)
    said = [one for one in seen if one is not Observation.NOTHING]

    if standings[-1].state is StateName.DEGRADED:
        assert Observation.LIMPS in said
        assert said[-1] is not Observation.WORKS
    if said[-2:] == [Observation.LIMPS] * 2:
        assert standings[-1].state is StateName.DEGRADED


@given(observations)
def test_what_says_nothing_changes_nothing(seen: list[Observation]) -> None:
    """A worker that was killed three times says nothing about a provider."""
    without = [one for one in seen if one is not Observation.NOTHING]
    times = [no for no, one in enumerate(seen) if one is not Observation.NOTHING]
    standing = NEVER_CHECKED
    for no, observation in zip(times, without, strict=True):
        standing = after(standing, observation, at=NOW + timedelta(minutes=no), jitter=lambda: 0.5)

    assert moved(seen)[-1] == standing


@given(observations, st.sampled_from(Observation), st.integers(min_value=0, max_value=60))
def test_what_is_told_late_or_twice_changes_nothing(seen: list[Observation], late: Observation, minutes: int) -> None:
    """Two validations that end together may be noted in any order: the newest check counts."""
    standing = moved(seen)[-1]
    if standing.checked_at is None:
        return

    again = after(standing, late, at=standing.checked_at - timedelta(minutes=minutes), jitter=lambda: 0.5)

    assert again == standing


@given(observations)
def test_it_is_looked_after_sooner_exactly_while_something_is_wrong(seen: list[Observation]) -> None:
    """The schedule is enough for what works; what does not has a time of its own."""
    standing = moved(seen)[-1]

    assert (standing.due_at is not None) == (standing.troubles > 0)


@given(observations)
def test_the_time_of_a_change_is_that_of_the_check_that_brought_it(seen: list[Observation]) -> None:
    """Reports say since when something is down."""
    for before, now in pairwise(moved(seen)):
        if now.state is not before.state:
            assert now.changed_at == now.checked_at
        else:
            assert now.changed_at == before.changed_at


@given(st.integers(min_value=1, max_value=10_000), st.floats(min_value=0, max_value=1))
def test_rechecks_are_sooner_than_hourly_and_spread(troubles: int, share: float) -> None:
    """Forty APIs that broke with one firewall must not be asked in one second, nor an hour later."""
    wait = recheck_after(troubles, jitter=lambda: share)

    assert FIRST_RECHECK * (1 - JITTER) <= wait <= LONGEST_RECHECK * (1 + JITTER) < timedelta(hours=1)
