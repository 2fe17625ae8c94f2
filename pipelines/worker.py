"""
A Celery worker inside this process, and the names and sizes both kinds of worker share.

The embedded worker runs the same tasks and canvas as a separate one: messages are serialised, acknowledged and
delivered; only the broker is this process's own memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from celery import Celery
from celery.app.trace import reset_worker_optimizations, setup_worker_optimizations
from celery.worker import WorkController

from pipelines.names import QUEUES

STOP_S = 5.0


@contextmanager
def embedded_worker(app: Celery, *, threads: int, queues: Sequence[str] = QUEUES) -> Iterator[None]:
    """Run a worker on *threads* Celery threads for the length of the block; it installs no signal handlers."""
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
        yield
    finally:
        worker.stop(in_sighandler=False)
        thread.join(timeout=STOP_S)
        reset_worker_optimizations(app)
