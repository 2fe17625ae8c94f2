"""Items on real threads: the limit inside a process, calls that hang, and what they bring in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Barrier, Lock

from adapters.bench import ThreadBench
from domain.jobs.errors import FailureKind, TransientFailure
from domain.jobs.events import LateRecord
from domain.jobs.execution import Executor
from domain.jobs.item import Item, ItemNo, Outcome
from domain.jobs.job import JobOptions
from tests.contract.building import US, numbers
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.patience import PATIENCE_S, HangingWork, TellingDesk, in_thread
from tests.kernel.world import Kernel
from tests.pipelines.looking import look_until


def test_one_process_never_runs_more_items_than_the_job_allows() -> None:
    """Several Celery threads work for one job; its limit is theirs together, whatever the bench could take."""
    watch = Watch(together=2)
    family = ScriptedFamily(work=watch.work)
    kernel = Kernel(family=family)
    job = kernel.sent(40, options=JobOptions(concurrency=2))

    with _worker(kernel, places=16) as worker:
        parts = [in_thread(worker.execute, US, job.id, numbers(*range(first, 40, 4))) for first in range(4)]
        answers = [part.result(PATIENCE_S) for part in parts]
        asked_again = worker.execute(US, job.id, [no for answer in answers for no in answer.waiting])

    assert watch.most == 2
    assert (asked_again.waiting, sorted(family.calls)) == ((), list(range(40)))
    assert kernel.states(job.id) == ["succeeded"] * 40


def test_a_process_never_runs_more_items_than_it_has_places() -> None:
    """The places bound connections and memory, whatever the jobs would allow."""
    watch = Watch(together=3)
    kernel = Kernel(family=ScriptedFamily(work=watch.work))
    job = kernel.sent(30, options=JobOptions(concurrency=16))

    with _worker(kernel, places=3) as worker:
        answer = in_thread(worker.execute, US, job.id, numbers(*range(30))).result(PATIENCE_S)

    assert (watch.most, len(answer.settled)) == (3, 30)


def test_a_call_that_hangs_is_ended_by_its_deadline_and_frees_its_place() -> None:
    """A thread can't be stopped; neither the job nor the process may wait for it."""
    hanging = HangingWork()
    family = ScriptedFamily(work=hanging)
    kernel = Kernel(family=family)
    job = kernel.sent(2, options=JobOptions(deadline_s=10, concurrency=1))

    with _worker(kernel, places=1) as worker, _going_on(hanging):
        stuck = in_thread(worker.execute, US, job.id, numbers(0))
        assert hanging.begun.wait(PATIENCE_S)
        kernel.clock.advance(9.9)
        worker.attempts.end_overdue()
        assert len(worker.attempts) == 1, "not before its time"
        kernel.clock.advance(0.1)
        worker.attempts.end_overdue()

        assert stuck.result(PATIENCE_S).settled == ((0, "failed"),)
        family.work = lambda _: PASSED
        assert worker.execute(US, job.id, numbers(1)).settled == ((1, "succeeded"),)

    failure = kernel.items(job.id)[0].last_failure
    assert failure is not None
    assert (failure.kind, failure.message[:37]) == ("timed_out", "no answer within the deadline of 10 s")


def test_what_a_late_thread_brings_changes_nothing_and_is_told() -> None:
    """Its item has ended already; the history says that an answer came too late, for whoever tunes deadlines."""
    hanging = HangingWork()
    kernel = Kernel(family=ScriptedFamily(work=hanging))
    job = kernel.sent(1, options=JobOptions(deadline_s=10))
    desk = TellingDesk(desk=kernel.desk)

    with _worker(kernel, places=1, desk=desk) as worker, _going_on(hanging):
        stuck = in_thread(worker.execute, US, job.id, numbers(0))
        assert hanging.begun.wait(PATIENCE_S)
        kernel.clock.advance(10)
        worker.attempts.end_overdue()
        desk.wait_for_record()
        stuck.result(PATIENCE_S)
        ended = kernel.items(job.id)
        hanging.goes_on.set()
        desk.wait_for_record()

    assert kernel.items(job.id) == ended
    assert kernel.history(job.id)[-1] == LateRecord(job_id=job.id, item=ItemNo(0), token=1)


def test_a_stopping_process_gives_back_what_it_has_in_hand() -> None:
    """Others go on at once, without waiting for leases; and the attempt does not count."""
    hanging = HangingWork()
    family = ScriptedFamily(work=hanging)
    kernel = Kernel(family=family)
    job = kernel.sent(1)

    with _worker(kernel, places=1) as worker, _going_on(hanging):
        stuck = in_thread(worker.execute, US, job.id, numbers(0))
        assert hanging.begun.wait(PATIENCE_S)

        assert [record.result(PATIENCE_S) for record in worker.attempts.release_all()] == [True]

        assert stuck.result(PATIENCE_S).waiting == (0,), "its message goes on to another process"
        item = kernel.items(job.id)[0]
        assert (item.state, item.attempts, item.lease, len(worker.attempts)) == ("pending", 0, None, 0)
        family.work = lambda _: PASSED
        assert kernel.worker("other").execute(US, job.id, numbers(0)).settled == ((0, "succeeded"),)


def test_a_slow_item_does_not_hold_up_the_repetition_of_the_others() -> None:
    """They share a task; what was refused for a moment is asked again while the slow one is still at it."""
    hanging = HangingWork()
    family = ScriptedFamily(work=lambda item: hanging(item) if item.no == 0 else _second_time_lucky(family, item))
    kernel = Kernel(family=family)
    job = kernel.sent(2, options=JobOptions(concurrency=2))

    with _worker(kernel, places=2) as worker, _going_on(hanging):
        both = in_thread(worker.execute, US, job.id, numbers(0, 1))
        look_until(lambda: kernel.states(job.id)[1] == "succeeded", what="the second attempt")

        assert not both.done()
        hanging.goes_on.set()
        assert sorted(both.result(PATIENCE_S).settled) == [(0, "succeeded"), (1, "succeeded")]


def _second_time_lucky(family: ScriptedFamily, item: Item) -> Outcome:
    if family.calls.count(item.no) == 1:
        raise TransientFailure("not now", kind=FailureKind.RATE_LIMITED, retry_after_s=0.0)
    return PASSED


class Watch:
    """Work that comes in groups: each call waits until *together* run, so that a higher number would show."""

    def __init__(self, *, together: int) -> None:
        self.most = 0
        self._running = 0
        self._lock = Lock()
        self._group = Barrier(together)

    def work(self, _: Item) -> Outcome:
        """Run beside the others of the group."""
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        self._group.wait(PATIENCE_S)
        with self._lock:
            self._running -= 1
        return PASSED


@contextmanager
def _worker(kernel: Kernel, *, places: int, desk: TellingDesk | None = None) -> Iterator[Executor]:
    bench = ThreadBench(places=places, idle_s=0.05)
    with ExitStack() as stack:
        stack.callback(bench.close)
        yield kernel.worker(bench=bench, desk=desk)


@contextmanager
def _going_on(work: HangingWork) -> Iterator[None]:
    try:
        yield
    finally:
        work.goes_on.set()
