"""The bench of threads: every call runs, places are never exceeded, and a call that hangs takes none with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event, Lock, Thread

import pytest
from attrs import evolve

from adapters.bench import ThreadBench
from domain.tenancy import OrganizationId
from tests.kernel.parties import ANYBODY
from tests.kernel.patience import in_thread
from tests.pipelines.looking import look_until

PATIENCE_S = 60.0
HAMMERERS = 8
CALLS = 4000


@pytest.mark.parametrize("idle_s", [0.0, 0.0002, 30.0])
def test_every_call_runs_once(idle_s: float) -> None:
    """Threads end and begin all the time when their patience is this short; no call may fall in between."""
    with _bench(places=16, idle_s=idle_s) as bench:
        counts = Counts(expected=CALLS)

        hammerers = [in_thread(counts.run_some, bench, CALLS // HAMMERERS) for _ in range(HAMMERERS)]
        for hammerer in hammerers:
            hammerer.result(PATIENCE_S)

        assert counts.all_done.wait(PATIENCE_S), f"{counts.done} of {CALLS} calls ran"
        assert counts.most <= 16
        assert bench.reserve(ANYBODY, 100, timeout_s=0) == 16, "all places are free again"


def test_no_more_places_are_given_than_there_are() -> None:
    """As many as asked for, as far as there are any; then none, without waiting longer than said."""
    with _bench(places=5) as bench:
        assert [bench.reserve(ANYBODY, at_most, timeout_s=0) for at_most in (2, 9, 1)] == [2, 3, 0]
        bench.give_back(ANYBODY, 0)
        assert bench.reserve(ANYBODY, 1, timeout_s=0) == 0
        bench.give_back(ANYBODY, 4)
        assert bench.reserve(ANYBODY, 9, timeout_s=0) == 4


def test_who_waits_for_a_place_gets_the_next_one() -> None:
    """A Celery thread sleeps until then; it does not ask in a loop."""
    with _bench(places=1) as bench:
        bench.reserve(ANYBODY, 1, timeout_s=0)
        waiting = in_thread(bench.reserve, ANYBODY, 1, timeout_s=PATIENCE_S)

        bench.give_back(ANYBODY, 1)

        assert waiting.result(PATIENCE_S) == 1


def test_a_closing_bench_gives_no_places_and_wakes_who_waits() -> None:
    """The process stops: nothing begins any more, and nothing waits for what will not come."""
    with _bench(places=1) as bench:
        bench.reserve(ANYBODY, 1, timeout_s=0)
        waiting = in_thread(bench.reserve, ANYBODY, 1, timeout_s=PATIENCE_S)

        bench.close()
        bench.give_back(ANYBODY, 1)

        assert (waiting.result(PATIENCE_S), bench.reserve(ANYBODY, 1, timeout_s=0)) == (0, 0)


def test_a_call_that_hangs_costs_a_thread_and_no_place() -> None:
    """Its place is given back by whoever gave up on it; the next call has a thread of its own."""
    goes_on, ran = Event(), Event()
    with _bench(places=1) as bench:
        bench.reserve(ANYBODY, 1, timeout_s=0)
        hanging = _start(bench, lambda: _wait(goes_on))
        bench.give_back(ANYBODY, 1)

        assert bench.reserve(ANYBODY, 1, timeout_s=0) == 1
        bench.start(ran.set)
        assert ran.wait(PATIENCE_S)

        goes_on.set()
        hanging.result(PATIENCE_S).join(PATIENCE_S)


def test_threads_are_used_again() -> None:
    """Making a thread for each item would cost more than the claim."""
    with _bench(places=1) as bench:
        used = {_run_alone(bench) for _ in range(50)}

    assert len(used) <= 3, "the thread may still be putting its call away when the next one comes"


def test_threads_without_work_end() -> None:
    """A worker that had a burst must not keep its threads until it stops."""
    with _bench(places=4, idle_s=0.01) as bench:
        threads = [_start(bench, lambda: None).result(PATIENCE_S) for _ in range(4)]

        for thread in threads:
            thread.join(PATIENCE_S)

        assert not any(thread.is_alive() for thread in threads)
        assert _start(bench, lambda: None).result(PATIENCE_S), "and begin again when there is"


def test_threads_do_not_keep_the_process_alive() -> None:
    """One that hangs would keep an interrupted command from ending."""
    with _bench(places=1) as bench:
        assert _start(bench, lambda: None).result(PATIENCE_S).daemon


class Counts:
    """What the calls of a bench say about themselves."""

    def __init__(self, *, expected: int) -> None:
        self.done = self.most = self._running = 0
        self.all_done = Event()
        self._expected = expected
        self._lock = Lock()

    def run_some(self, bench: ThreadBench, count: int) -> None:
        """Run that many calls, as places come free."""
        while count:
            places = bench.reserve(ANYBODY, min(count, 3), timeout_s=PATIENCE_S)
            count -= places
            for _ in range(places):
                bench.start(lambda: self._call(bench))

    def _call(self, bench: ThreadBench) -> None:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        with self._lock:
            self._running -= 1
            self.done += 1
        bench.give_back(ANYBODY, 1)
        if self.done == self._expected:
            self.all_done.set()


@contextmanager
def _bench(*, places: int, idle_s: float = 0.05) -> Iterator[ThreadBench]:
    """Yield a bench whose threads end soon after the test."""
    bench = ThreadBench(places=places, idle_s=idle_s)
    try:
        yield bench
    finally:
        bench.close()


def _start(bench: ThreadBench, call: object) -> Future[Thread]:
    """Run the call; the future tells on which thread, before the call begins."""
    told: Future[Thread] = Future()

    def tell_and_call() -> None:
        told.set_result(threading.current_thread())
        assert callable(call)
        call()

    bench.start(tell_and_call)
    return told


def _run_alone(bench: ThreadBench) -> Thread:
    done = Event()
    thread = _start(bench, done.set)
    assert done.wait(PATIENCE_S)
    return thread.result(0)


def _wait(event: Event) -> None:
    assert event.wait(PATIENCE_S)


def test_a_small_job_gets_the_next_place_beside_one_that_holds_all() -> None:
    """An organization that came later does not wait for the end of another one's ten thousand items."""
    greedy, small = (evolve(ANYBODY, organization_id=OrganizationId(name)) for name in ("greedy", "small"))
    with _bench(places=2) as bench:
        bench.reserve(greedy, 2, timeout_s=0)
        first = in_thread(bench.reserve, greedy, 2, timeout_s=PATIENCE_S)
        look_until(lambda: bench.waiting == 1)
        second = in_thread(bench.reserve, small, 2, timeout_s=PATIENCE_S)
        look_until(lambda: bench.waiting == 2)

        bench.give_back(greedy, 1)
        assert second.result(PATIENCE_S) == 1
        bench.give_back(greedy, 1)

        assert first.result(PATIENCE_S) == 1
