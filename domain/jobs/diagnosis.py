"""
What stands in a job's way, read from its rows: each finding says what was found and what will happen next.

Nothing is changed here; the sweeper sees the same rows and acts on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import frozen

from domain.jobs.closing import in_broker
from domain.jobs.item import ItemState
from domain.jobs.job import Job
from domain.jobs.ports import UnitOfWork

HELD_ITEMS_READ = 10_000


@frozen(kw_only=True)
class Finding:
    """
    One line of a diagnosis; a *problem* needs somebody, or time, to pass. *next* is what will happen, or helps.

    *is_away*: a service that everything needs can't be reached.
    """

    about: str
    what: str
    next: str = ""
    is_problem: bool = True
    is_away: bool = False


def diagnose(work: UnitOfWork, job: Job, *, now: datetime, resend_after_s: float) -> list[Finding]:
    """Return what there is to say of the job; *resend_after_s* is the sweeper's patience with a silent shard."""
    about = f"job {job.id}"
    if job.status.is_end:
        return [Finding(about=about, what=f"ended as {job.status}", is_problem=False)]
    if not job.is_frozen:
        return [_of_plan(about, job, now=now, resend_after_s=resend_after_s)]
    return [
        *_of_leases(about, work, job, now=now),
        *_of_shards(about, work, job, silent_since=now - timedelta(seconds=resend_after_s)),
        *_of_end(about, work, job),
    ]


def _of_plan(about: str, job: Job, *, now: datetime, resend_after_s: float) -> Finding:
    if job.planning is not None and job.planning.until > now:
        return Finding(about=about, what="its plan is being written", is_problem=False)
    if job.planning is not None:
        return Finding(about=about, what="the worker that wrote its plan is gone", next="the next sweep begins it anew")
    waited_s = (now - job.updated_at).total_seconds()
    return Finding(
        about=about,
        what=f"it has waited {waited_s:.0f} s for a worker to start it",
        next=f"its start is sent again after {resend_after_s:g} s of silence",
        is_problem=waited_s > resend_after_s,
    )


def _of_leases(about: str, work: UnitOfWork, job: Job, *, now: datetime) -> Iterator[Finding]:
    running = work.ledger.page(job.id, after=None, limit=HELD_ITEMS_READ, states=[ItemState.RUNNING])
    leases = [item.lease for item in running if item.lease is not None]
    for worker, count in sorted(Counter(lease.worker_id for lease in leases if lease.until > now).items()):
        yield Finding(about=about, what=f"worker {worker} holds {count} items", is_problem=False)
    for worker, count in sorted(Counter(lease.worker_id for lease in leases if lease.until <= now).items()):
        yield Finding(
            about=about,
            what=f"the leases of {count} items ran out; worker {worker} held them and is gone",
            next="the next sweep gives them to others",
        )


def _of_shards(about: str, work: UnitOfWork, job: Job, *, silent_since: datetime) -> Iterator[Finding]:
    for shard in in_broker(work, job):
        tally = work.ledger.tally(job.id, shard)
        signs = [sign for sign in (shard.sent_at, work.ledger.last_activity(job.id, shard)) if sign is not None]
        if tally.pending and not tally.running and max(signs, default=silent_since) <= silent_since:
            yield Finding(
                about=about,
                what=f"shard {shard.no} was sent {shard.sends} times, and its {tally.pending} items wait in silence",
                next="the sweeper sends it again, with growing pauses",
            )


def _of_end(about: str, work: UnitOfWork, job: Job) -> Iterator[Finding]:
    if work.ledger.tally(job.id).ended == job.planned:
        yield Finding(about=about, what="all its items have ended, and it is open", next="the next sweep closes it")
