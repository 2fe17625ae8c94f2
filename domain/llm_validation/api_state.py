"""
How an API (or one of its models) stands, over many checks: unknown, up, degraded or down, with hysteresis.

One bad check says little: networks hiccup. Two in a row are a state; one good check ends it. *degraded* is an API that
lets us in while a model of it fails. What changed is told once, at the transition, with the last time all was well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs
from attrs import field, frozen
from attrs.validators import ge

FAILURES_TO_DOWN = 2
"""Bad checks in a row that make a state."""
FIRST_RECHECK = timedelta(minutes=2)
LONGEST_RECHECK = timedelta(minutes=30)
JITTER = 0.2
"""A recheck comes up to this part earlier or later, so that many APIs that broke at once are not asked at once."""


class StateName(StrEnum):
    """Where an API or a model stands."""

    UNKNOWN = "unknown"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class Observation(StrEnum):
    """What one check says: all works; we are let in, and something fails; it fails; or nothing about the API."""

    WORKS = "works"
    LIMPS = "limps"
    FAILS = "fails"
    NOTHING = "nothing"


@frozen(kw_only=True)
class Standing:
    """
    The state, and what it was made from.

    *failures* counts checks in a row that failed, *troubles* those that failed or limped. *changed_at* is when the
    state came about. *due_at* is when to look again sooner than the schedule does; None: the schedule is enough.
    """

    state: StateName = StateName.UNKNOWN
    failures: int = field(default=0, validator=ge(0))
    troubles: int = field(default=0, validator=ge(0))
    checked_at: datetime | None = None
    last_good_at: datetime | None = None
    changed_at: datetime | None = None
    due_at: datetime | None = None


NEVER_CHECKED = Standing()


def after(standing: Standing, observation: Observation, *, at: datetime, jitter: Callable[[], float]) -> Standing:
    """
    Return the standing after a check that ended *at*; *jitter* returns a number from 0 to 1.

    A check that says nothing, or is not newer than the newest one that is known (it was told late, or twice), changes
    nothing.
    """
    if observation is Observation.NOTHING or (standing.checked_at is not None and at <= standing.checked_at):
        return standing
    failures = standing.failures + 1 if observation is Observation.FAILS else 0
    troubles = 0 if observation is Observation.WORKS else standing.troubles + 1
    state = _state(standing, observation, failures=failures, troubles=troubles)
    return attrs.evolve(
        standing,
        state=state,
        failures=failures,
        troubles=troubles,
        checked_at=at,
        last_good_at=at if observation is Observation.WORKS else standing.last_good_at,
        changed_at=standing.changed_at if state is standing.state else at,
        due_at=at + recheck_after(troubles, jitter=jitter) if troubles else None,
    )


def recheck_after(troubles: int, *, jitter: Callable[[], float]) -> timedelta:
    """Return how long to wait after the *troubles*-th bad check in a row: 2 minutes, then twice as long, up to 30."""
    doubled: int = 2 ** min(troubles - 1, 10)
    return min(FIRST_RECHECK * doubled, LONGEST_RECHECK) * (1 - JITTER + 2 * JITTER * jitter())


def _state(standing: Standing, observation: Observation, *, failures: int, troubles: int) -> StateName:
    if observation is Observation.WORKS:
        return StateName.UP
    if failures >= FAILURES_TO_DOWN:
        return StateName.DOWN
    is_back = standing.state is StateName.DOWN and observation is Observation.LIMPS
    if is_back or (troubles >= FAILURES_TO_DOWN and standing.state is not StateName.DOWN):
        return StateName.DEGRADED
    return standing.state
