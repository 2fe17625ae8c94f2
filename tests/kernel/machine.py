"""
The state machine: everything that can happen to jobs, in any order, with the model beside it.

Messages arrive in any order, twice or never; workers and relays are killed at every point; leases run out, deadlines
pass, brokers refuse, owners cancel, resume and retry. After each step the rows and the model must say the same.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.jobs.errors import Conflict, ServiceUnavailable
from domain.jobs.item import ItemState
from domain.jobs.job import JobId, JobOptions
from domain.jobs.plan import Sizes
from domain.jobs.sweeping import SweepRules
from tests.contract.building import US, KernelStore
from tests.kernel.accidents import Accidents, Call, Killed, Sending
from tests.kernel.auditor import Auditor
from tests.kernel.broker import Task
from tests.kernel.family import ScriptedFamily
from tests.kernel.model import JobFate
from tests.kernel.witness import WitnessDesk
from tests.kernel.world import LEASE_S, Kernel

SMALL = Sizes(small_job=8, largest_chunk=2, smallest_shard=1, largest_shard=2)
RULES = SweepRules(poison_after=3, deadline_grace_s=5.0)
MOST_JOBS, MOST_ACTIVE = 4, 2
MOST_ROUNDS = 60

some = st.integers(0, 40)
calls = st.lists(st.sampled_from([*Call, Call.KILLED, Call.KILLED]), max_size=3)
sends = st.lists(st.sampled_from(Sending), max_size=2)
sizes = st.sampled_from([0, 1, 1, 2, 2, 3, 5, 12])
breaks = st.sampled_from([None, None, None, 2, 4])
pauses = st.sampled_from([0.5, 4.0, 11.0, 31.0, 70.0, 130.0])
endings = st.lists(st.sampled_from([Call.PASS, Call.REFUSED, Call.BUG, Call.TRANSIENT, Call.KILLED]), max_size=12)


class KernelMachine(RuleBasedStateMachine):
    """One installation, driven by chance."""

    def __init__(self, store: KernelStore) -> None:
        super().__init__()
        self.accidents = Accidents()
        family = ScriptedFamily(planning=self.accidents.plan, work=self.accidents.work, on_the_way=self.accidents.keep)
        self.kernel = Kernel(store=store, family=family, sizes=SMALL, rules=RULES, page=2)
        self.kernel.broker.before, self.kernel.broker.after = self.accidents.before_send, self.accidents.after_send
        self.fates: dict[JobId, JobFate] = {}
        self.desk = WitnessDesk(desk=self.kernel.desk, fates=self.fates, accidents=self.accidents)
        self.auditor = Auditor(kernel=self.kernel, fates=self.fates)
        self.delivered: list[Task] = []

    @initialize(items=sizes, concurrency=st.integers(1, 3), attempts=st.integers(1, 3), breaks_after=breaks)
    def open_with_a_job(self, items: int, concurrency: int, attempts: int, breaks_after: int | None) -> None:
        """Most runs need a job that has come some way."""
        self.submit(items, concurrency, attempts)
        self.relay([])
        self.deliver(0, [], breaks_after)
        self.relay([])

    @precondition(lambda self: len(self.fates) < MOST_JOBS and len(self.active()) < MOST_ACTIVE)
    @rule(items=sizes, concurrency=st.integers(1, 3), attempts=st.integers(1, 3))
    def submit(self, items: int, concurrency: int, attempts: int) -> None:
        """Somebody asks for a job."""
        options = JobOptions(concurrency=concurrency, max_attempts=attempts, deadline_s=15.0 * concurrency)
        job = self.kernel.submit(items, options=options)
        rules = self.kernel.rules
        self.fates[job.id] = JobFate(
            planned=items, options=options, poison_after=rules.poison_after, grace_s=rules.deadline_grace_s
        )

    @rule(sends=sends)
    def relay(self, sends: list[Sending]) -> None:
        """A relay makes a round; the broker may refuse, the relay may die."""
        self.accidents.sends = sends
        with suppress(ServiceUnavailable, Killed):
            self.kernel.relay.run_once()
        self.accidents.sends = []

    @precondition(lambda self: self.kernel.broker.messages)
    @rule(which=some, calls=calls, plan_breaks_after=breaks)
    def deliver(self, which: int, calls: list[Call], plan_breaks_after: int | None) -> None:
        """A message arrives; the worker may be killed in a call, before it or after it."""
        messages = self.kernel.broker.messages
        task = messages.pop(which % len(messages))
        self.delivered.append(task)
        self._work(task, calls, plan_breaks_after)

    @precondition(lambda self: self.delivered)
    @rule(which=some, calls=calls)
    def redeliver(self, which: int, calls: list[Call]) -> None:
        """A message that was delivered before arrives once more: its acknowledgement was lost."""
        self._work(self.delivered[which % len(self.delivered)], calls, None)

    @precondition(lambda self: self.kernel.broker.messages)
    @rule(most=st.integers(1, 4), calls=endings)
    def deliver_many(self, most: int, calls: list[Call]) -> None:
        """For a while, what was sent arrives in order."""
        for task in self.kernel.broker.messages[:most]:
            self.kernel.broker.messages.remove(task)
            self._work(task, calls, None)

    @precondition(lambda self: self.kernel.broker.messages)
    @rule(which=some)
    def lose(self, which: int) -> None:
        """The broker loses a message."""
        messages = self.kernel.broker.messages
        messages.pop(which % len(messages))

    @rule(seconds=pauses)
    def wait(self, seconds: float) -> None:
        """Time passes: waits end, leases run out, deadlines pass."""
        self.kernel.clock.advance(seconds)

    @rule()
    def sweep(self) -> None:
        """A sweeper makes a round."""
        self.kernel.sweeper.sweep()
        for fate in self.fates.values():
            fate.sweep(self.kernel.clock.now())

    @rule()
    def let_leases_run_out(self) -> None:
        """A sweeper comes by when nobody has said for a while that he lives."""
        self.wait(LEASE_S)
        self.sweep()

    @rule(which=some, shard=some)
    def collect(self, which: int, shard: int) -> None:
        """A shard is collected that nobody asked to: early, late, or again."""
        job_id = self.job_id(which)
        if self.fates[job_id].items:
            self.kernel.collector.collect(US, job_id, shard % self.auditor.shard_count(job_id))

    @rule(which=some)
    def cancel(self, which: int) -> None:
        """The owner stops a job; one that has ended can't be."""
        job_id = self.job_id(which)
        if self.auditor.has_ended(job_id):
            with pytest.raises(Conflict):
                self.kernel.jobs.cancel(US, job_id)
        else:
            self.fates[job_id].cancel()
            self.kernel.jobs.cancel(US, job_id)

    @rule(which=some)
    def resume(self, which: int) -> None:
        """The owner goes on with a job: what was cancelled, or what got stuck."""
        job_id = self.job_id(which)
        if self.auditor.has_ended(job_id):
            self._reopen(job_id, ItemState.CANCELLED, is_possible=self.fates[job_id].can_resume())
        else:
            self.kernel.jobs.resume(US, job_id)

    @rule(which=some)
    def retry_failed(self, which: int) -> None:
        """The owner has failed items run again, once the job has ended."""
        job_id = self.job_id(which)
        is_possible = self.auditor.has_ended(job_id) and self.fates[job_id].count(ItemState.FAILED) > 0
        self._reopen(job_id, ItemState.FAILED, is_possible=is_possible)

    @invariant()
    def rows_and_model_agree(self) -> None:
        """After every step."""
        self.auditor.audit()

    def teardown(self) -> None:
        """Once everything works again, every job ends in a bounded number of rounds, with every item accounted for."""
        rounds = 0
        while self.kernel.store.active_jobs():
            rounds += 1
            assert rounds <= MOST_ROUNDS, "a job that nothing hinders does not end"
            self.wait(130.0)
            self.sweep()
            self._relay_and_deliver_all()
        self.auditor.audit()
        self.auditor.audit_ends()

    def active(self) -> list[JobId]:
        """Return the jobs that have not ended."""
        return [job_id for _, job_id in self.kernel.store.active_jobs()]

    def job_id(self, which: int) -> JobId:
        """Return one of the jobs."""
        return list(self.fates)[which % len(self.fates)]

    def _relay_and_deliver_all(self) -> None:
        while self.kernel.relay.run_once():
            for task in self.kernel.broker.take_all():
                self._work(task, [], None)

    def _work(self, task: Task, calls: list[Call], plan_breaks_after: int | None) -> None:
        self.accidents.calls, self.accidents.plan_breaks_after = calls, plan_breaks_after
        with suppress(Killed):
            self.kernel.deliver(task, self.kernel.worker(desk=self.desk))
        self.auditor.note_plan(task.job_id)

    def _reopen(self, job_id: JobId, state: ItemState, *, is_possible: bool) -> None:
        move = self.kernel.jobs.resume if state is ItemState.CANCELLED else self.kernel.jobs.retry_failed
        if is_possible:
            self.fates[job_id].reopen(state)
            move(US, job_id)
        else:
            with pytest.raises(Conflict):
                move(US, job_id)
