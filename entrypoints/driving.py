"""
Driving a job to its end from a command: with a worker of one's own (embedded), or by watching others work.

Embedded, one process drives a job at a time. A lock file says which; the operating system frees it when that process
dies, however it dies, so the next one knows at once that the leases of the dead are void.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from filelock import FileLock, Timeout
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from domain.jobs.errors import AntiphonError, Conflict, ServiceUnavailable
from domain.jobs.job import Job, JobId, JobOptions
from domain.jobs.service import JobView
from domain.tenancy import TenantContext
from entrypoints.container import Antiphon
from entrypoints.health import DriverWatch, StoreWatch, check_worker
from entrypoints.sending import FirstSend
from entrypoints.settings import Settings
from entrypoints.worker_side import WorkerSide, broker_settings

LOOK_S = 0.1
LONGEST_S = 1.0
LOOKING = 20
"""Times what a look takes until the next: counting a job's items must not keep its own process from working."""
TURN_S = 1.0
"""How long to try for a job's lock: those who only look whether it is held hold it for an instant themselves."""

PUT_DOWN_S = 2.0
TELLING_S = 12.0
"""How long a command whose job has ended stays to tell webhooks: the longest that one of them may take, and a bit."""

WORKER = "worker"

Watcher = Callable[[JobView], None]


def check_drivable(settings: Settings, options: JobOptions) -> None:
    """
    Refuse settings that such a job could not be driven with, and load what drives it: before the job is accepted.

    Raises:
        BrokenSettings: a broker or result store that can't work, or times too short for the job.
    """
    from pipelines.selfcheck import check

    if settings.is_embedded:
        import pipelines.canvas
        import pipelines.loops
        import pipelines.memory_results
        import pipelines.subscriptions
        import pipelines.tasks
        import pipelines.worker  # noqa: F401  # what can't be loaded has accepted nothing

    check(broker_settings(settings), longest_item_s=options.deadline_s, longest_job_s=settings.longest_job_s)


def run_to_end(antiphon: Antiphon, job_id: JobId, watch: Watcher) -> JobView:
    """
    Work on the job until it ends (embedded), or wait for the workers to; return how it ended.

    Raises:
        Conflict: another process of this machine drives the job.
        ServiceUnavailable: the database can't be used; the job stays resumable.
        NotSentYet: the broker can't be reached.
        KeyboardInterrupt: the user interrupted; the items in hand were given back.
    """
    if not antiphon.settings.is_embedded:
        return _hand_in(antiphon, antiphon.jobs.get(antiphon.tenant, job_id).job, watch)
    if has_worker(antiphon):
        return wait_for_end(antiphon, job_id, watch)
    with only_driver(antiphon, job_id):
        return _work_to_end(antiphon, antiphon.jobs.get(antiphon.tenant, job_id).job, watch)


def _hand_in(antiphon: Antiphon, job: Job, watch: Watcher) -> JobView:
    from pipelines.services import ask_broker

    sending, broker = FirstSend(), broker_settings(antiphon.settings)
    sending.begin(
        WorkerSide(antiphon, places=1, only_job=job).relay,
        ask_broker=functools.partial(ask_broker, broker, timeout_s=broker.connect_timeout_s),
    )
    return _look_until_end(antiphon, job.id, watch, sending.check)


def wait_for_end(antiphon: Antiphon, job_id: JobId, watch: Watcher) -> JobView:
    """
    Look at the job until it has ended; return how.

    Raises:
        NobodyDrives: no process has been at work on it for some seconds (embedded).
    """
    driver = DriverWatch(lambda: is_driven(antiphon, job_id), job_id=job_id)
    return _look_until_end(antiphon, job_id, watch, driver.check)


@contextmanager
def only_driver(antiphon: Antiphon, job_id: JobId, *, patience_s: float = TURN_S) -> Iterator[None]:
    """
    Be the one process that drives the job, for the length of the block.

    Raises:
        Conflict: another one is, or will be: an `antiphon api` of this home drives all jobs.
        ServiceUnavailable: the home folder can't be written.
    """
    lock = _lock(antiphon, job_id)
    try:
        lock.acquire(timeout=patience_s, poll_interval=0.02)
    except Timeout as exc:
        raise Conflict(
            f"job {job_id} is being run by another process on this machine; `antiphon jobs watch {job_id}` shows it"
        ) from exc
    except OSError as exc:
        raise _unwritable(antiphon, exc) from exc
    try:
        if has_worker(antiphon):  # asked while holding the job: it asks for jobs that are held while it holds its own
            raise Conflict(
                f"job {job_id} is the work of the `antiphon api` of this home; `antiphon jobs watch {job_id}`"
            )
        yield
    finally:
        lock.release()


