"""
Driving a job to its end from a command: with a worker of one's own (embedded), or by watching others work.

Embedded, one process drives a job at a time. A lock file says which; the operating system frees it when that process
dies, however it dies, so the next one knows at once that the leases of the dead are void.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from filelock import FileLock, Timeout

from domain.jobs.errors import Conflict, ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.container import Antiphon, WorkerSide, broker_settings
from pipelines.selfcheck import check

LOOK_S = 0.1

Watcher = Callable[[JobView], None]


def run_to_end(antiphon: Antiphon, job_id: JobId, watch: Watcher) -> JobView:
    """
    Work on the job until it ends (embedded), or wait for the workers to; return how it ended.

    Raises:
        Conflict: another process of this machine drives the job.
        ServiceUnavailable: the database, or the broker at the first send, can't be used; the job stays resumable.
        KeyboardInterrupt: the user interrupted; the items in hand were given back.
    """
    if not antiphon.settings.is_embedded:
        WorkerSide(antiphon, places=1).relay.run_once()
        return wait_for_end(antiphon, job_id, watch)
    with only_driver(antiphon, job_id):
        return _work_to_end(antiphon, job_id, watch)


def wait_for_end(antiphon: Antiphon, job_id: JobId, watch: Watcher) -> JobView:
    """Look at the job until it has ended; return how."""
    return _look_until_end(antiphon, job_id, watch, lambda: None)


@contextmanager
def only_driver(antiphon: Antiphon, job_id: JobId) -> Iterator[None]:
    """
    Be the one process that drives the job, for the length of the block.

    Raises:
        Conflict: another one is.
    """
    lock = _lock(antiphon, job_id)
    try:
        with lock.acquire(blocking=False):
            yield
    except Timeout as exc:
        raise Conflict(
            f"job {job_id} is being run by another process on this machine; `antiphon jobs watch {job_id}` shows it"
        ) from exc


def is_driven(antiphon: Antiphon, job_id: JobId) -> bool:
    """Return whether a process is at work on the job; with a broker that is the workers' matter, and assumed."""
    if not antiphon.settings.is_embedded:
        return True
    try:
        with _lock(antiphon, job_id).acquire(blocking=False):
            return False
    except Timeout:
        return True


def take_over(antiphon: Antiphon, job_id: JobId) -> None:
    """Take over from earlier drivers; the caller is the only driver, so all of them are gone."""
    with antiphon.store.view(antiphon.tenant) as work:
        gone = work.ledger.workers_of(job_id)
    WorkerSide(antiphon, places=1).sweeper.take_over(antiphon.tenant, job_id, gone)


def _work_to_end(antiphon: Antiphon, job_id: JobId, watch: Watcher) -> JobView:
    from pipelines.worker import embedded_worker

    job = antiphon.jobs.get(antiphon.tenant, job_id).job
    side = WorkerSide(antiphon, places=job.options.concurrency)
    settings = broker_settings(antiphon.settings)
    check(settings, longest_item_s=job.options.deadline_s, longest_job_s=antiphon.settings.longest_job_s)
    with ExitStack() as stack:
        stack.enter_context(embedded_worker(side.app, threads=job.options.concurrency))
        stack.enter_context(side.loops().running())
        stack.callback(_put_down, side)
        return _look_until_end(antiphon, job_id, watch, lambda: _raise_trouble(side))


def _put_down(side: WorkerSide) -> None:
    """Give back what is in hand, so that whoever goes on need not wait for leases to run out."""
    side.bench.close()
    side.attempts.release_all()
    side.desk.close()


def _raise_trouble(side: WorkerSide) -> None:
    if side.desk.trouble is not None:
        raise ServiceUnavailable(str(side.desk.trouble))


def _look_until_end(antiphon: Antiphon, job_id: JobId, watch: Watcher, check_health: Callable[[], None]) -> JobView:
    while True:
        view = antiphon.jobs.get(antiphon.tenant, job_id)
        watch(view)
        if view.job.status.is_end:
            return view
        check_health()
        time.sleep(LOOK_S)


def _lock(antiphon: Antiphon, job_id: JobId) -> FileLock:
    folder = antiphon.settings.home / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ServiceUnavailable(
            f"the home folder {antiphon.settings.home} can't be written ({exc.strerror}); set ANTIPHON_HOME to one "
            "that can"
        ) from exc
    return FileLock(folder / f"{job_id}.lock")
