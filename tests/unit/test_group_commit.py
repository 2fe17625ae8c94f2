"""The desk of a process: one transaction for what many threads have ready, and an answer for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest

from adapters.group_commit import GroupCommit
from adapters.memory.store import MemoryStore
from domain.jobs.claims import ClaimAnswer, Ended, Refusal, Released
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import LateRecord
from domain.jobs.item import Item, ItemNo
from tests.contract.building import (
    JOB,
    OTHER_JOB,
    PASSED,
    THEM,
    US,
    a_claim,
    a_job,
    begun,
    nos,
    processing,
    states,
)
from tests.kernel.outage import PATIENCE_S, TryingStore
from tests.kernel.patience import in_thread
from tests.kernel.world import Kernel


@pytest.fixture
def store() -> TryingStore:
    """A store with a job of six items, whose transactions can be held up and refused."""
    memory = MemoryStore()
    processing(memory, a_job(), planned=6)
    return TryingStore(store=memory)


def test_records_that_come_together_are_one_transaction(store: TryingStore) -> None:
    """A commit costs milliseconds whatever is in it: one for each item would be most of the run."""
    items = begun(store, *range(5))

    with _desk(store) as desk, _held_up(store, desk):
        before = store.begun
        answers = [desk.record(US, JOB, _ended(item)) for item in items]

    assert [answer.result(PATIENCE_S) for answer in answers] == [True] * 5
    assert store.begun == before + 1
    assert states(store) == ["succeeded"] * 5 + ["pending"]


def test_claims_of_one_job_are_merged_and_shared_out(store: TryingStore) -> None:
    """Who asked for an item gets it, or the reason; an item two asked for goes to one of them."""
    with _desk(store) as desk:
        with _held_up(store, desk):
            before = store.begun
            wishes = [in_thread(_claim, desk, *wanted) for wanted in ((0, 1), (1, 2), (2, 3, 99))]
            _wait_until_handed_in(desk, 3)
        answers = [wish.result(PATIENCE_S) for wish in wishes]

    assert store.begun == before + 1
    granted = [nos(answer.granted) for answer in answers]
    assert sorted(no for part in granted for no in part) == [0, 1, 2, 3]
    for wanted, answer in zip(({0, 1}, {1, 2}, {2, 3, 99}), answers, strict=True):
        assert set(nos(answer.granted)) | set(answer.refused) == wanted
        assert {why for no, why in answer.refused.items() if no != 99} <= {Refusal.LEASED}
    assert answers[2].refused[ItemNo(99)] is Refusal.UNKNOWN


def test_claims_of_several_jobs_in_one_group_don_t_mix(store: TryingStore) -> None:
    """Item 0 of one job is not item 0 of another."""
    processing(store.store, a_job(OTHER_JOB), planned=1)

    with _desk(store) as desk:
        with _held_up(store, desk):
            wishes = [in_thread(desk.claim, US, a_claim(0, job_id=job_id)) for job_id in (JOB, OTHER_JOB)]
            _wait_until_handed_in(desk, 2)
        answers = [wish.result(PATIENCE_S) for wish in wishes]

    assert [nos(answer.granted) for answer in answers] == [[0], [0]]


def test_records_come_before_claims(store: TryingStore) -> None:
    """They free the slots that the claims ask for, whichever was handed in first."""
    [item] = begun(store, 0)

    with _desk(store) as desk:
        with _held_up(store, desk):
            wish = in_thread(desk.claim, US, a_claim(1, concurrency=1))
            _wait_until_handed_in(desk, 1)
            desk.record(US, JOB, _ended(item))
        answer = wish.result(PATIENCE_S)

    assert nos(answer.granted) == [1]


def test_an_answer_means_that_the_rows_are_committed(store: TryingStore) -> None:
    """A worker begins, and a message is acknowledged, on nothing less."""
    [item] = begun(store, 0)
    seen: list[list[str]] = []

    with _desk(store) as desk:
        with _held_up(store, desk):
            record = desk.record(US, JOB, _ended(item))
            record.add_done_callback(lambda _: seen.append(states(store)))
            assert not record.done()
        assert record.result(PATIENCE_S)

    assert seen == [["succeeded", *["pending"] * 5]]


def test_a_store_that_comes_back_in_time_is_not_noticed(store: TryingStore) -> None:
    """The group is written whole, once, when the store takes it."""
    [item] = begun(store, 0)
    store.refusals = 2

    with _desk(store) as desk:
        assert desk.record(US, JOB, _ended(item)).result(PATIENCE_S)
        assert desk.trouble is None

    assert states(store)[0] == "succeeded"


def test_a_store_that_stays_away_is_told_to_everyone_who_waits(store: TryingStore) -> None:
    """A thread that hears nothing would hang for ever; and the process can say what is the matter."""
    items = begun(store, 0, 1)

    with _desk(store, patience_s=0) as desk:
        with _held_up(store, desk):
            store.refusals = 2  # the one that is held up, and the group behind it
            waiting: list[Future[bool] | Future[ClaimAnswer]] = [desk.record(US, JOB, _ended(item)) for item in items]
            waiting.append(in_thread(_claim, desk, 5))
            _wait_until_handed_in(desk, 3)
        for answer in waiting:
            assert isinstance(answer.exception(PATIENCE_S), ServiceUnavailable)
        assert isinstance(desk.trouble, ServiceUnavailable)
        assert desk.record(US, JOB, _ended(items[0])).result(PATIENCE_S), "the next group is tried anew"
        assert desk.trouble is None


def test_a_mistake_in_one_group_does_not_stop_the_writer(store: TryingStore) -> None:
    """Whoever waits hears of it; the threads that come later are served."""
    [item] = begun(store, 0)

    with _desk(store) as desk:
        broken = desk.record(US, JOB, "no report")  # type: ignore[arg-type]  # the mistake
        assert isinstance(broken.exception(PATIENCE_S), AttributeError)
        assert desk.record(US, JOB, _ended(item)).result(PATIENCE_S)


def test_a_claim_that_waited_for_the_store_begins_when_it_is_written() -> None:
    """Else a store that was away for longer than the deadline would fail items that nobody has asked yet."""
    kernel = Kernel()
    job = kernel.sent(1)
    asked = a_claim(0, job_id=job.id, lease_s=30, deadline_s=10)
    kernel.clock.advance(25)
    desk = GroupCommit(kernel.store, kernel.clock, gather_s=0)

    [item] = desk.claim(US, asked).granted
    desk.close()

    assert item.lease is not None
    assert (item.started_at, item.lease.deadline_at) == (kernel.clock.now(), kernel.clock.now() + timedelta(seconds=10))


def test_organizations_in_one_group_are_written_apart(store: TryingStore) -> None:
    """A transaction is one organization's; the trouble of one is not another's."""
    [item] = begun(store, 0)

    with _desk(store) as desk:
        with _held_up(store, desk):
            ours = desk.record(US, JOB, _ended(item))
            theirs = desk.record(THEM, JOB, "no report")  # type: ignore[arg-type]  # their mistake
        assert ours.result(PATIENCE_S)
        assert isinstance(theirs.exception(PATIENCE_S), AttributeError)


def test_a_late_record_is_told_with_the_answer(store: TryingStore) -> None:
    """Of two reports on one attempt in one group, the second is late."""
    [item] = begun(store, 0)

    with _desk(store) as desk:
        with _held_up(store, desk):
            answers = [desk.record(US, JOB, _ended(item)), desk.record(US, JOB, Released(no=item.no, token=1))]
        assert [answer.result(PATIENCE_S) for answer in answers] == [True, False]

    with store.view(US) as work:
        told = [envelope.message for envelope in work.outbox.history(JOB)]
    assert told[-1] == LateRecord(job_id=JOB, item=item.no, token=1)


def test_closing_writes_what_was_handed_in(store: TryingStore) -> None:
    """What a stopping worker has done is not done again by others."""
    items = begun(store, *range(4))
    desk = GroupCommit(store, Kernel().clock, gather_s=0)
    answers = [desk.record(US, JOB, _ended(item)) for item in items]

    desk.close()

    assert [answer.result(0) for answer in answers] == [True] * 4


def test_a_closed_desk_refuses_at_once(store: TryingStore) -> None:
    """A thread that comes after the end must not wait for a writer that is gone: the process could never stop."""
    [item] = begun(store, 0)
    desk = GroupCommit(store, Kernel().clock, gather_s=0)
    desk.close()
    desk.close()

    assert isinstance(desk.record(US, JOB, _ended(item)).exception(0), ServiceUnavailable)
    with pytest.raises(ServiceUnavailable, match="stopping"):
        desk.claim(US, a_claim(1))


def test_many_threads_lose_nothing() -> None:
    """Every claim and record gets its own answer, whatever group it falls into."""
    memory = MemoryStore()
    processing(memory, a_job(), planned=400, shard_size=400)

    with _desk(memory) as desk:
        parts = [in_thread(_work_off, desk, range(first, 400, 16)) for first in range(16)]
        done = [part.result(PATIENCE_S) for part in parts]

    assert sorted(no for part in done for no in part) == list(range(400))
    with memory.view(US) as work:
        assert work.ledger.tally(JOB).succeeded == 400


@contextmanager
def _desk(store: TryingStore | MemoryStore, *, patience_s: float = PATIENCE_S) -> Iterator[GroupCommit]:
    desk = GroupCommit(store, Kernel().clock, gather_s=0, patience_s=patience_s)
    try:
        yield desk
    finally:
        desk.close()


@contextmanager
def _held_up(store: TryingStore, desk: GroupCommit) -> Iterator[None]:
    """Keep the desk's writer at the store's door, so that what is handed in meanwhile makes one group."""
    store.door.clear()
    store.at_door.clear()
    first = desk.record(US, JOB, Released(no=ItemNo(5), token=-1))
    assert store.at_door.wait(PATIENCE_S)
    try:
        yield
    finally:
        store.door.set()
    first.exception(PATIENCE_S)


def _wait_until_handed_in(desk: GroupCommit, count: int) -> None:
    """Wait until *count* wishes lie on the desk: a claim blocks its thread, so nothing else can tell."""
    pause = Event()
    for _ in range(2000):
        if desk.waiting >= count:
            return
        pause.wait(0.01)
    raise AssertionError(f"{desk.waiting} of {count} wishes were handed in")


def _claim(desk: GroupCommit, *wanted: int) -> ClaimAnswer:
    return desk.claim(US, a_claim(*wanted))


def _ended(item: Item) -> Ended:
    return Ended(no=item.no, token=item.token, outcome=PASSED)


def _work_off(desk: GroupCommit, wanted: Sequence[int]) -> list[int]:
    done = []
    for no in wanted:
        answer = _claim(desk, no)
        done += nos(answer.granted)
        for item in answer.granted:
            assert desk.record(US, JOB, _ended(item)).result(PATIENCE_S)
    return done
