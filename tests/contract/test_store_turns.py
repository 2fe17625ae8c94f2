"""Contract of the store: one process at a time has a duty of the installation, and loses it when it misses a turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from domain.jobs.item import WorkerId
from domain.jobs.turns import Turn
from tests.contract.building import NOW, KernelStore, after

REST_S = 10.0


def test_the_first_who_asks_keeps_the_duty(store: KernelStore) -> None:
    """N workers that sweep cost the database N times as much, for nothing."""
    assert store.take_turn(_turn("ada"))

    for second in range(10, 100, 10):
        assert not store.take_turn(_turn("eve", now=after(second - 1)))
        assert store.take_turn(_turn("ada", now=after(second)))


def test_a_turn_is_not_taken_twice(store: KernelStore) -> None:
    """Who asks more often than the duty is due gets it when it is due."""
    assert store.take_turn(_turn("ada"))

    assert not store.take_turn(_turn("ada", now=after(8.9)))
    assert store.take_turn(_turn("ada", now=after(9.0)))


def test_a_missed_turn_goes_to_another(store: KernelStore) -> None:
    """The sweeper is the guarantee: it must not end with the one process that had the duty."""
    store.take_turn(_turn("ada"))

    assert not store.take_turn(_turn("eve", now=after(14.9)))
    assert store.take_turn(_turn("eve", now=after(15.0)))
    assert not store.take_turn(_turn("ada", now=after(25.0)))


def test_a_turn_from_the_future_counts_for_nothing(store: KernelStore) -> None:
    """A standby whose clock is behind became the database: nobody would sweep until it has caught up."""
    store.take_turn(_turn("ada", now=after(3600)))

    assert store.take_turn(_turn("eve"))


def test_duties_are_apart(store: KernelStore) -> None:
    """Who sweeps need not do everything else as well."""
    assert store.take_turn(_turn("ada"))
    assert store.take_turn(_turn("eve", duty="tidy"))


def test_one_of_many_who_ask_at_once_gets_it(shared_store: KernelStore) -> None:
    """All workers of a cluster start at the same second."""
    names = [f"worker-{no}" for no in range(8)]

    with ThreadPoolExecutor(max_workers=8) as threads:
        taken = list(threads.map(lambda name: shared_store.take_turn(_turn(name)), names))

    assert sum(taken) == 1


def _turn(holder: str, *, now: datetime = NOW, duty: str = "sweep") -> Turn:
    return Turn(duty=duty, holder=WorkerId(holder), now=now, rest_s=REST_S)
