"""
The bench: the bounded places that items run on, and the threads behind them.

Places are counted apart from threads, so that a thread that hangs past its deadline (it can't be stopped) does not take
its place away for good. The threads are daemons: one that hangs does not keep the process from ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

IDLE_S = 30.0


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
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle = threading.Semaphore(0)

    def reserve(self, at_most: int, *, timeout_s: float) -> int:
        """Wait up to *timeout_s* for a free place, take up to *at_most*, return how many; 0 also when closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._closing, timeout=timeout_s)
            taken = 0 if self._closing else min(self._free, at_most)
            self._free -= taken
            return taken

    def start(self, call: Callable[[], None]) -> None:
        """Run *call* on a thread that waits for work, or on a new one."""
        if not self._idle.acquire(blocking=False):
            # before the call is handed over: a machine that gives no more threads must not run it later, unasked
            threading.Thread(target=self._work, name="antiphon-item", daemon=True).start()
        self._calls.put(call)

    def give_back(self, places: int) -> None:
        """Free reserved places."""
        if places:
            with self._changed:
                self._free += places
                if self._closing:  # nobody reserves any more, and who waits for all of them must hear of each
                    self._changed.notify_all()
                else:
                    self._changed.notify(places)

    def close(self) -> None:
        """Hand out no more places; calls that run go on."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def wait_until_free(self, *, timeout_s: float) -> bool:
        """Wait until every place is free: nobody claims or runs an item; return whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: self._free == self._places, timeout=timeout_s)

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
