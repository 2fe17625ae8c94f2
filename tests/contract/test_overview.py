"""Counting over all organizations says what the rows say, whatever state shards are in, on both databases."""

from __future__ import annotations

from collections import Counter

import attrs
import pytest
from sqlalchemy import Engine, create_engine, text

from adapters.database.overview import SqlOverviews
from adapters.database.store import SqlStore
from domain.jobs.claims import Ended
from domain.jobs.events import LateRecord, LeasesLost, StartJob
from domain.jobs.item import ItemNo, ItemState
from domain.jobs.job import Job, JobId, JobStatus
from domain.jobs.overview import Overview, Waiting
from domain.jobs.plan import ShardState
from domain.jobs.usage import Usage
from tests.contract.building import (
    FAILED,
    JOB,
    NOW,
    OTHER_JOB,
    PASSED,
    THEM,
    US,
    a_job,
    add_job,
    after,
    begun,
    end,
    ended_as,
    processing,
    record,
)
from tests.services.logins import administrator_of

ENDED_JOB = JobId("00000000-0000-4000-8000-000000000003")


@pytest.fixture
def sql(shared_store: SqlStore) -> SqlStore:
    """Each database in turn."""
    return shared_store


def look(store: SqlStore) -> Overview:
    """Count."""
    return SqlOverviews(store.engine).look()


def send(store: SqlStore, job: Job, *shards: int) -> None:
    """Note the shards as sent."""
    with store.begin(US) as work:
        for no in shards:
            shard = work.ledger.shard(job.id, no)
            work.ledger.put_shard(job.id, attrs.evolve(shard, state=ShardState.SENT, sends=1, sent_at=NOW))
        work.commit()


def close(store: SqlStore, job: Job, no: int) -> None:
    """Close the shard with its tally."""
    with store.begin(US) as work:
        shard = work.ledger.shard(job.id, no)
        tally = work.ledger.tally(job.id, shard)
        work.ledger.put_shard(job.id, attrs.evolve(shard, state=ShardState.CLOSED, tally=tally))
        work.commit()


def test_an_empty_installation_has_nothing(sql: SqlStore) -> None:
    """The first scrape comes before the first job."""
    assert look(sql) == Overview(jobs={}, items=Counter())


def test_items_are_counted_whatever_state_their_shard_is_in(sql: SqlStore) -> None:
    """Closed shards keep a tally, sent ones have rows, others were never touched: three ways to one sum."""
    job = processing(sql, a_job(), planned=12, shard_size=4)
    send(sql, job, 0, 1)
    end(sql, 0, 1, 2)
    end(sql, 3, outcome=FAILED)
    close(sql, job, 0)
    end(sql, 4)
    begun(sql, 5)

    items = look(sql).items

    assert items == {"succeeded": 4, "failed": 1, "running": 1, "pending": 6}
    with sql.view(US) as work:
        tally = work.ledger.tally(JOB)
    assert items is not None
    assert {state.value: getattr(tally, state.value) for state in ItemState if getattr(tally, state.value)} == items


def test_a_shard_that_was_opened_again_is_counted_by_its_rows(sql: SqlStore) -> None:
    """After retry-failed a planned shard holds ended items too; its size would count those as waiting."""
    job = processing(sql, a_job(), planned=4, shard_size=4)
    send(sql, job, 0)
    end(sql, 0, 1)
    end(sql, 2, 3, outcome=FAILED)
    close(sql, job, 0)
    with sql.begin(US) as work:
        work.ledger.reset(JOB, [ItemState.FAILED])
        work.commit()

    assert look(sql).items == {"succeeded": 2, "pending": 2}


def test_jobs_of_all_organizations_are_counted_by_status(sql: SqlStore) -> None:
    """The operator's numbers are of the installation; ended jobs count as jobs, and their items do not."""
    processing(sql, a_job(), planned=2)
    add_job(sql, a_job(OTHER_JOB, tenant=THEM, created_at=after(-60)))
    add_job(sql, ended_as(a_job(ENDED_JOB), JobStatus.PARTIAL))

    seen = look(sql)

    assert seen.jobs == {"processing": 1, "pending": 1, "partial": 1}
    assert seen.items == {"pending": 2}
    assert seen.waiting_since == after(-60)


def test_commands_that_wait_are_counted_apart_from_facts(sql: SqlStore) -> None:
    """A growing number says that the broker, or every relay, is away."""
    add_job(sql, a_job())
    with sql.begin(US) as work:
        work.outbox.add(StartJob(job_id=JOB), now=after(-30))
        work.outbox.add(StartJob(job_id=JOB), now=after(-20))
        work.outbox.add(LateRecord(job_id=JOB, item=ItemNo(0), token=1), now=NOW)
        work.outbox.add(LeasesLost(job_id=JOB, items=(ItemNo(0), ItemNo(1))), now=NOW)
        work.commit()

    seen = look(sql)

    assert seen.unsent == Waiting(2, after(-30))
    assert seen.untold == Waiting(2, NOW)
    assert (seen.lease_expiries, seen.late_records) == (1, 1)


def test_what_was_spent_is_the_sum_over_all_jobs(sql: SqlStore) -> None:
    """Money is watched by whoever pays for the accounts."""
    processing(sql, a_job(), planned=1)
    [item] = begun(sql, 0)
    spent = Usage(requests=2, prompt_tokens=30, completion_tokens=4, cost_nanousd=500)
    record(sql, Ended(no=item.no, token=item.token, outcome=PASSED, spent=spent))

    assert look(sql).spent == spent


@pytest.mark.postgres
def test_items_that_take_too_long_are_left_out_and_nothing_else(postgres_engine: Engine) -> None:
    """Watching must never become the load; and a busy database is not one that is away."""
    store = SqlStore(postgres_engine)
    processing(store, a_job(), planned=2)
    administrator = create_engine(administrator_of(postgres_engine.url.render_as_string(hide_password=False)))
    with administrator.connect() as locking:
        locking.execute(text("LOCK TABLE item, shard IN ACCESS EXCLUSIVE MODE"))

        seen = SqlOverviews(postgres_engine, longest_s=0.1).look()
    administrator.dispose()

    assert seen.items is None
    assert seen.jobs == {"processing": 1}
