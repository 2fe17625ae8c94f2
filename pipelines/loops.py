"""
The loops every worker process runs beside its tasks: relay, lease keeper, sweeper, scheduler.

Any number of processes may.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from attrs import define, field, frozen
from attrs.validators import gt

from domain.jobs.attempts import AttemptsInHand
from domain.jobs.collection import Collector
from domain.jobs.errors import AntiphonError, ServiceUnavailable
from domain.jobs.planning import Planner
from domain.jobs.relaying import Relay
from pipelines.bell import RelayBell
from pipelines.notifying import Notifying

log = structlog.get_logger(__name__)


OnTrouble = Callable[[AntiphonError], None]
"""Hears of a service that can't be used just now; the log does in any case."""


def log_only(_error: AntiphonError) -> None:
    """Leave it at the log."""


@frozen(kw_only=True)
class LoopTimes:
    """How often, in seconds: relay and notifications without a ring, leases, deadlines, windows, sweeper, clock, and
    LLM APIs that failed."""

    relay_s: float = field(default=1.0, validator=gt(0))
    leases_s: float = field(default=10.0, validator=gt(0))
    deadlines_s: float = field(default=0.5, validator=gt(0))
    windows_s: float = field(default=0.25, validator=gt(0))
    sweep_s: float = field(default=5.0, validator=gt(0))
    clock_s: float = field(default=60.0, validator=gt(0))
    recheck_s: float = field(default=5.0, validator=gt(0))


@define(eq=False)
class Loops:
    """Runs the loops on daemon threads while `running`; *make_ticks* returns when to call it again, in seconds."""

    relay: Relay
    bell: RelayBell
    attempts: AttemptsInHand
    collector: Collector
    planner: Planner
    notifying: Notifying
    sweep: Callable[[], object]
    keep_permits: Callable[[], object]
    set_clock: Callable[[], object]
    make_ticks: Callable[[], float] | None = None
    recheck: Callable[[], object] | None = None
    times: LoopTimes = field(factory=LoopTimes)
    on_trouble: OnTrouble = log_only
    _stopping: threading.Event = field(factory=threading.Event, init=False)
    _threads: list[threading.Thread] = field(factory=list, init=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the loops for the length of the block."""
        try:
            self.start()
            yield
        finally:
            self.stop()

    def start(self) -> None:
        """Begin to run the loops, each on a thread of its own."""
        self._threads += [
            self._rung("antiphon-relay", self.bell, self.relay.run_once),
            self._rung("antiphon-notifying", self.notifying.bell, self.notifying.round),
            self._timer("antiphon-leases", self.times.leases_s, self.attempts.keep_leases),
            self._timer("antiphon-plans", self.times.leases_s, self.planner.keep_leases),
            self._timer("antiphon-deadlines", self.times.deadlines_s, self.attempts.end_overdue),
            self._timer("antiphon-windows", self.times.windows_s, self._top_up),
            self._timer("antiphon-sweeper", self.times.sweep_s, self.sweep),
            self._timer("antiphon-permits", self.times.leases_s, self.keep_permits),
            self._timer("antiphon-clock", self.times.clock_s, self.set_clock),
        ]
        if self.make_ticks is not None:
            self._threads.append(self._paced("antiphon-scheduler", self.make_ticks))
        if self.recheck is not None:
            self._threads.append(self._timer("antiphon-rechecking", self.times.recheck_s, self.recheck))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the loops that have begun: an interrupt may come between two of them."""
        self._stopping.set()
        self.bell.ring()
        self.notifying.bell.ring()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=5.0)

    def _top_up(self) -> None:
        for tenant, job_id in self.attempts.jobs():
            self.collector.top_up(tenant, job_id)

    def _timer(self, name: str, every_s: float, move: Callable[[], object]) -> threading.Thread:
        def loop() -> None:
            while not self._stopping.wait(every_s):
                self._survive(name, move)

        return threading.Thread(target=loop, name=name, daemon=True)

    def _rung(self, name: str, bell: RelayBell, move: Callable[[], object]) -> threading.Thread:
        """Return a thread that moves while there is something to do, and else when it is rung for, or time passes."""

        def loop() -> None:
            while not self._stopping.is_set():
                if not self._survive(name, move):
                    bell.wait(self.times.relay_s)

        return threading.Thread(target=loop, name=name, daemon=True)

    def _paced(self, name: str, move: Callable[[], float]) -> threading.Thread:
        """Return a thread that moves, and rests for as long as the move says."""

        def loop() -> None:
            rest_s = 0.0
            while not self._stopping.wait(rest_s):
                said = self._survive(name, move)
                rest_s = said if isinstance(said, float) else self.times.relay_s

        return threading.Thread(target=loop, name=name, daemon=True)

    def _survive(self, name: str, move: Callable[[], object]) -> object:
        """Make the move; a loop outlives what goes wrong in one round, and says so."""
        try:
            return move()
        except ServiceUnavailable as error:
            log.warning("a loop waits for a service", loop=name, error=str(error))
            self.on_trouble(error)
        except Exception:  # the loop is the guarantee: it must not die of one job's trouble
            log.exception("a loop failed in one round; it goes on", loop=name)
        return None
