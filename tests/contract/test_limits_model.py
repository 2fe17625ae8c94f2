"""Redis' scripts against the rules they repeat: the same wishes at the same moments, the same answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from adapters.memory.limits import MemoryLimiter
from adapters.redis.connection import connect
from adapters.redis.limits import RedisLimiter
from domain.limits.limit import MICROSECONDS, Limit, LimitKey, Rate
from domain.limits.ports import Ending, Granted, Limiter, Permit, Wait

pytestmark = pytest.mark.redis

START = 1_700_000_000 * MICROSECONDS
"""As many digits as the server's time has: the scripts must not lose the last ones."""

rates = st.none() | st.builds(Rate, amount=st.integers(1, 200), window_s=st.sampled_from([0.5, 1.0, 60.0]))
amounts = st.tuples(st.none() | st.integers(1, 4), rates, rates)
moves = st.tuples(
    st.sampled_from(["ask", "ask", "ask", "release", "unused", "extend", "pause"]),
    st.integers(0, 3),  # which claimant, and how many
    st.integers(0, 30),  # tokens
    st.sampled_from([0, 1, 1_000, 20_000, 100_000, 1_100_000]),  # microseconds that pass
)


@pytest.fixture(scope="module")
def client() -> Iterator[Redis]:
    """The real Redis."""
    with connect(os.environ["ANTIPHON_TEST_REDIS_URL"]) as client:
        yield client


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=amounts, second=amounts, script=st.lists(moves, max_size=40))
def test_redis_answers_as_the_rules_say(
    client: Redis,
    first: tuple[int | None, Rate | None, Rate | None],
    second: tuple[int | None, Rate | None, Rate | None],
    script: list[tuple[str, int, int, int]],
) -> None:
    """The rules are proved as functions; only what answers alike may lean on that."""
    limits = tuple(
        Limit(key=LimitKey(uuid.uuid4().hex), concurrency=slots, requests=requests, tokens=tokens)
        for slots, requests, tokens in (first, second)
    )
    clock = [START]
    pair: tuple[Limiter, Limiter] = (MemoryLimiter(lambda: clock[0]), RedisLimiter(client, now_us=lambda: clock[0]))
    held: tuple[list[Permit], list[Permit]] = ([], [])
    for move, number, tokens, passing in script:
        clock[0] += passing
        answers = [_made(store, mine, limits, move, number, tokens) for store, mine in zip(pair, held, strict=True)]
        assert answers[0] == answers[1]


def _made(
    store: Limiter, held: list[Permit], limits: tuple[Limit, ...], move: str, number: int, tokens: int
) -> float | int | None:
    if move == "ask":
        answer = store.acquire(limits, claimant=str(number), at_most=1 + number, tokens=tokens, lease_s=0.5)
        if isinstance(answer, Wait):
            return answer.wait_s
        held += answer.permits
        return _count(answer)
    if move == "pause":
        store.pause(limits[0].key, seconds=number / 10)
    elif held and move == "extend":
        store.extend(held[:number], lease_s=1.5)
    elif held:
        store.release([Ending(permit=held.pop(0), tokens=tokens, was_made=move == "release")])
    return None


def _count(answer: Granted) -> int:
    return len(answer.permits)
