"""Contract of the store: what a unit of work keeps, undoes, and shows to whom."""

from __future__ import annotations

import pytest

from domain.jobs.claims import Ended
from domain.jobs.errors import NotFound
from domain.jobs.events import StartJob
from domain.jobs.item import ItemNo
from domain.jobs.plan import ShardState
from domain.jobs.ports import UnitOfWork
from tests.contract.building import (
    JOB,
    NOW,
    OTHER_JOB,
    PASSED,
    THEM,
    US,
    KernelStore,
    a_claim,
    a_job,
    add_job,
    after,
    end,
    items,
    numbers,
    processing,
    record,
    shards,
    states,
)


def test_committed_changes_are_seen_by_the_next_unit_of_work(store: KernelStore) -> None:
    """Nothing else in the store means anything without this."""
    job = a_job()

    add_job(store, job)

    with store.begin(US) as work:
        assert work.jobs.get(JOB) == job


def test_leaving_without_commit_undoes_every_kind_of_change(store: KernelStore) -> None:
    """A move that stops half-way must not leave a job with half of its rows."""
    ready = processing(store, a_job(), planned=4)

    with store.begin(US) as work:
        _change_everything(work)

    with store.begin(US) as work:
        assert work.jobs.get(JOB) == ready
        assert work.jobs.by_key("key") is None
        assert work.jobs.find("") == [JOB]
        assert work.ledger.count(JOB) == 4
        assert work.ledger.tally(JOB).pending == 4
        assert work.ledger.workers_of(JOB) == set()
        assert len(work.ledger.shards(JOB, ShardState.PLANNED, limit=10)) == 1
        assert work.outbox.history(JOB) == []
    assert store.take_messages(now=after(99), hold_until=after(100), limit=10) == []


def test_an_error_inside_a_unit_of_work_undoes_it_and_comes_out_as_it_was(store: KernelStore) -> None:
    """The caller must see its own error, and the rows as they were."""
    with pytest.raises(ZeroDivisionError):
        _add_and_stumble(store)

    with store.begin(US) as work:
        assert work.jobs.find("") == []


def test_changes_after_a_commit_are_a_transaction_of_their_own(store: KernelStore) -> None:
    """A unit of work that commits in pages loses at most its last page."""
    with store.begin(US) as work:
        work.jobs.add(a_job())
        work.commit()
        work.jobs.add(a_job(OTHER_JOB))

    with store.begin(US) as work:
        assert work.jobs.find("") == [JOB]


def test_a_view_shows_what_was_committed(store: KernelStore) -> None:
    """Everybody who only looks uses views."""
    ready = processing(store, a_job(), planned=3)
    end(store, 1)

    with store.view(US) as work:
        assert work.jobs.get(JOB) == ready
        assert work.ledger.tally(JOB).succeeded == 1


def test_a_view_refuses_to_commit(store: KernelStore) -> None:
    """A change made in a view would be made without the lock that moves rely on."""
    with store.view(US) as work, pytest.raises(RuntimeError):
        work.commit()


def test_another_organization_finds_no_job(store: KernelStore) -> None:
    """A job's id is no secret; knowing it must not be enough."""
    processing(store, a_job(), planned=2)

    with store.begin(THEM) as work:
        with pytest.raises(NotFound):
            work.jobs.get(JOB)
        assert work.jobs.find("0") == []
        assert work.jobs.page(before=None, limit=10) == []


def test_another_organization_reads_no_items_shards_or_messages(store: KernelStore) -> None:
    """Every read of the ledger and the outbox filters by organization, not only the job's."""
    processing(store, a_job(), planned=2)
    with store.begin(US) as work:
        work.outbox.add(StartJob(job_id=JOB), now=NOW)
        work.ledger.claim(a_claim(0))
        work.commit()
    whole = shards(2, size=2)[0]

    with store.begin(THEM) as work:
        assert work.ledger.get(JOB, numbers(0, 1)) == []
        assert work.ledger.page(JOB, after=None, limit=10) == []
        assert work.ledger.pending_in(JOB, whole) == []
        assert work.ledger.workers_of(JOB) == set()
        assert work.ledger.overdue(JOB, now=after(9999)) == []
        assert (work.ledger.count(JOB), work.ledger.tally(JOB).total, work.ledger.tally(JOB, whole).total) == (0, 0, 0)
        assert work.ledger.last_activity(JOB, whole) is None
        assert work.ledger.shards(JOB, ShardState.PLANNED, limit=10) == []
        assert work.outbox.history(JOB) == []
        with pytest.raises(NotFound):
            work.ledger.shard(JOB, 0)


def test_another_organization_changes_no_items(store: KernelStore) -> None:
    """Writes filter by organization too: a forged message of another tenant does nothing."""
    processing(store, a_job(), planned=2)
    with store.begin(US) as work:
        taken = work.ledger.claim(a_claim(0)).granted[0]
        work.commit()

    with store.begin(THEM) as work:
        assert work.ledger.claim(a_claim(1)).granted == ()
        assert work.ledger.cancel_pending(JOB, now=NOW) == 0
        assert work.ledger.expire(JOB, now=after(9999)) == []
        assert work.ledger.forsake(JOB, a_claim(0).worker_id, now=NOW) == []
        assert work.ledger.reset(JOB, list(type(taken.state))) == 0
        work.ledger.extend(JOB, [(taken.no, taken.token)], lease_until=after(9999))
        work.commit()

    assert states(store) == ["running", "pending"]
    with store.view(US) as work:
        assert work.ledger.get(JOB, numbers(0)) == [taken]


def test_another_organizations_record_does_not_count(store: KernelStore) -> None:
    """Even with the right token: a token is a fence, not a key."""
    processing(store, a_job(), planned=1)
    with store.begin(US) as work:
        taken = work.ledger.claim(a_claim(0)).granted[0]
        work.commit()

    applied = record(store, Ended(no=taken.no, token=taken.token, outcome=PASSED), tenant=THEM)

    assert applied == [False]
    assert states(store) == ["running"]


def _add_and_stumble(store: KernelStore) -> None:
    with store.begin(US) as work:
        work.jobs.add(a_job())
        raise ZeroDivisionError


def _change_everything(work: UnitOfWork) -> None:
    work.jobs.add(a_job(OTHER_JOB), idempotency_key="key", fingerprint="f")
    work.ledger.add(OTHER_JOB, ItemNo(0), items(2))
    work.ledger.claim(a_claim(0, 1))
    work.ledger.cancel_pending(JOB, now=NOW)
    work.ledger.cut(JOB, shards(8, size=4)[1:])
    work.outbox.add(StartJob(job_id=JOB), now=NOW)
