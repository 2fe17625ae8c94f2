"""What the rows of a job say after a run that was disturbed, read with plain SQL."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from sqlalchemy import create_engine, text

from tests.services.logins import administrator_of

ENDS = ("succeeded", "failed", "skipped", "cancelled")


@frozen(kw_only=True)
class Rows:
    """Counts over one job: items by state, items with an outcome, events that it ended, leases that were lost."""

    status: str
    planned: int
    states: dict[str, int]
    items: int
    keys: int
    with_outcome: int
    endings: int
    losses: int
    attempts: int


def rows_of(database_url: str, job_id: str) -> Rows:
    """Return what the database holds of the job."""
    engine = create_engine(administrator_of(database_url))
    try:
        with engine.connect() as connection:

            def one(statement: str) -> Any:
                return connection.execute(text(statement), {"job": job_id}).one()

            job = one("SELECT status, planned FROM job WHERE id = :job")
            counts = one(
                "SELECT count(*), count(DISTINCT key), count(result), coalesce(sum(losses), 0), sum(attempts) "
                "FROM item WHERE job_id = :job"
            )
            states = connection.execute(
                text("SELECT state, count(*) FROM item WHERE job_id = :job GROUP BY state"), {"job": job_id}
            )
            endings = one("SELECT count(*) FROM outbox WHERE job_id = :job AND kind = 'job_ended'")
            return Rows(
                status=job.status,
                planned=job.planned,
                states={state: count for state, count in states},  # noqa: C416  # rows are not pairs to the type checker
                items=counts[0],
                keys=counts[1],
                with_outcome=counts[2],
                losses=counts[3],
                attempts=counts[4],
                endings=endings[0],
            )
    finally:
        engine.dispose()


def assert_true_end(rows: Rows, *, planned: int) -> None:
    """Hold the rows to the promise: every item accounted for exactly once, and one end."""
    assert rows.planned == rows.items == rows.keys == planned
    assert set(rows.states) <= set(ENDS)
    assert sum(rows.states.values()) == planned
    assert rows.with_outcome == planned - rows.states.get("cancelled", 0)
    assert rows.endings == 1
