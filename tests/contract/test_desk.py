"""Contract of the desk: an answer means that the rows are committed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.group_commit import GroupCommit
from adapters.memory.clock import ManualClock
from adapters.memory.desk import InlineDesk
from adapters.memory.store import MemoryStore
from domain.jobs.claims import Ended, Postponed, Refusal, Released
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import LateRecord
from domain.jobs.item import ItemNo
from domain.jobs.worker_ports import Desk
from tests.contract.building import JOB, LATER, NOW, PASSED, US, a_claim, a_job, after, item, nos, processing, states
from tests.kernel.outage import PATIENCE_S, TryingStore


@pytest.fixture
def store() -> TryingStore:
    """A store with a job of three items."""
    memory = MemoryStore()
    processing(memory, a_job(), planned=3)
    return TryingStore(store=memory)


@pytest.fixture(params=["inline", "group"])
def desk(request: pytest.FixtureRequest, store: TryingStore) -> Iterator[Desk]:
    """Every desk over that store."""
    clock = ManualClock(NOW)
    if request.param == "inline":
        yield InlineDesk(store=store, clock=clock)
        return
    group = GroupCommit(store, clock, gather_s=0, patience_s=0)
    yield group
    group.close()


def test_a_claim_is_answered_when_it_is_stored(desk: Desk, store: TryingStore) -> None:
    """The worker begins on nothing less."""
    answer = desk.claim(US, a_claim(2, 0, 9))

    assert (nos(answer.granted), answer.refused) == ([2, 0], {9: Refusal.UNKNOWN})
    assert states(store) == ["running", "pending", "running"]


def test_what_another_holds_is_refused_with_the_reason(desk: Desk) -> None:
    """Whoever asks knows whether to come again."""
    desk.claim(US, a_claim(0))
    desk.record(US, JOB, Postponed(no=ItemNo(0), token=1, failure=LATER, not_before=after(5))).result(PATIENCE_S)
    desk.claim(US, a_claim(1))

    answer = desk.claim(US, a_claim(0, 1, 2, concurrency=1))

    assert answer.refused == {0: Refusal.NOT_DUE, 1: Refusal.LEASED, 2: Refusal.BUSY}
    assert answer.due == {0: after(5)}


def test_a_record_counts_under_the_live_token(desk: Desk, store: TryingStore) -> None:
    """And is stored when its future says so, at the desk's time."""
    desk.claim(US, a_claim(0, 1))

    assert desk.record(US, JOB, Ended(no=ItemNo(0), token=1, outcome=PASSED)).result(PATIENCE_S)
    assert desk.record(US, JOB, Released(no=ItemNo(1), token=1)).result(PATIENCE_S)

    assert states(store) == ["succeeded", "pending", "pending"]
    assert item(store, 0).ended_at == NOW


def test_a_late_record_changes_nothing_and_is_told(desk: Desk, store: TryingStore) -> None:
    """The history shows answers that came too late, for whoever tunes deadlines and leases."""
    desk.claim(US, a_claim(0))
    desk.record(US, JOB, Released(no=ItemNo(0), token=1)).result(PATIENCE_S)
    before = item(store, 0)

    assert not desk.record(US, JOB, Ended(no=ItemNo(0), token=1, outcome=PASSED)).result(PATIENCE_S)

    assert item(store, 0) == before
    with store.view(US) as work:
        told = [envelope.message for envelope in work.outbox.history(JOB)]
    assert told == [LateRecord(job_id=JOB, item=ItemNo(0), token=1)]


def test_a_store_that_refuses_is_told(desk: Desk, store: TryingStore) -> None:
    """A claim raises; a record says so in its future, since its thread may not be the one that waits."""
    store.refusals = 1
    with pytest.raises(ServiceUnavailable):
        desk.claim(US, a_claim(0))

    desk.claim(US, a_claim(0))
    store.refusals = 1
    record = desk.record(US, JOB, Ended(no=ItemNo(0), token=1, outcome=PASSED))

    assert isinstance(record.exception(PATIENCE_S), ServiceUnavailable)
    assert states(store)[0] == "running"
