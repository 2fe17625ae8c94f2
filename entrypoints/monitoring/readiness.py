"""Whether this process could do its work now: each thing it needs is asked, side by side, and for a bounded time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate

from attrs import define, field, frozen

from domain.jobs.errors import AntiphonError

ASK_S = 2.0
KEPT_S = 1.0
"""Anybody may ask, so an answer is good for a second: asking often must not load what is asked."""

Ask = Callable[[], None]


@frozen(kw_only=True)
class Readiness:
    """What is missing, by the name of what was asked; empty when all is there."""

    missing: Mapping[str, str]


@define(eq=False)
class Checks:
    """
    Asks what a process needs. Each *ask* returns when all is well, and raises an AntiphonError when it is not.

    One that hangs is given up after *within_s* seconds, and not asked again until it has come back: threads that wait
    for a service which swallows packets must not pile up.
    """

    asks: Mapping[str, Ask]
    within_s: float = ASK_S
    kept_s: float = KEPT_S
    now: Callable[[], float] = time.monotonic
    _asking: dict[str, Future[None]] = field(factory=dict, init=False)
    _last: tuple[Readiness, float] | None = field(default=None, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def look(self) -> Readiness:
        """Return how things stand; those who come meanwhile wait for the same answer."""
        with self._lock:
            if self._last is None or self.now() - self._last[1] >= self.kept_s:
                self._last = (self._ask_all(), self.now())
            return self._last[0]

    def _ask_all(self) -> Readiness:
        ends = self.now() + self.within_s
        for name, ask in self.asks.items():
            if name not in self._asking:
                self._asking[name] = _begun(name, ask)
        told = {name: self._told(name, left_s=ends - self.now()) for name in self.asks}
        return Readiness(missing={name: why for name, why in told.items() if why})

    def _told(self, name: str, *, left_s: float) -> str:
        try:
            trouble = self._asking[name].exception(timeout=max(left_s, 0.0))
        except TooLate:
            return f"no answer within {self.within_s:g} s"
        del self._asking[name]
        if trouble is not None and not isinstance(trouble, AntiphonError):
            raise trouble
        return str(trouble or "")


def _begun(name: str, ask: Ask) -> Future[None]:
    answer: Future[None] = Future()

    def run() -> None:
        try:
            ask()
        except BaseException as error:  # noqa: BLE001  # who waits for the answer gets it, whatever it is
            answer.set_exception(error)
        else:
            answer.set_result(None)

    threading.Thread(target=run, name=f"antiphon-ready-{name}", daemon=True).start()
    return answer
