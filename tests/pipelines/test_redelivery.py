"""A message that comes again finds its item claimed or ended: no second call under a live lease, never a second row."""

from __future__ import annotations

from threading import Event

from celery.result import AsyncResult

from domain.jobs.item import Item, ItemState, Outcome
from domain.jobs.job import JobId, JobStatus
from pipelines.headers import acting_for
from pipelines.names import FAMILIES
from tests.pipelines.looking import look_until
from tests.pipelines.rig import US, WORKER, Rig
from tests.pipelines.scripted_family import ScriptedFamily, fail, hold, succeed

TASKS = FAMILIES["test_execution"]


def test_an_item_message_that_comes_thrice_while_the_item_runs_makes_one_call() -> None:
    """Redis hands out again what takes long; each call of the target costs its owner money."""
    let_go = Event()
    rig = Rig(family=ScriptedFamily([hold(let_go), succeed]))
    with rig.running():
        job_id = rig.submit()
        look_until(lambda: rig.view(job_id).tally.running == 1, what="an item in flight")

        again = [_send_item(rig, job_id, 0) for _ in range(3)]
        look_until(lambda: all(message.ready() for message in again), what="the end of the repeated messages")
        while_it_ran = rig.rows(job_id)[0]
        let_go.set()
        job = rig.run_to_end(job_id)

    assert [message.result["items"] for message in again] == [[[0, "leased"]]] * 3
    assert (while_it_ran.state, while_it_ran.attempts) == (ItemState.RUNNING, 1)
    assert rig.family.calls == {0: 1, 1: 1}
    assert [(row.no, row.attempts) for row in rig.rows(job_id)] == [(0, 1), (1, 1)]
    assert job.status is JobStatus.COMPLETED


def test_messages_that_come_after_the_end_change_nothing() -> None:
    """The broker's own restore may come an hour late."""
    rig = Rig(family=ScriptedFamily([succeed, succeed]))
    with rig.running():
        job_id = rig.submit()
        ended, rows = rig.run_to_end(job_id), rig.rows(job_id)

        late = [_send_item(rig, job_id, 0), _send(rig, TASKS.collect, job_id, 0), _send(rig, TASKS.start, job_id)]
        look_until(lambda: all(message.successful() for message in late), what="the end of the late messages")

    assert rig.view(job_id).job == ended
    assert rig.rows(job_id) == rows
    assert rig.family.calls == {0: 1, 1: 1}


def test_the_late_answer_of_an_attempt_that_was_given_up_changes_nothing() -> None:
    """A worker that was only paused comes back with an answer; the item is the newer attempt's."""
    first, second, tokens = Event(), Event(), []

    def act(item: Item) -> Outcome:
        tokens.append(item.token)
        return hold(first, then=fail)(item) if item.token == 1 else hold(second)(item)

    rig = Rig(family=ScriptedFamily([act]))
    with rig.running():
        job_id = rig.submit()
        look_until(lambda: tokens == [1], what="the first attempt")
        rig.sweeper.take_over(US, job_id, [WORKER])
        look_until(lambda: tokens == [1, 2], what="the second attempt")
        first.set()
        look_until(lambda: "late_record" in rig.history(job_id), what="the late answer")
        assert rig.view(job_id).tally.running == 1
        second.set()
        job = rig.run_to_end(job_id)

    [row] = rig.rows(job_id)
    assert (row.state, row.token, row.losses) == (ItemState.SUCCEEDED, 2, 1)
    assert job.status is JobStatus.COMPLETED
    assert rig.history(job_id).count("job_ended") == 1


def _send_item(rig: Rig, job_id: JobId, no: int) -> AsyncResult:
    return _send(rig, TASKS.execute, job_id, [no])


def _send(rig: Rig, task: str, *arguments: object) -> AsyncResult:
    with acting_for(US):
        return rig.app.tasks[task].apply_async(arguments)
