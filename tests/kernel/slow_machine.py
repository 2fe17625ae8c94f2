"""The machine with two slow workers: what they took begins, is lost, given to the other, and comes back too late."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.jobs.item import ItemState, WorkerId
from tests.contract.building import US, KernelStore
from tests.kernel.broker import ItemsTask
from tests.kernel.machine import KernelMachine, some
from tests.kernel.slow_worker import SlowWorker, ending, failing
from tests.kernel.world import LEASE_S

NAMES = (WorkerId("slow-0"), WorkerId("slow-1"))

ends = st.sampled_from([ItemState.SUCCEEDED, ItemState.FAILED, ItemState.SKIPPED])
workers = st.sampled_from(range(len(NAMES)))


class SlowMachine(KernelMachine):
    """The installation, with workers that hold on to their attempts."""

    def __init__(self, store: KernelStore) -> None:
        super().__init__(store)
        self.slow = [
            SlowWorker(kernel=self.kernel, attempts=self.kernel.worker(desk=self.desk).attempts, worker_id=name)
            for name in NAMES
        ]

    @precondition(lambda self: self.item_tasks())
    @rule(which=some, worker=workers)
    def begin(self, which: int, worker: int) -> None:
        """A worker takes the items of a message, new or delivered before; what comes of them shows later."""
        self._take(self._item_task(which), worker)

    @precondition(lambda self: self.item_tasks())
    @rule(which=some, worker=workers, sign=st.sampled_from(["none", "lease", "result"]))
    def lose_and_begin(self, which: int, worker: int, sign: str) -> None:
        """One worker takes the items, is not heard of, and the other takes them over; the first may come back then."""
        task, lost = self._item_task(which), self.slow[worker]
        self._take(task, worker)
        self.let_leases_run_out()
        self._take(task, 1 - worker)
        self.wait(1.0)
        if sign == "lease":
            self.keep_leases(worker)
        elif sign == "result" and lost.threads:
            lost.finish(-1, ending(ItemState.SUCCEEDED))

    @precondition(lambda self: self.item_tasks())
    @rule(which=some, worker=workers, is_noticed=st.booleans())
    def overrun(self, which: int, worker: int, is_noticed: bool) -> None:
        """A worker lives, and its items don't come to an end; it may notice that itself, or the sweeper does."""
        self._take(self._item_task(which), worker)
        for _ in range(3):
            self.wait(LEASE_S - 10.0)
            self.keep_leases(worker)
        if is_noticed:
            self.slow[worker].attempts.end_overdue()
        self.sweep()

    @precondition(lambda self: self.running())
    @rule(which=some, state=ends)
    def finish(self, which: int, state: ItemState) -> None:
        """A call returns; if its lease was lost meanwhile, too late."""
        running = self.running()
        worker, position = running[which % len(running)]
        worker.finish(position, ending(state))

    @precondition(lambda self: self.running())
    @rule(which=some, retry_after_s=st.sampled_from([0.0, 5.0, 60.0]))
    def fail(self, which: int, retry_after_s: float) -> None:
        """A call fails in a way that may pass."""
        running = self.running()
        worker, position = running[which % len(running)]
        budget = self.fates[worker.threads[position].job_id].options.max_attempts
        worker.finish(position, failing(self.kernel, retry_after_s=retry_after_s, max_attempts=budget))

    @precondition(lambda self: self.running())
    @rule(which=some)
    def keep(self, which: int) -> None:
        """A call keeps what it has; if its lease was lost meanwhile, it hears of that."""
        running = self.running()
        worker, position = running[which % len(running)]
        attempt = worker.threads[position]
        fate = self.fates[attempt.job_id].items[attempt.item.no]
        is_live = fate.state is ItemState.RUNNING and fate.token == attempt.item.token
        assert worker.keep(position) == is_live

    @rule(worker=workers)
    def keep_leases(self, worker: int) -> None:
        """A worker says that it lives."""
        slow = self.slow[worker]
        slow.attempts.keep_leases()
        for job_id, fate in self.fates.items():
            fate.extend(slow.held(job_id), until=slow.lease_until())

    @precondition(lambda self: self.running())
    @rule(worker=workers)
    def end_overdue(self, worker: int) -> None:
        """A worker gives up on calls past their deadline; they may still return."""
        self.slow[worker].attempts.end_overdue()

    @precondition(lambda self: self.running())
    @rule(worker=workers)
    def release_all(self, worker: int) -> None:
        """A worker is stopped politely; its calls may still return."""
        self.slow[worker].attempts.release_all()

    @precondition(lambda self: self.running())
    @rule(worker=workers, is_known=st.booleans())
    def kill(self, worker: int, is_known: bool) -> None:
        """A worker vanishes; a successor on the same machine knows that at once."""
        slow = self.slow[worker]
        slow.die()
        for job_id, fate in self.fates.items() if is_known else ():
            self.kernel.sweeper.take_over(US, job_id, [slow.worker_id])
            fate.forsake([slow.worker_id])
            fate.sweep(self.kernel.clock.now())

    def teardown(self) -> None:
        """Once the slow workers are gone, nothing hinders any job."""
        for slow in self.slow:
            slow.die()
        super().teardown()

    def item_tasks(self) -> list[ItemsTask]:
        """Return the messages with items of active jobs that there are, or were."""
        active, known = self.active(), [*self.kernel.broker.messages, *self.delivered]
        return [task for task in known if isinstance(task, ItemsTask) and task.job_id in active]

    def running(self) -> list[tuple[SlowWorker, int]]:
        """Return each call that has not returned: its worker, and which of its calls it is."""
        return [(worker, position) for worker in self.slow for position in range(len(worker.threads))]

    def _item_task(self, which: int) -> ItemsTask:
        tasks = self.item_tasks()
        return tasks[which % len(tasks)]

    def _take(self, task: ItemsTask, worker: int) -> None:
        self.slow[worker].begin(task, options=self.fates[task.job_id].options)
