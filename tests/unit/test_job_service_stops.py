"""Stopping jobs and going on with them: cancel, resume, retry-failed."""

from __future__ import annotations

import pytest

from domain.jobs.claims import Ended
from domain.jobs.errors import Conflict, FailureKind, PermanentFailure, TransientFailure
from domain.jobs.events import CancelRequested, JobEnded, JobRevised, SendShard
from domain.jobs.item import Item, Outcome
from domain.jobs.job import Job, JobOptions, JobStatus
from tests.contract.building import US, a_claim
from tests.kernel.broker import CollectTask, ItemsTask
from tests.kernel.family import PASSED, ScriptedFamily, Work
from tests.kernel.world import Kernel


def test_a_job_that_has_not_begun_is_cancelled_at_once() -> None:
    """Its plan was never written: nothing of it ran, and the start message that still comes finds it ended."""
    family = ScriptedFamily()
    kernel = Kernel(family=family)
    job = kernel.submit(3)

    ended = kernel.jobs.cancel(US, job.id)
    kernel.run()

    assert (ended.status, ended.planned) == (JobStatus.CANCELLED, None)
    assert kernel.job(job.id) == ended
    assert (kernel.items(job.id), family.calls) == ([], [])
    assert _ends(kernel, job) == [(1, "cancelled", 0)]


def test_cancelling_stops_what_has_not_begun_and_lets_the_rest_end() -> None:
    """An answer that is on its way is paid for: its row keeps it."""
    kernel = Kernel()
    job = kernel.sent(3)
    begun = _begin(kernel, job, 0)

    cancelling = kernel.jobs.cancel(US, job.id)
    assert (cancelling.status, kernel.states(job.id)) == (JobStatus.PROCESSING, ["running", "cancelled", "cancelled"])

    _end(kernel, job, begun)
    kernel.collector.collect(US, job.id, 0)

    assert kernel.job(job.id).status is JobStatus.CANCELLED
    assert kernel.states(job.id) == ["succeeded", "cancelled", "cancelled"]
    assert CancelRequested(job_id=job.id, stopped=2) in kernel.history(job.id)


def test_a_cancel_that_came_too_late_to_stop_anything_leaves_a_completed_job() -> None:
    """Cancelled means that at least one item did not get to run; here all did."""
    kernel = Kernel()
    job = kernel.sent(1)
    begun = _begin(kernel, job, 0)

    kernel.jobs.cancel(US, job.id)
    _end(kernel, job, begun)
    kernel.collector.collect(US, job.id, 0)

    assert kernel.job(job.id).status is JobStatus.COMPLETED


def test_a_cancelled_job_sends_no_more_shards() -> None:
    """Nor are there any left open: the end does not wait for shards that never will be sent."""
    kernel = Kernel()
    job = kernel.started(450, options=JobOptions(concurrency=1))

    ended = kernel.jobs.cancel(US, job.id)
    kernel.run()

    assert ended.status is JobStatus.CANCELLED
    assert kernel.states(job.id) == ["cancelled"] * 450
    assert sum(isinstance(message, SendShard) for message in kernel.history(job.id)) == job.window
    assert _ends(kernel, job) == [(1, "cancelled", 450)]


def test_resume_runs_the_cancelled_items_and_no_others() -> None:
    """What has an outcome keeps it; the fence goes on, so that old attempts stay late."""
    family = ScriptedFamily(work=_refusing(0))
    kernel = Kernel(family=family)
    job = kernel.sent(3)
    kernel.worker().execute(US, job.id, [kernel.items(job.id)[0].no])
    kernel.jobs.cancel(US, job.id)

    resumed = kernel.jobs.resume(US, job.id)
    assert (resumed.status, resumed.revision, resumed.cancel_requested_at) == (JobStatus.PROCESSING, 2, None)
    kernel.run()

    assert kernel.states(job.id) == ["failed", "succeeded", "succeeded"]
    assert family.calls == [0, 1, 2]
    assert JobRevised(job_id=job.id, revision=2, why="resume", items=2) in kernel.history(job.id)
    assert _ends(kernel, job) == [(1, "cancelled", 3), (2, "partial", 3)]


