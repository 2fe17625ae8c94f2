"""The end of a job is read from its rows: whether, when and how often a chord calls back changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from attrs import frozen
from celery import Celery

from domain.jobs.events import RunTask
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import Job, JobStatus
from domain.tenancy import TenantContext
from pipelines.canvas import CeleryDispatcher
from pipelines.headers import acting_for
from pipelines.names import FAMILIES
from tests.pipelines.rig import Rig
from tests.pipelines.scripted_family import Act, ScriptedFamily, break_down, fail, hold, succeed, succeed_at

SCRIPT: Sequence[Act] = (*[succeed] * 150, fail, succeed_at(3), break_down, succeed_at(9))
"""More than one shard, every way for an item to end, and repeated attempts."""
COLLECT = FAMILIES["test_execution"].collect


def test_a_job_runs_to_its_end_by_its_messages_alone() -> None:
    """The plain run that the others are held to: the sweeper sleeps, so chords and relay have done it."""
    rig = Rig(family=ScriptedFamily(SCRIPT))

    end = _run(rig)

    assert (end.status, end.times_told) == (JobStatus.PARTIAL, 1)
    assert [row.state for row in end.rows].count(ItemState.SUCCEEDED) == 151
    assert end.calls == {**dict.fromkeys(range(150), 1), 150: 1, 151: 3, 152: 1, 153: 4}


def test_a_chord_that_never_calls_back_changes_nothing() -> None:
    """A lost callback is the commonest way for a fan-out to hang for ever."""
    plain, rig = _run(Rig(family=ScriptedFamily(SCRIPT))), Rig(family=ScriptedFamily(SCRIPT), sweep_s=0.05)
    rig.swap_task(COLLECT, _collect_that(lambda *_: None))

    assert _run(rig) == plain


def test_a_chord_that_calls_back_three_times_changes_nothing() -> None:
    """Delivery is at least once, for the callback too."""
    plain, rig = _run(Rig(family=ScriptedFamily(SCRIPT))), Rig(family=ScriptedFamily(SCRIPT))
    collect = rig.app.tasks[COLLECT].run

    def collect_thrice(job_id: str, shard: int) -> None:
        for _ in range(3):
            collect(job_id, shard)

    rig.swap_task(COLLECT, _collect_that(collect_thrice))

    assert _run(rig) == plain


def test_a_chord_that_calls_back_early_and_only_then_changes_nothing() -> None:
    """Celery has fired bodies before their header was complete; a report made then would be of half a job."""
    called_back = Event()
    script = (hold(called_back), *SCRIPT[1:])
    plain, rig = _run(Rig(family=ScriptedFamily(SCRIPT))), Rig(family=ScriptedFamily(script), sweep_s=0.05)
    collect = rig.app.tasks[COLLECT].run

    def collect_and_tell(job_id: str, shard: int) -> None:
        collect(job_id, shard)
        called_back.set()

    rig.swap_task(COLLECT, _collect_that(collect_and_tell))
    rig.swap_dispatcher(EarlyCallback(CeleryDispatcher(app=rig.app)))

    assert _run(rig) == plain
    assert called_back.is_set()


@frozen(kw_only=True)
class End:
    """How a run ended: all its rows, how often each item was called, and how often the end was told."""

    rows: list[Item]
    status: JobStatus
    calls: dict[int, int]
    times_told: int


@frozen
class EarlyCallback:
    """A `Dispatcher` that sends a shard's body before its header, and never after it."""

    inner: CeleryDispatcher

    def start(self, tenant: TenantContext, job: Job) -> None:
        """Send the job's start task."""
        self.inner.start(tenant, job)

    def run(self, tenant: TenantContext, command: RunTask) -> None:
        """Send the task."""
        self.inner.run(tenant, command)

    def send(self, tenant: TenantContext, job: Job, shard: int, chunks: Sequence[Sequence[ItemNo]]) -> None:
        """Send the collection, then the items by themselves."""
        tasks = self.inner.app.tasks
        with acting_for(tenant):
            tasks[COLLECT].apply_async((job.id, shard))
            for chunk in chunks:
                tasks[FAMILIES[job.kind].execute].apply_async((job.id, list(chunk)))


def _collect_that(does: Callable[[str, int], object]) -> Callable[[Celery], None]:
    """Return what registers, under the collect task's name, a task that does this."""

    def make(app: Celery) -> None:
        @app.task(name=COLLECT, shared=False)  # type: ignore[untyped-decorator]  # Celery has no types
        def collect(job_id: str, shard: int) -> None:
            does(job_id, shard)

    return make


def _run(rig: Rig) -> End:
    with rig.running():
        job_id = rig.submit()
        status = rig.run_to_end(job_id).status
    times_told = rig.history(job_id).count("job_ended")
    return End(rows=rig.rows(job_id), status=status, calls=dict(rig.family.calls), times_told=times_told)
