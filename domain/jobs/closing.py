"""
Moving a job on inside a unit of work: closing shards that are over, sending the next ones, closing the job.

The caller holds the job's lock. Everything is read from the rows, so that it does not matter who calls, how often, or
in which order: chord callbacks, the sweeper and an impatient user all do the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from domain.jobs.aggregate import final_status
from domain.jobs.errors import FailureKind
from domain.jobs.events import BudgetReached, JobEnded, SendShard
from domain.jobs.item import Failure, ItemNo
from domain.jobs.job import Job, JobStatus, closed
from domain.jobs.plan import Shard, ShardState
from domain.jobs.ports import UnitOfWork

SHARDS_A_PAGE = 200
MOST_TRAILING = 4


def settle(work: UnitOfWork, job: Job, *, unsent: bool = False) -> None:
    """Close every shard whose items have all ended; *unsent* ones too, or when the job is being cancelled."""
    for state in (ShardState.SENT, ShardState.PLANNED) if unsent or job.cancel_requested_at else (ShardState.SENT,):
        while page := work.ledger.shards(job.id, state, limit=SHARDS_A_PAGE):
            closed_some = [shard.no for shard in page if settle_shard(work, job, shard)]
            if not closed_some:
                break


def settle_shard(work: UnitOfWork, job: Job, shard: Shard) -> bool:
    """Close the shard if all its items have ended, with their tally; return whether it is closed now."""
    tally = work.ledger.tally(job.id, shard)
    if tally.is_over:
        work.ledger.put_shard(job.id, attrs.evolve(shard, state=ShardState.CLOSED, tally=tally))
    return tally.is_over


def advance(work: UnitOfWork, job: Job, *, now: datetime) -> Job:
    """
    Send the shards the window has room for, and close the job when no shard is left open; return the job.

    A job whose budget is reached gets no further: what waits is ended first.
    """
    if job.options.budget:
        _stop_spending(work, job, now=now)
    sent, waiting = in_broker(work, job), work.ledger.shards(job.id, ShardState.PLANNED, limit=job.window)
    if not sent and not waiting:
        return close_by_rows(work, job, now=now)
    if not job.cancel_requested_at:
        for shard in waiting[: room(work, job, sent)]:
            send(work, job, shard, now=now)
    return job


def in_broker(work: UnitOfWork, job: Job) -> list[Shard]:
    """Return the job's shards that were sent and are not closed."""
    return work.ledger.shards(job.id, ShardState.SENT, limit=job.window * MOST_TRAILING)


def room(work: UnitOfWork, job: Job, sent: Sequence[Shard]) -> int:
    """
    Return how many more shards may be sent: as many as leave no more open items than a window of whole shards has.

    Counted in items, because a shard whose slowest item takes long would otherwise keep its place in the window while
    the slots run dry; but at most `MOST_TRAILING` windows of shards are in the broker.
    """
    if len(sent) < job.window:
        return job.window - len(sent)
    size = sent[0].last + 1 - sent[0].first
    tallies = [work.ledger.tally(job.id, shard) for shard in sent]
    open_items = sum(tally.pending + tally.running for tally in tallies)
    return max(min(job.window - -(-open_items // size), job.window * MOST_TRAILING - len(sent)), 0)


def _stop_spending(work: UnitOfWork, job: Job, *, now: datetime) -> None:
    """End what waits, once the budget is reached."""
    budget = job.options.budget
    limit = budget.reached(work.ledger.spending(job.id), now=now)
    if limit is None:
        return
    message = f"not run: the job's budget of {budget.describe(limit)} is used up; retry-failed grants it once more"
    failure = Failure(kind=FailureKind.BUDGET, message=message)
    stopped = work.ledger.fail_all_pending(job.id, failure, now=now)
    if stopped:
        work.outbox.add(
            BudgetReached(job_id=job.id, revision=job.revision, limit=limit.value, stopped=stopped), now=now
        )
        settle(work, job, unsent=True)


def send(work: UnitOfWork, job: Job, shard: Shard, *, now: datetime) -> None:
    """Have the shard's pending items sent once this is committed."""
    work.ledger.put_shard(job.id, attrs.evolve(shard, state=ShardState.SENT, sends=shard.sends + 1, sent_at=now))
    work.outbox.add(SendShard(job_id=job.id, shard=shard.no), now=now)


def send_again(work: UnitOfWork, job: Job, numbers: Sequence[ItemNo], *, now: datetime) -> None:
    """Have these items of shards in the broker sent once more, alone; those that do not wait any more are left out."""
    for shard in in_broker(work, job):
        items = tuple(no for no in numbers if shard.first <= no <= shard.last)
        if items:
            work.outbox.add(SendShard(job_id=job.id, shard=shard.no, items=items), now=now)


def send_all_again(work: UnitOfWork, job: Job, *, now: datetime) -> None:
    """Have everything that waits in the shards in the broker sent once more; what is there already changes nothing."""
    for shard in in_broker(work, job):
        if work.ledger.tally(job.id, shard).pending:
            work.outbox.add(SendShard(job_id=job.id, shard=shard.no), now=now)


def close_by_rows(work: UnitOfWork, job: Job, *, now: datetime) -> Job:
    """Close the job with the status its rows say, if they say one."""
    status = final_status(job.planned or 0, work.ledger.tally(job.id))
    return job if status is None else close(work, job, status, now=now)


def close(work: UnitOfWork, job: Job, status: JobStatus, *, now: datetime, failure: str | None = None) -> Job:
    """
    Close the job, and store that it ended; exactly one of several closers does either.

    A job whose plan was never frozen ends with a plan of no items: nothing of it ran.
    """
    if not job.is_frozen:
        work.ledger.discard(job.id)
        job = attrs.evolve(job, planned=0 if failure is not None else None)
    ended = closed(job, status, now=now, failure=failure)
    if work.jobs.close(ended, revision=job.revision):
        tally = work.ledger.tally(job.id)
        if ended.is_frozen and tally.is_over:  # nothing of it will change, and nobody need add up its shards again
            work.ledger.keep_tally(job.id, tally)
        work.outbox.add(
            JobEnded(
                job_id=job.id,
                revision=job.revision,
                status=status,
                planned=ended.planned or 0,
                succeeded=tally.succeeded,
                failed=tally.failed,
                skipped=tally.skipped,
                cancelled=tally.cancelled,
            ),
            now=now,
        )
    return ended
