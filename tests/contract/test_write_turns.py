"""Turns of the threads of one process at writing to SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from adapters.database import write_turn
from adapters.database.connection import connected
from adapters.database.engine import make_engine
from adapters.database.write_turn import commit
from domain.jobs.errors import ServiceUnavailable
from tests.contract.building import US

WRITERS = 8
POOL = 4
"""Connections: fewer than writers."""
_COUNT = text("SELECT count(*) FROM note")
_ADD = text("INSERT INTO note VALUES (1)")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database of one table."""
    made = make_engine(f"sqlite:///{tmp_path / 'turns.db'}", pool_size=POOL)
    with connected(made, tenant=None) as connection:
        connection.execute(text("CREATE TABLE note (no INTEGER)"))
        commit(connection)
    return made


def add(engine: Engine, is_about_to: Callable[[], object]) -> None:
    """Add a row, in a transaction of its own."""
    is_about_to()
    with connected(engine, tenant=US.organization_id) as connection:
        connection.execute(_ADD)
        commit(connection)


def count(engine: Engine) -> int:
    """Return how many rows a reader sees."""
    with connected(engine, tenant=US.organization_id, reads=True) as connection:
        return int(connection.execute(_COUNT).scalar_one())


def begin_writers(engine: Engine, threads: ThreadPoolExecutor) -> list[Future[None]]:
    """Have as many threads begin to write as there are; return when all are about to."""
    here = threading.Barrier(WRITERS + 1)
    writers = [threads.submit(add, engine, here.wait) for _ in range(WRITERS)]
    here.wait()
    return writers


def test_writers_that_wait_take_no_connection_from_readers(engine: Engine) -> None:
    """Sixty-four items that store what they found must not keep the sixty-fifth from looking something up."""
    with ThreadPoolExecutor(WRITERS) as threads:
        with connected(engine, tenant=US.organization_id) as first:
            first.execute(_ADD)
            writers = begin_writers(engine, threads)
            seen = [count(engine) for _ in range(20)]
            assert engine.pool.checkedout() == 1  # type: ignore[attr-defined]  # a queue's
            commit(first)
        assert all(writer.result(timeout=120) is None for writer in writers)

    assert set(seen) == {0}
    assert count(engine) == 1 + WRITERS


def test_who_has_committed_lets_the_next_one_write(engine: Engine) -> None:
    """A unit of work may go on to read, or tell somebody, behind its commit."""
    with ThreadPoolExecutor(WRITERS) as threads, connected(engine, tenant=US.organization_id) as first:
        first.execute(_ADD)
        commit(first)
        for writer in begin_writers(engine, threads):
            writer.result(timeout=120)

        assert first.execute(_COUNT).scalar_one() == 1 + WRITERS


def test_a_unit_that_failed_keeps_nobody_from_writing(engine: Engine) -> None:
    """Its turn ends with it."""
    with pytest.raises(ZeroDivisionError), connected(engine, tenant=US.organization_id):
        raise ZeroDivisionError

    add(engine, lambda: None)
    assert count(engine) == 1


def test_who_waits_too_long_hears_that_others_write(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another process holds the database."""
    monkeypatch.setattr(write_turn, "WAIT_FOR_LOCK_S", 0.01)

    def write_meanwhile() -> Connection | None:
        with connected(engine, tenant=US.organization_id) as other:
            return other

    with ThreadPoolExecutor(1) as threads, connected(engine, tenant=US.organization_id):
        refused = threads.submit(write_meanwhile).exception(timeout=120)

    assert isinstance(refused, ServiceUnavailable)
    assert "locked by others" in str(refused)