def test_resume_writes_the_plan_of_a_job_that_was_cancelled_before_it_had_one() -> None:
    """There are no cancelled items to count, and still everything to do."""
    kernel = Kernel()
    job = kernel.submit(2)
    kernel.jobs.cancel(US, job.id)

    kernel.jobs.resume(US, job.id)
    kernel.run()

    assert (kernel.job(job.id).status, kernel.states(job.id)) == (JobStatus.COMPLETED, ["succeeded"] * 2)


def test_resume_of_an_interrupted_job_sends_again_what_was_in_the_broker() -> None:
    """The memory broker dies with its process; what still arrives twice finds its items claimed."""
    family = ScriptedFamily()
    kernel = Kernel(family=family)
    job = kernel.sent(2)
    kernel.broker.take_all()

    kernel.jobs.resume(US, job.id)
    kernel.jobs.resume(US, job.id)
    kernel.run()

    assert kernel.job(job.id).status is JobStatus.COMPLETED
    assert sorted(family.calls) == [0, 1]
    assert kernel.job(job.id).revision == 1


def test_resume_of_a_job_whose_start_was_lost_starts_it_again() -> None:
    """Before its plan is frozen there is nothing to send but the start."""
    kernel = Kernel()
    job = kernel.submit(1)
    kernel.relay.run_once()
    kernel.broker.take_all()

    kernel.jobs.resume(US, job.id)
    kernel.run()

    assert kernel.job(job.id).status is JobStatus.COMPLETED


def test_retry_failed_runs_the_failed_items_with_a_new_budget() -> None:
    """Two attempts are used up; the new revision gives two more."""
    family = ScriptedFamily(work=_failing_until_call(4))
    kernel = Kernel(family=family)
    job = kernel.submit(1, options=JobOptions(max_attempts=2))
    kernel.run()
    assert kernel.job(job.id).status is JobStatus.FAILED

    kernel.jobs.retry_failed(US, job.id)
    kernel.run()

    item = kernel.items(job.id)[0]
    assert (item.state, item.attempts, item.token) == ("succeeded", 2, 4)
    assert _ends(kernel, job) == [(1, "failed", 1), (2, "completed", 1)]


def test_retry_failed_of_a_running_job_is_refused() -> None:
    """Its failed items may be few today and many tomorrow; and the row must not change under the run."""
    kernel = Kernel()
    job = kernel.sent(1)

    with pytest.raises(Conflict, match="only an ended job"):
        kernel.jobs.retry_failed(US, job.id)


def test_messages_of_an_earlier_revision_do_no_harm() -> None:
    """Brokers keep messages longer than jobs last: shards, items and collections of old may all still come."""
    family = ScriptedFamily(work=_failing_until_call(2))
    kernel = Kernel(family=family)
    job = kernel.sent(1, options=JobOptions(max_attempts=1))
    old = list(kernel.broker.messages)
    kernel.run()
    kernel.jobs.retry_failed(US, job.id)

    for task in old * 2:
        kernel.deliver(task, kernel.worker("late"))
    kernel.run()

    assert {type(task) for task in old} == {ItemsTask, CollectTask}
    assert len(family.calls) == 2
    assert _ends(kernel, job) == [(1, "failed", 1), (2, "completed", 1)]


def _begin(kernel: Kernel, job: Job, *numbers: int) -> list[Item]:
    return list(kernel.desk.claim(US, a_claim(*numbers, job_id=job.id)).granted)


def _end(kernel: Kernel, job: Job, items: list[Item]) -> None:
    for item in items:
        assert kernel.desk.record(US, job.id, Ended(no=item.no, token=item.token, outcome=PASSED)).result()


def _ends(kernel: Kernel, job: Job) -> list[tuple[int, str, int]]:
    ends = [message for message in kernel.history(job.id) if isinstance(message, JobEnded)]
    assert all(end.planned == end.succeeded + end.failed + end.skipped + end.cancelled for end in ends)
    return [(end.revision, str(end.status), end.planned) for end in ends]


def _refusing(no: int) -> Work:
    def work(item: Item) -> Outcome:
        if item.no == no:
            raise PermanentFailure("status 403", kind=FailureKind.REFUSED)
        return PASSED

    return work


def _failing_until_call(last: int) -> Work:
    calls: list[int] = []

    def work(item: Item) -> Outcome:
        calls.append(item.no)
        if len(calls) < last:
            raise TransientFailure("status 503", kind=FailureKind.SERVER_ERROR, retry_after_s=0)
        return PASSED

    return work
