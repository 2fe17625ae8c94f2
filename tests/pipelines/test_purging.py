"""What workers have fetched of an ended job is revoked; what they hold of others is not."""

from __future__ import annotations

from domain.jobs.job import JobId
from pipelines.headers import acting_for
from pipelines.names import FAMILIES
from pipelines.purging import Purged, purge
from tests.pipelines.looking import look_until
from tests.pipelines.rig import US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, succeed

EXECUTE = FAMILIES["test_execution"].execute
OURS, OTHER = JobId("0b0f3a52-7f0c-4a6e-9d0f-3c1de8b0b001"), JobId("0b0f3a52-7f0c-4a6e-9d0f-3c1de8b0b002")


def test_what_a_worker_holds_for_later_is_revoked() -> None:
    """A repetition that waits for its moment lies in the worker, where no queue shows it."""
    rig = Rig(family=ScriptedFamily([succeed]))
    with rig.running():
        with acting_for(US):
            sent = {job: rig.app.tasks[EXECUTE].apply_async((job, [0]), countdown=3600).id for job in (OURS, OTHER)}
        look_until(lambda: len(_held(rig)) == len(sent), what="two messages that a worker holds")

        # a busy worker may not answer in the second that it is given
        look_until(lambda: purge(rig.app, OURS) == Purged(removed=0, revoked=1), what="an answer of the worker")

        look_until(lambda: _revoked(rig) == {sent[OURS]}, what="the revocation")


def _held(rig: Rig) -> list[object]:
    answers = rig.app.control.inspect(timeout=1.0).scheduled() or {}
    return [held for of_worker in answers.values() for held in of_worker]


def _revoked(rig: Rig) -> set[str]:
    answers = rig.app.control.inspect(timeout=1.0).revoked() or {}
    return {task for of_worker in answers.values() for task in of_worker}
