"""
A Celery worker inside this process, and the names and sizes both kinds of worker share.

The embedded worker runs the same tasks and canvas as a separate one: messages are serialised, acknowledged and
delivered; only the broker is this process's own memory.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from attrs import define, field
from celery import Celery, platforms
from celery.app.trace import reset_worker_optimizations, setup_worker_optimizations
from celery.apps.worker import Worker
from celery.exceptions import SecurityWarning
from celery.platforms import EX_FAILURE, EX_OK
from celery.worker import WorkController, state

from pipelines.names import QUEUES


@contextmanager
def embedded_worker(app: Celery, *, threads: int, queues: Sequence[str] = QUEUES) -> Iterator[Callable[[], bool]]:
    """
    Run a worker on *threads* Celery threads for the length of the block; it installs no signal handlers.

    Yields a question: whether the worker is still there. Its thread may die, and nothing is done then.
    """
    ready = threading.Event()
    worker = WorkController(
        app=app,
        pool_cls="threads",
        concurrency=threads,
        queues=list(queues),
        loglevel="ERROR",
        ready_callback=lambda _consumer: ready.set(),
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
    # the pool's threads look their application up in the process: without this they find another one, and say nothing
    setup_worker_optimizations(app, worker.hostname)
    thread = threading.Thread(target=worker.start, name="antiphon-celery", daemon=True)
    try:
        thread.start()
        ready.wait(timeout=10)
        with _no_garbage_so_far():
            yield thread.is_alive
    finally:
        # no join: Celery's loop looks up only every two seconds; its consumers are cancelled, its thread is a daemon
        worker.stop(in_sighandler=False)
        reset_worker_optimizations(app)


def run_worker(app: Celery, *, threads: int, queues: Sequence[str], name: str, stopping: Stopping) -> None:
    """
    Run a worker in this thread until a signal stops it.

    At the first SIGTERM or SIGINT it takes nothing new; what is in hand has the grace period to end, and is given back
    then. The second one gives it back at once; the third ends the process, and what it held is free after its lease.
    """
    # Celery warns those who run as root because pickle would run anybody's code: here only JSON is accepted
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker = _SignalledWorker(
        app=app,
        pool_cls="threads",
        concurrency=threads,
        queues=list(queues),
        hostname=f"antiphon@{name}",
        loglevel=logging.getLogger().level,
        quiet=True,
        # workers need not know each other: what they share is in the ledger. Gossip also breaks when Redis restarts
        without_mingle=True,
        without_gossip=True,
        stopping=stopping,
    )
    with _no_garbage_so_far():
        worker.start()


@contextmanager
def _no_garbage_so_far() -> Iterator[None]:
    """Spare the collector what was loaded until now: looking through modules stops every thread for 0.1 s or more."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@define(eq=False)
class Stopping:
    """
    How a worker comes to its end: *begin_nothing*, then *give_back* when *grace_s* seconds have passed.

    Each signal `press`es once more. What it does runs on a thread of its own: a signal handler interrupts the main
    thread anywhere, also where it holds the locks that this needs.
    """

    begin_nothing: Callable[[], object]
    give_back: Callable[[], object]
    grace_s: float
    _pressed: int = field(default=0, init=False)
    _hurry: threading.Event = field(factory=threading.Event, init=False)

    def press(self) -> None:
        """Stop; or, at the second time, stop now; or, at the third, be gone."""
        self._pressed += 1
        if self._pressed == 1:
            threading.Thread(target=self._wind_down, name="antiphon-stopping", daemon=True).start()
        elif self._pressed == 2:
            self._hurry.set()
        else:
            os._exit(EX_FAILURE)

    def _wind_down(self) -> None:
        self.begin_nothing()
        self._hurry.wait(self.grace_s)
        self.give_back()


class _SignalledWorker(Worker):  # type: ignore[misc]  # Celery has no types
    """Celery's worker, with signals that mean what `Stopping` says: Celery's own can't give items back."""

    def on_before_init(self, *, stopping: Stopping, **options: object) -> None:
        self._stopping = stopping
        super().on_before_init(**options)

    def install_platform_tweaks(self, worker: Worker) -> None:
        super().install_platform_tweaks(worker)
        for name in ("SIGTERM", "SIGINT"):
            platforms.signals[name] = self._on_signal

    def _on_signal(self, *_: object) -> None:
        state.should_stop = EX_OK  # Celery's loop looks at this, and begins its warm shutdown
        self._stopping.press()
