"""The memory store where its contract does not reach: cost, misuse, and turns between threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.journal import Journal
from adapters.memory.store import MemoryStore
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.events import StartJob
from domain.jobs.item import ItemNo, PlannedItem
from domain.jobs.job import Job, JobId
from domain.tenancy import OrganizationId, TenantContext, UserId

NOW = datetime(2026, 1, 2, tzinfo=UTC)
US = TenantContext(organization_id=OrganizationId("us"), user_id=UserId("ada"))
JOB = Job(
    id=JobId("job"),
    organization_id=US.organization_id,
    kind="test_execution",
    spec={},
    started_by=US.user_id,
    created_at=NOW,
    updated_at=NOW,
)

Writes = list[tuple[bool, int, int]]
writes = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers()))


@given(writes, writes)
def test_undo_restores_the_last_commit(committed: Writes, undone: Writes) -> None:
    """Whatever order keys were set, overwritten and dropped in."""
    table: dict[int, int] = {}
    journal = Journal()
    _write(journal, table, committed)
    journal.commit()
    before = dict(table)

    _write(journal, table, undone)
    journal.undo()

    assert table == before


def test_a_second_unit_of_work_in_one_thread_is_refused() -> None:
    """It would wait for itself; an error names the mistake where a deadlock would not."""
    store = MemoryStore()

    with store.begin(US), pytest.raises(RuntimeError, match="open already"), store.view(US):
        pass

    with store.begin(US):
        pass


def test_units_of_work_of_many_threads_lose_no_update() -> None:
    """Read, decide, write: each sees what the one before it committed."""
    store = _stored()

    def next_revision(_: int) -> None:
        with store.begin(US) as work:
            job = work.jobs.get(JOB.id)
            work.jobs.put(attrs.evolve(job, revision=job.revision + 1))
            work.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(next_revision, range(200)))

    with store.view(US) as work:
        assert work.jobs.get(JOB.id).revision == 201


def test_item_numbers_must_follow_each_other() -> None:
    """Shards are ranges of numbers: an item beyond a gap would be counted, and be sent by nobody."""
    store = _stored()

    with store.begin(US) as work:
        work.ledger.add(JOB.id, ItemNo(0), [PlannedItem(key="a", input={})])
        for first in (0, 2):
            with pytest.raises(Conflict, match=f"from number {first}"):
                work.ledger.add(JOB.id, ItemNo(first), [PlannedItem(key="b", input={})])


def test_rows_need_a_job_they_belong_to() -> None:
    """As a foreign key does: an item or message of an unknown job would be lost from the start."""
    store = MemoryStore()

    with store.begin(US) as work:
        with pytest.raises(NotFound):
            work.ledger.add(JOB.id, ItemNo(0), [PlannedItem(key="a", input={})])
        with pytest.raises(NotFound):
            work.outbox.add(StartJob(job_id=JOB.id), now=NOW)
        with pytest.raises(NotFound):
            work.jobs.put(JOB)


def _stored() -> MemoryStore:
    store = MemoryStore()
    with store.begin(US) as work:
        work.jobs.add(JOB)
        work.commit()
    return store


def _write(journal: Journal, table: dict[int, int], changes: Writes) -> None:
    for is_put, key, value in changes:
        if is_put:
            journal.put(table, key, value)
        elif key in table:
            journal.drop(table, key)
