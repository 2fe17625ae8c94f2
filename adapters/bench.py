"""
The bench: the bounded places that items run on, and the threads behind them.

Places are counted apart from threads, so that a thread that hangs past its deadline (it can't be stopped) does not take
its place away for good. Where jobs wait for places, each free one goes to the neediest. The threads are daemons: one
that hangs does not keep the process from ending.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue

from attrs import define, field

from domain.jobs.fairness import Party, neediest

IDLE_S = 30.0


@define(eq=False)
class _Wait:
    """Somebody who waits for places; what was *got* is theirs, also if their patience ends at that moment."""

    party: Party
    at_most: int
    got: int = 0
    is_served: threading.Event = field(factory=threading.Event)


class ThreadBench:
    """
    Runs calls on at most *places* threads, not counting those that were given up.

    A thread that has had nothing to do for *idle_s* seconds ends.
    """

    def __init__(self, *, places: int, idle_s: float = IDLE_S) -> None:
        self._places = places
        self._free = places
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._closing = False
        self._held: Counter[Party] = Counter()
        self._waiting: list[_Wait] = []
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle = threading.Semaphore(0)

    def reserve(self, party: Party, at_most: int, *, timeout_s: float) -> int:
        """Wait up to *timeout_s* for a free place, take up to *at_most*, return how many; 0 also when closing."""
        wait = _Wait(party=party, at_most=at_most)
        with self._changed:
            if self._closing:
                return 0
            self._waiting.append(wait)
            self._hand_out()
        wait.is_served.wait(timeout_s)
        with self._changed:
            self._waiting.remove(wait)
            return wait.got

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    def start(self, call: Callable[[], None]) -> None:
        """Run *call* on a thread that waits for work, or on a new one."""
        if not self._idle.acquire(blocking=False):
            # before the call is handed over: a machine that gives no more threads must not run it later, unasked
            threading.Thread(target=self._work, name="antiphon-item", daemon=True).start()
        # the call's thread knows what its caller's did: whose task it is part of, for its log lines and its trace
        self._calls.put(partial(copy_context().run, call))

    def give_back(self, party: Party, places: int) -> None:
        """Free places that the party had reserved."""
        if places:
            with self._changed:
                self._held -= Counter({party: places})
                self._free += places
                self._hand_out()
                self._changed.notify_all()

    def close(self) -> None:
        """Hand out no more places; calls that run go on."""
        with self._changed:
            self._closing = True
            for wait in self._waiting:
                wait.is_served.set()

    def wait_until_free(self, *, timeout_s: float) -> bool:
        """Wait until every place is free: nobody claims or runs an item; return whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: self._free == self._places, timeout=timeout_s)

    def _hand_out(self) -> None:
        """Give the free places to those who wait, one at a time, each to the neediest."""
        while self._free and not self._closing:
            wants: dict[Party, _Wait] = {}
            for wait in self._waiting:
                if wait.got < wait.at_most:
                    wants.setdefault(wait.party, wait)
            if not wants:
                return
            served = wants[neediest(wants, self._held)]
            served.got += 1
            served.is_served.set()
            self._free -= 1
            self._held[served.party] += 1

    def _work(self) -> None:
        while True:
            try:
                call = self._calls.get(timeout=self._idle_s)
            except Empty:
                # leave only if this thread's own notice of idleness can be taken back: else a call is on its way
                if self._idle.acquire(blocking=False):
                    return
                continue
            call()
            del call
            self._idle.release()
