"""What the store says to the database: few statements, each answered from an index, and values both databases hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import StatementError

from adapters.database.rfps import SqlRfpStore
from adapters.database.store import SqlStore
from adapters.database.test_sets import PAGE, SqlTestSets
from domain.jobs.claims import Claim, Ended, Released
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, ItemNo, ItemState, Outcome, PlannedItem, WorkerId
from domain.jobs.job import Job, JobId, cancelling
from domain.jobs.plan import Shard
from domain.tenancy import OrganizationId, TenantContext, UserId
from domain.test_execution.test_set import TestCase

TENANT = TenantContext(organization_id=OrganizationId("acme"), user_id=UserId("ada"))
JOB = JobId("11111111-2222-4333-8444-555555555555")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Statement = tuple[str, Any]
"""The words, and the values of the driver's own shape."""


@contextmanager
def watched(engine: Engine) -> Iterator[list[Statement]]:
    """Yield the list that every statement on *engine* is noted in."""
    seen: list[Statement] = []

    def note(_connection: Connection, _cursor: object, statement: str, values: object, *_: object) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def planned(engine: Engine, items: int) -> SqlStore:
    """Return a store with one job of *items* items."""
    store = SqlStore(engine)
    job = Job(
        id=JOB,
        organization_id=TENANT.organization_id,
        kind="test_execution",
        spec={},
        started_by=TENANT.user_id,
        created_at=NOW,
        updated_at=NOW,
    )
    with store.begin(TENANT) as work:
        work.jobs.add(job)
        work.ledger.add(JOB, ItemNo(0), [PlannedItem(key=str(no), input={}) for no in range(items)])
        work.ledger.cut(JOB, [Shard(no=0, first=ItemNo(0), last=ItemNo(items - 1))])
        work.commit()
    return store


def claim_of(numbers: range) -> Claim:
    """Return a wish for all of *numbers*."""
    return Claim(
        job_id=JOB,
        numbers=tuple(map(ItemNo, numbers)),
        worker_id=WorkerId("worker"),
        concurrency=1000,
        lease_until=NOW + timedelta(seconds=30),
        deadline_at=NOW + timedelta(seconds=60),
        now=NOW,
    )


def claim_and_record(store: SqlStore, numbers: range, outcome: Outcome) -> None:
    """Begin and end an attempt at each of *numbers* in one unit of work."""
    with store.begin(TENANT) as work:
        granted = work.ledger.claim(claim_of(numbers)).granted
        reports = [Ended(no=item.no, token=item.token, outcome=outcome) for item in granted]
        assert all(work.ledger.record(JOB, reports, now=NOW))
        work.commit()


def test_a_claim_and_a_record_take_as_many_statements_for_one_item_as_for_many(engine: Engine) -> None:
    """On a server each statement is a round trip: a chunk of 50 items must not cost 50 of them."""
    store = planned(engine, 60)
    success = Outcome(state=ItemState.SUCCEEDED, verdict="pass", result={"answer": "yes"})

    with watched(engine) as for_one:
        claim_and_record(store, range(1), success)
    with watched(engine) as for_many:
        claim_and_record(store, range(10, 60), success)

    assert [statement for statement, _ in for_one] == [statement for statement, _ in for_many]
    # look, grant, look, record; before them SQLite's BEGIN, or on Postgres for whom it is, and the job's lock
    assert len(for_many) == (5 if engine.dialect.name == "sqlite" else 6)


def test_no_move_on_a_few_items_reads_all_items_of_the_job(sqlite_engine: Engine) -> None:
    """SQLite once looked at all 100,000 items in each claim, because of two characters in the statement."""
    store = planned(sqlite_engine, 60)

    with watched(sqlite_engine) as seen, store.begin(TENANT) as work:
        claim = work.ledger.claim(claim_of(range(10)))
        work.ledger.extend(JOB, [(item.no, item.token) for item in claim.granted], lease_until=NOW)
        work.ledger.record(JOB, [Ended(no=ItemNo(3), token=1, outcome=Outcome(state=ItemState.SUCCEEDED))], now=NOW)
        work.ledger.overdue(JOB, now=NOW)
        work.ledger.expire(JOB, now=NOW)
        work.ledger.workers_of(JOB)
        work.ledger.fail_pending(JOB, [ItemNo(5)], Failure(kind=FailureKind.POISON, message="killed"), now=NOW)
        work.ledger.get(JOB, [ItemNo(5)])
        work.ledger.page(JOB, after=ItemNo(20), limit=10)

    assert [statement for statement in seen if _reads_whole_job(sqlite_engine, statement)] == []


def test_relay_and_sweeper_find_their_rows_by_index(sqlite_engine: Engine) -> None:
    """Both look every second, among the messages and jobs of all time."""
    store = planned(sqlite_engine, 1)

    with watched(sqlite_engine) as seen:
        store.take_messages(now=NOW, hold_until=NOW, limit=10)
        store.mark_sent([1, 2], now=NOW)
        store.postpone([1, 2], until=NOW)
        store.active_jobs()

    steps = [step for statement in seen for step in _steps(sqlite_engine, statement)]
    assert [step for step in steps if step in ("SCAN outbox", "SCAN job")] == []


