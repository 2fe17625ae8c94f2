"""Contract of the shared stores: what holds when many do the same at once. Threads stand in for processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier
from typing import TypeVar

import attrs

from domain.jobs.aggregate import Tally
from domain.jobs.claims import Ended, Postponed
from domain.jobs.closing import close
from domain.jobs.errors import Conflict
from domain.jobs.events import JobEnded, SendShard
from domain.jobs.item import ItemNo, ItemState
from domain.jobs.job import JobId, JobStatus, cancelling
from domain.jobs.ports import Store
from tests.contract.building import (
    JOB,
    LATER,
    NOW,
    PASSED,
    US,
    KernelStore,
    a_claim,
    a_job,
    add_job,
    after,
    begun,
    claim,
    ended_as,
    numbers,
    processing,
    record,
    request_cancel,
)

T = TypeVar("T")
CLOSERS = 50
CLAIMERS = 8
CONCURRENCY = 5
TIME_TO_OVERTAKE_S = 0.2
"""How long a second transaction gets to do what it must not: it is found out by what the rows say in the end."""


def test_of_fifty_closers_one_wins(shared_store: KernelStore) -> None:
    """The end of a job is told exactly once: webhooks and the next stage hang on it."""
    job = processing(shared_store, a_job(), planned=1)

    def close_once(_: int) -> bool:
        with shared_store.begin(US) as work:
            close(work, job, JobStatus.COMPLETED, now=NOW)
            work.commit()
        with shared_store.begin(US) as work:
            return work.jobs.close(ended_as(job, JobStatus.FAILED), revision=1)

    assert not any(_at_once(CLOSERS, close_once))
    with shared_store.view(US) as work:
        assert work.jobs.get(JOB).status is JobStatus.COMPLETED
        told = [envelope.message for envelope in work.outbox.history(JOB)]
    assert [type(message) for message in told] == [JobEnded]


def test_claimers_at_once_never_exceed_the_jobs_concurrency(shared_store: KernelStore) -> None:
    """The limit protects somebody's endpoint; claims of different items must count each other's too."""
    processing(shared_store, a_job(), planned=10 * CLAIMERS)

    def work_through(number: int) -> int:
        mine, most = range(10 * number, 10 * number + 10), 0
        while not _are_over(shared_store, mine):
            answer = claim(shared_store, a_claim(*mine, concurrency=CONCURRENCY))
            most = max(most, _running(shared_store))
            record(shared_store, *[Ended(no=item.no, token=item.token, outcome=PASSED) for item in answer.granted])
        return most

    assert max(_at_once(CLAIMERS, work_through)) <= CONCURRENCY
    with shared_store.view(US) as work:
        stored = work.ledger.page(JOB, after=None, limit=10 * CLAIMERS)
    assert Counter((item.attempts, item.state) for item in stored) == {(1, ItemState.SUCCEEDED): 10 * CLAIMERS}


def test_one_item_is_granted_to_one_of_many(shared_store: KernelStore) -> None:
    """A chord that was sent twice must not pay for its items twice."""
    processing(shared_store, a_job(), planned=10)

    answers = _at_once(CLAIMERS, lambda _: claim(shared_store, a_claim(*range(10))).granted)

    granted = Counter(item.no for answer in answers for item in answer)
    assert granted == Counter(ItemNo(no) for no in range(10))


def test_a_cancel_waits_for_the_record_that_is_being_written(shared_store: KernelStore) -> None:
    """An item that slips back to pending behind the cancel would be sent by nobody, and the job would never end."""
    processing(shared_store, a_job(), planned=2)
    taken = begun(shared_store, 0)[0]

    with ThreadPoolExecutor(1) as pool:
        with shared_store.begin(US) as work:
            work.ledger.record(JOB, [Postponed(no=taken.no, token=taken.token, failure=LATER, not_before=NOW)], now=NOW)
            cancel = pool.submit(request_cancel, shared_store)
            wait([cancel], timeout=TIME_TO_OVERTAKE_S)
            work.commit()
        cancel.result()

    with shared_store.view(US) as work:
        assert work.ledger.tally(JOB) == Tally(cancelled=2)


def test_a_record_waits_for_the_cancel_that_is_being_written(shared_store: KernelStore) -> None:
    """The other way round: the item must learn of the cancel, or it is pending after it."""
    processing(shared_store, a_job(), planned=2)
    taken = begun(shared_store, 0)[0]
    report = Postponed(no=taken.no, token=taken.token, failure=LATER, not_before=NOW)

    with ThreadPoolExecutor(1) as pool:
        with shared_store.begin(US) as work:
            work.jobs.put(cancelling(work.jobs.get(JOB, lock=True), now=NOW))
            work.ledger.cancel_pending(JOB, now=NOW)
            late = pool.submit(record, shared_store, report)
            wait([late], timeout=TIME_TO_OVERTAKE_S)
            work.commit()
        assert late.result() == [True]

    with shared_store.view(US) as work:
        assert work.ledger.tally(JOB) == Tally(cancelled=2)


def test_two_relays_never_take_the_same_message(shared_store: KernelStore) -> None:
    """Every process of an installation runs a relay."""
    add_job(shared_store, a_job())
    with shared_store.begin(US) as work:
        for shard in range(60):
            work.outbox.add(SendShard(job_id=JOB, shard=shard), now=NOW)
        work.commit()

    def relay(_: int) -> list[int]:
        ids: list[int] = []
        while taken := shared_store.take_messages(now=NOW, hold_until=after(30), limit=7):
            ids += [envelope.id for envelope in taken]
        return ids

    taken = [event_id for ids in _at_once(2, relay) for event_id in ids]

    assert len(taken) == len(set(taken)) == 60


def test_of_many_submits_with_one_key_one_stores_its_job(shared_store: KernelStore) -> None:
    """Eight impatient clicks are one job."""

    def submit(number: int) -> bool:
        return _stored(shared_store, job_id=JobId(f"job-{number}"), key="key", subject=None)

    assert sum(_at_once(8, submit)) == 1
    with shared_store.view(US) as work:
        assert len(work.jobs.find("")) == 1


def test_of_many_submits_on_one_subject_one_stores_its_job(shared_store: KernelStore) -> None:
    """The duplicate guard is an index, not a look beforehand."""

    def submit(number: int) -> bool:
        return _stored(shared_store, job_id=JobId(f"job-{number}"), key=None, subject="source/1")

    assert sum(_at_once(8, submit)) == 1
    with shared_store.view(US) as work:
        assert len(work.jobs.find("")) == 1


def test_locked_moves_on_a_job_take_turns(shared_store: KernelStore) -> None:
    """Read, decide, write: under the job's lock no move overwrites another's."""
    add_job(shared_store, a_job())

    def next_revision(_: int) -> None:
        with shared_store.begin(US) as work:
            job = work.jobs.get(JOB, lock=True)
            work.jobs.put(attrs.evolve(job, revision=job.revision + 1))
            work.commit()

    _at_once(20, next_revision)

    with shared_store.view(US) as work:
        assert work.jobs.get(JOB).revision == 21


def test_a_view_does_not_wait_for_a_writer_and_sees_one_state(shared_store: KernelStore) -> None:
    """Progress must be shown while a plan of 100,000 items is being written."""
    job = processing(shared_store, a_job(), planned=2)

    with shared_store.begin(US) as writer:
        writer.jobs.get(JOB, lock=True)
        writer.jobs.put(attrs.evolve(job, celery_task_id="new"))
        with shared_store.view(US) as reader:
            assert reader.jobs.get(JOB) == job
            writer.ledger.cancel_pending(JOB, now=NOW)
            writer.commit()
            assert reader.jobs.get(JOB) == job
            assert reader.ledger.tally(JOB).pending == 2

    with shared_store.view(US) as reader:
        assert reader.ledger.tally(JOB).cancelled == 2


def _stored(store: Store, *, job_id: JobId, key: str | None, subject: str | None) -> bool:
    try:
        with store.begin(US) as work:
            work.jobs.add(a_job(job_id, subject=subject), idempotency_key=key, fingerprint="f")
            work.commit()
    except Conflict:
        return False
    return True


def _are_over(store: Store, wanted: range) -> bool:
    with store.view(US) as work:
        return all(item.state.is_end for item in work.ledger.get(JOB, numbers(*wanted)))


def _running(store: Store) -> int:
    with store.view(US) as work:
        return work.ledger.tally(JOB).running


def _at_once(threads: int, call: Callable[[int], T]) -> list[T]:
    """Run *call* on that many threads, all let go at one moment; return what each returned."""
    ready = Barrier(threads, timeout=60)

    def run(number: int) -> T:
        ready.wait()
        return call(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
