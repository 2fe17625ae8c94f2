"""Looks at all rows after each step and says what must never be, whatever happened before."""

from __future__ import annotations

from attrs import define, field

from domain.jobs.aggregate import tally_of
from domain.jobs.closing import MOST_TRAILING
from domain.jobs.events import JobEnded
from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job, JobId
from domain.jobs.plan import Shard, ShardState
from domain.jobs.ports import UnitOfWork
from tests.contract.building import US
from tests.kernel.model import ENDS, JobFate, fates_of
from tests.kernel.world import MANY, Kernel


@define(eq=False)
class Auditor:
    """Reads everything, believes nothing; *fates* is what the model expects."""

    kernel: Kernel
    fates: dict[JobId, JobFate]
    _seen: dict[JobId, int] = field(factory=dict, init=False)

    def audit(self) -> None:
        """Hold the rows of every job to the model, and to the product's rules."""
        for job_id, fate in self.fates.items():
            with self.kernel.store.view(US) as work:
                self._audit_job(work, job_id, fate)

    def audit_ends(self) -> None:
        """Hold every job to having ended, in its newest revision."""
        for job_id, fate in self.fates.items():
            job = self.kernel.job(job_id)
            assert job.status.is_end
            assert [end.revision for end in fate.ends][-1] == job.revision

    def note_plan(self, job_id: JobId) -> None:
        """Tell the model when a plan became complete."""
        if self.kernel.job(job_id).is_frozen:
            self.fates[job_id].freeze()

    def has_ended(self, job_id: JobId) -> bool:
        """Return whether the job has ended."""
        return self.kernel.job(job_id).status.is_end

    def shard_count(self, job_id: JobId) -> int:
        """Return into how many shards the job was cut."""
        with self.kernel.store.view(US) as work:
            return len(_shards(work, job_id))

    def _audit_job(self, work: UnitOfWork, job_id: JobId, fate: JobFate) -> None:
        job = work.jobs.get(job_id)
        items = work.ledger.page(job_id, after=None, limit=MANY)
        self._read_ends(work, job_id, fate)
        if job.is_frozen:
            assert fates_of(items) == fate.items
            assert job.planned == len(items) == fate.planned
        _audit_items(items, fate)
        _audit_shards(work, job, items)
        if job.status.is_end:
            _audit_end(job, items, fate)
        assert len(fate.ends) == (job.revision if job.status.is_end else job.revision - 1)

    def _read_ends(self, work: UnitOfWork, job_id: JobId, fate: JobFate) -> None:
        for envelope in work.outbox.history(job_id, after=self._seen.get(job_id, 0), limit=MANY):
            self._seen[job_id] = envelope.id
            if isinstance(envelope.message, JobEnded):
                fate.ends.append(envelope.message)
        assert [end.revision for end in fate.ends] == list(range(1, len(fate.ends) + 1))


def _audit_items(items: list[Item], fate: JobFate) -> None:
    for item in items:
        assert (item.outcome is not None) == (item.state in ENDS)
        assert item.outcome is None or item.outcome.state is item.state
        assert (item.lease is not None) == (item.state is ItemState.RUNNING)
        assert item.progress is None or item.state not in (ItemState.SUCCEEDED, ItemState.SKIPPED)
        # a loss repeats an attempt whatever the budget; the budget bounds the others
        assert item.attempts - item.losses <= fate.options.max_attempts


def _audit_shards(work: UnitOfWork, job: Job, items: list[Item]) -> None:
    shards = _shards(work, job.id)
    sent = [shard for shard in shards if shard.state is ShardState.SENT]
    assert len(sent) <= job.window * MOST_TRAILING
    open_items = [item for shard in sent for item in items[shard.first : shard.last + 1] if item.state not in ENDS]
    assert not sent or len(open_items) <= job.window * (shards[0].last + 1)
    assert work.ledger.tally(job.id) == tally_of(items)
    for shard in shards:
        rows = tally_of(items[shard.first : shard.last + 1])
        assert shard.tally == (rows if shard.state is ShardState.CLOSED else None)
        assert shard.state is not ShardState.CLOSED or rows.is_over


def _audit_end(job: Job, items: list[Item], fate: JobFate) -> None:
    assert job.status is fate.expected_status()
    counts = [fate.count(state) for state in (*sorted(ENDS),)]
    assert sum(counts) == len(items) == (job.planned or 0)
    end = fate.ends[-1]
    assert (end.status, end.planned) == (job.status, sum(counts))
    assert [end.cancelled, end.failed, end.skipped, end.succeeded] == counts
    fate.end_rows = fate.end_rows or (job, items)
    assert fate.end_rows == (job, items), "what has ended changes only by a new revision"


def _shards(work: UnitOfWork, job_id: JobId) -> list[Shard]:
    return [shard for state in ShardState for shard in work.ledger.shards(job_id, state, limit=MANY)]