def test_test_sets_are_read_in_pages(engine: Engine) -> None:
    """A large set must never be in memory whole; and a slow reader must not keep a transaction open."""
    sets = SqlTestSets(engine)
    stored = sets.save(TENANT, "large", (TestCase(id=str(no), prompt="?") for no in range(PAGE + 1)), now=NOW)
    cases = sets.cases(TENANT, stored.id)

    with watched(engine) as seen:
        next(cases)
        assert _reads_of_cases(seen) == 1
        assert engine.pool.status().endswith("Current Checked out connections: 0")
        assert len(list(cases)) == PAGE

    assert _reads_of_cases(seen) == 3  # the full page, the last one, and nothing behind it


def test_what_postgres_cannot_hold_is_replaced_on_both_databases(engine: Engine) -> None:
    """One answer with a NUL character must not fail the transaction that it shares with many others."""
    store = planned(engine, 2)
    result = {"answer": "a\x00b\ud800", "a\x00": [math.nan, math.inf, 1.5], "path": r"C:\u0000", "ok": "é\n😀"}
    failure = Failure(kind=FailureKind.BAD_ANSWER, message="found \x00 and \udfff")

    claim_and_record(store, range(1), Outcome(state=ItemState.SUCCEEDED, result=result))
    claim_and_record(store, range(1, 2), Outcome(state=ItemState.FAILED, failure=failure))

    with store.view(TENANT) as work:
        succeeded, failed = work.ledger.get(JOB, [ItemNo(0), ItemNo(1)])
    assert succeeded.outcome is not None
    assert succeeded.outcome.result == {
        "answer": "a�b�",
        "a�": [None, None, 1.5],
        "path": r"C:\u0000",
        "ok": "é\n😀",
    }
    assert failed.last_failure == Failure(kind=FailureKind.BAD_ANSWER, message="found � and �")


def test_times_come_back_as_the_same_moment_in_utc(engine: Engine) -> None:
    """Leases are compared as stored: on SQLite as text, where another zone's hours would sort wrongly."""
    store = planned(engine, 2)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-9)))
    in_an_hour = elsewhere + timedelta(hours=1)

    with store.begin(TENANT) as work:
        (item,) = work.ledger.claim(attrs.evolve(claim_of(range(1)), now=elsewhere, lease_until=in_an_hour)).granted
        work.commit()

    assert item.started_at == NOW
    assert item.started_at.tzinfo is UTC
    with store.begin(TENANT) as work:
        assert work.ledger.expire(JOB, now=NOW + timedelta(minutes=59)) == []


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    """It would be read as UTC, hours away from what was meant."""
    store = planned(engine, 1)
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(StatementError, match="a time without a zone"), store.begin(TENANT) as work:
        work.ledger.cancel_pending(JOB, now=naive)


def test_a_jobs_lock_is_not_believed_in_after_the_commit(engine: Engine) -> None:
    """A cancel between two transactions of one unit of work must be seen by the second, or its item waits for ever."""
    store = planned(engine, 2)

    with store.begin(TENANT) as work:
        first, second = work.ledger.claim(claim_of(range(2))).granted
        work.ledger.record(JOB, [Released(no=first.no, token=first.token)], now=NOW)
        work.commit()
        with store.begin(TENANT) as other:
            other.jobs.put(cancelling(other.jobs.get(JOB, lock=True), now=NOW))
            other.commit()
        work.ledger.record(JOB, [Released(no=second.no, token=second.token)], now=NOW)
        assert [item.state for item in work.ledger.get(JOB, [first.no, second.no])] == ["pending", "cancelled"]


def _reads_of_cases(seen: list[Statement]) -> int:
    return sum("test_case" in statement for statement, _ in seen)


def _reads_whole_job(engine: Engine, statement: Statement) -> bool:
    return any(
        "SCAN item" in step or step.endswith("_item_1 (organization_id=? AND job_id=?)")
        for step in _steps(engine, statement)
    )


def _steps(engine: Engine, statement: Statement) -> list[str]:
    words, values = statement
    if words.startswith("BEGIN"):
        return []
    first = values[0] if isinstance(values, list) else values
    with engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", first)]


def test_lists_find_the_newest_jobs_of_many_things_together_by_index(engine: Engine) -> None:
    """A page of fifty summaries was fifty round trips, each through all jobs of their kind."""
    store = planned(engine, 1)
    subjects = [f"information:{no}" for no in range(50)]

    with watched(engine) as seen, store.view(TENANT) as work:
        work.jobs.newest(kind="document_summary", subjects=subjects)

    found, read = [(words, values) for words, values in seen if "job" in words]
    if engine.dialect.name == "sqlite":
        steps = " ".join([*_steps(engine, found), *_steps(engine, read)])
        assert "ix_job_newest_by_subject (organization_id=? AND kind=? AND subject=?)" in steps
        assert "SCAN job" not in steps


def test_gaps_are_found_among_the_gaps(sqlite_engine: Engine) -> None:
    """A library has few of them beside all that was ever answered, whose rows hold whole drafts."""
    with watched(sqlite_engine) as seen, SqlRfpStore(sqlite_engine).view(TENANT) as work:
        work.answers.gaps(limit=5)

    steps = [step for statement in seen for step in _steps(sqlite_engine, statement)]
    assert "SEARCH rfp_draft USING INDEX ix_rfp_draft_gap (organization_id=?)" in steps
    assert [step for step in steps if step.startswith("SCAN") and step != "SCAN gap"] == []