def has_worker(antiphon: Antiphon) -> bool:
    """Return whether others than commands work on jobs: a server's workers, or an `antiphon api` of this home."""
    # who only looks, like this, holds it for an instant himself
    return not antiphon.settings.is_embedded or _is_held(antiphon, WORKER, patience_s=0.2)


def is_driven(antiphon: Antiphon, job_id: JobId) -> bool:
    """Return whether a process is at work on the job; where there are workers that is their matter, and assumed."""
    return has_worker(antiphon) or is_being_driven(antiphon, job_id)


def is_being_driven(antiphon: Antiphon, job_id: JobId) -> bool:
    """Return whether a command of this machine is at work on the job."""
    return _is_held(antiphon, job_id)


def clean_up_after_driver(antiphon: Antiphon, job_id: JobId) -> None:
    """Take over from earlier drivers, unless one of them lives and sees to it itself."""
    if antiphon.settings.is_embedded:
        with suppress(Conflict), only_driver(antiphon, job_id, patience_s=0.1):
            take_over(antiphon, job_id)


def take_over(antiphon: Antiphon, job_id: JobId, *, tenant: TenantContext | None = None) -> None:
    """Take over from earlier drivers; the caller is the only driver, so all of them are gone."""
    of = tenant or antiphon.tenant
    with antiphon.store.view(of) as work:
        gone = work.ledger.workers_of(job_id)
    WorkerSide(antiphon, places=1).sweeper.take_over(of, job_id, gone)


def _work_to_end(antiphon: Antiphon, job: Job, watch: Watcher) -> JobView:
    from pipelines.worker import embedded_worker

    store = StoreWatch(patience_s=antiphon.patience_s)
    side = WorkerSide(antiphon, places=job.options.concurrency, only_job=job, on_trouble=store.note)

    def check_health(view: JobView) -> None:
        check_worker(is_alive=is_alive(), job_id=job.id)
        if side.desk.trouble is not None:  # it has been patient itself
            raise side.desk.trouble
        store.check(view)

    with ExitStack() as stack:
        is_alive = stack.enter_context(embedded_worker(side.app, threads=job.options.concurrency))
        loops = side.loops()
        stack.callback(loops.stop)
        stack.enter_context(put_down_at_the_end(side))
        loops.start()  # last: with it items begin, and an interrupt that comes from here on gives them back
        view = _look_until_end(antiphon, job.id, watch, check_health)
        with suppress(AntiphonError, KeyboardInterrupt):  # the job has ended; the next command tells what this can't
            side.notifying.flush(timeout_s=TELLING_S)
        return view


@contextmanager
def put_down_at_the_end(side: WorkerSide) -> Iterator[None]:
    """Give back what is in hand, so that whoever goes on need not wait; a store that refuses takes nothing back."""
    store_works = True
    try:
        yield
    except ServiceUnavailable:
        store_works = False
        side.desk.abandon()
        raise
    finally:
        side.stop()
        if store_works:
            side.attempts.close()
            side.bench.wait_until_free(timeout_s=PUT_DOWN_S)  # for claims that were under way
            side.desk.close()


def _look_until_end(
    antiphon: Antiphon, job_id: JobId, watch: Watcher, check_health: Callable[[JobView], None]
) -> JobView:
    look = retry(
        retry=retry_if_exception_type(ServiceUnavailable),
        stop=stop_after_delay(antiphon.patience_s),
        wait=wait_fixed(LOOK_S),
        reraise=True,
    )(antiphon.jobs.get)
    while True:
        began = time.monotonic()
        view = look(antiphon.tenant, job_id)  # a database that fails over cuts off who only looks on, too
        took_s = time.monotonic() - began
        watch(view)
        if view.job.status.is_end:
            return view
        check_health(view)
        time.sleep(min(max(LOOK_S, LOOKING * took_s), LONGEST_S))


def lock_of_worker(antiphon: Antiphon) -> FileLock:
    """Return the lock of who works on all jobs of an embedded installation."""
    return _lock(antiphon, WORKER)


def _is_held(antiphon: Antiphon, name: str, *, patience_s: float = 0) -> bool:
    lock = _lock(antiphon, name)
    try:
        lock.acquire(timeout=patience_s, poll_interval=0.02)
    except Timeout:
        return True
    except OSError as exc:
        raise _unwritable(antiphon, exc) from exc
    lock.release()
    return False


def _lock(antiphon: Antiphon, name: str) -> FileLock:
    folder = antiphon.settings.home / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise _unwritable(antiphon, exc) from exc
    return FileLock(folder / f"{name}.lock")


def _unwritable(antiphon: Antiphon, exc: OSError) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"the home folder {antiphon.settings.home} can't be written ({exc.strerror or exc}); free some space there, or "
        "set ANTIPHON_HOME to a folder that can"
    )
