"""
Runs a job of many items in a process of its own, and prints what it took: only a fresh process can tell its memory.

    python -m tests.pipelines.large_run ITEMS ENOUGH DATABASE_URL

A small job goes first, so that everything that is loaded once is loaded; then the large one, which is cancelled when
ENOUGH of its items have ended.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from math import ceil
from threading import Lock

from attrs import asdict, define, field, frozen
from celery.signals import before_task_publish, task_postrun

from adapters.database.engine import make_engine
from adapters.database.schema import upgrade
from adapters.database.store import SqlStore
from domain.jobs.family import Keep
from domain.jobs.item import Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job, JobId
from domain.jobs.plan import ShardState
from domain.tenancy import TenantContext
from tests.pipelines.looking import look_until
from tests.pipelines.rig import US, Rig
from tests.pipelines.scripted_family import ScriptedFamily

CONCURRENCY = 64
SMALL = 1000
INPUT_SIZE = 1000
WITHIN_S = float(os.environ.get("ANTIPHON_TEST_WITHIN_S", "400"))


@frozen(kw_only=True)
class Ran:
    """What the large run took: how much memory over the small one, and the most messages in the broker at once."""

    status: str
    planned: int
    succeeded: int
    cancelled: int
    shards: int
    window: int
    messages_a_shard: int
    most_messages: int
    growth_kb: int
    planning_s: float
    running_s: float


@define(eq=False)
class LazyFamily(ScriptedFamily):
    """Yields *size* items of some size, one by one; running one does nothing."""

    size: int = field(default=0, kw_only=True)

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield the items."""
        _ = tenant, job
        for no in range(self.size):
            yield PlannedItem(key=f"item-{no}", input={"no": no, "text": f"{no} " * (INPUT_SIZE // len(f"{no} "))})

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Do nothing, successfully."""
        _ = item, deadline_s, keep
        return Outcome(state=ItemState.SUCCEEDED, verdict="pass")


@define(eq=False)
class MessagesInBroker:
    """Counts the messages that were sent and not yet ended; a repeated one keeps its id, and counts once."""

    most: int = 0
    _ids: set[str] = field(factory=set)
    _lock: Lock = field(factory=Lock)

    def connect(self) -> None:
        """Begin to count."""
        before_task_publish.connect(self._sent)
        task_postrun.connect(self._ended)

    def _sent(self, headers: dict[str, str], **_: object) -> None:
        with self._lock:
            self._ids.add(headers["id"])
            self.most = max(self.most, len(self._ids))

    def _ended(self, task_id: str, state: str, **_: object) -> None:
        if state != "RETRY":
            with self._lock:
                self._ids.discard(task_id)


def main(size: int, enough: int, database_url: str) -> Ran:
    """Run a small job, then one of *size* items, on the database."""
    engine = make_engine(database_url, pool_size=16)
    upgrade(engine)
    messages = MessagesInBroker()
    messages.connect()
    family = LazyFamily([], size=SMALL)
    rig = Rig(family=family, store=SqlStore(engine), threads=CONCURRENCY, places=CONCURRENCY)
    with rig.running():
        rig.run_to_end(rig.submit(concurrency=CONCURRENCY))
        before_kb, messages.most, family.size = _peak_kb(), 0, size
        began = time.monotonic()
        job_id = rig.submit(concurrency=CONCURRENCY)
        planning_s = look_until(lambda: _job(rig, job_id).is_frozen, within_s=WITHIN_S)
        if enough < size:
            look_until(lambda: rig.view(job_id).tally.ended >= enough, within_s=WITHIN_S)
            rig.jobs.cancel(US, job_id)
        look_until(lambda: _job(rig, job_id).status.is_end, within_s=WITHIN_S)
        running_s = time.monotonic() - began - planning_s
    view = rig.view(job_id)
    with rig.store.view(US) as work:
        closed = work.ledger.shards(job_id, ShardState.CLOSED, limit=size)
    return Ran(
        status=view.job.status,
        planned=view.job.planned or 0,
        succeeded=view.tally.succeeded,
        cancelled=view.tally.cancelled,
        shards=len(closed),
        window=view.job.window,
        messages_a_shard=ceil((closed[0].last + 1 - closed[0].first) / view.job.chunk) + 1,
        most_messages=messages.most,
        growth_kb=_peak_kb() - before_kb,
        planning_s=round(planning_s, 2),
        running_s=round(running_s, 2),
    )


def _job(rig: Rig, job_id: JobId) -> Job:
    """Return the job without counting its items: looking must not cost what is measured."""
    with rig.store.view(US) as work:
        return work.jobs.get(job_id)


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))))
