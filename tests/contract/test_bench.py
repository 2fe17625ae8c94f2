"""Contract of the bench: places are bounded, and every call that was started runs."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from adapters.bench import ThreadBench
from adapters.memory.bench import InlineBench
from domain.jobs.worker_ports import Bench
from tests.kernel.parties import ANYBODY

PATIENCE_S = 60.0
PLACES = 3


@pytest.fixture(params=["inline", "threads"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Every bench, with three places."""
    if request.param == "inline":
        yield InlineBench(places=PLACES)
        return
    threads = ThreadBench(places=PLACES, idle_s=0.05)
    yield threads
    threads.close()


def test_places_are_taken_as_far_as_there_are_any(bench: Bench) -> None:
    """Who asks for many gets some rather than waiting for all."""
    assert [bench.reserve(ANYBODY, at_most, timeout_s=0) for at_most in (2, 2, 2)] == [2, 1, 0]


def test_what_is_given_back_can_be_taken_again(bench: Bench) -> None:
    """By whoever settles an attempt first, not by its thread."""
    bench.reserve(ANYBODY, PLACES, timeout_s=0)

    bench.give_back(ANYBODY, 2)
    bench.give_back(ANYBODY, 0)

    assert bench.reserve(ANYBODY, PLACES, timeout_s=0) == 2


def test_starting_a_call_runs_it_and_frees_no_place(bench: Bench) -> None:
    """The place is given back by hand: a call that hangs must not decide about it."""
    ran = [Event() for _ in range(PLACES)]
    places = bench.reserve(ANYBODY, PLACES, timeout_s=0)

    for event in ran[:places]:
        bench.start(event.set)

    assert all(event.wait(PATIENCE_S) for event in ran)
    assert bench.reserve(ANYBODY, 1, timeout_s=0) == 0
