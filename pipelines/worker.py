"""
A Celery worker inside this process, and the names and sizes both kinds of worker share.

The embedded worker runs the same tasks and canvas as a separate one: messages are serialised, acknowledged and
delivered; only the broker is this process's own memory.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from celery import Celery
from celery.app.trace import reset_worker_optimizations, setup_worker_optimizations
from celery.apps.worker import Worker
from celery.signals import worker_shutting_down
from celery.worker import WorkController

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
    thread.start()
    ready.wait(timeout=10)
    try:
        yield thread.is_alive
    finally:
        # no join: Celery's loop looks up only every two seconds; its consumers are cancelled, its thread is a daemon
        worker.stop(in_sighandler=False)
        reset_worker_optimizations(app)


def run_worker(app: Celery, *, threads: int, queues: Sequence[str], name: str, stopping: Callable[[], None]) -> None:
    """
    Run a worker in this thread until a signal stops it.

    *stopping* is called at the first signal, before Celery waits for the tasks in hand: they should end soon.
    """

    def tell(**_: object) -> None:
        stopping()

    worker_shutting_down.connect(tell)
    try:
        Worker(
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
        ).start()
    finally:
        worker_shutting_down.disconnect(tell)
