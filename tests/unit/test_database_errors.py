"""What a user reads when the database does not work: what happened, where, what to do, and never a password."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from adapters.database.connection import connected
from adapters.database.engine import make_engine
from adapters.database.errors import place, service_unavailable
from adapters.database.schema import is_current, upgrade
from adapters.database.store import SqlStore
from domain.jobs.errors import BrokenSettings, ServiceUnavailable
from domain.jobs.job import JobId
from domain.tenancy import OrganizationId, TenantContext, UserId

TENANT = TenantContext(organization_id=OrganizationId("acme"), user_id=UserId("ada"))
PASSWORD = "pa:ss/word@42"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, closed."""
    path = tmp_path_factory.mktemp("migrated") / "antiphon.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a fresh copy."""
    shutil.copyfile(migrated, tmp_path / "antiphon.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'antiphon.db'}")
    yield engine
    engine.dispose()


def complaint_of(engine: Engine) -> str:
    """Return what a user reads when a unit of work is begun and a job stored in vain."""
    with pytest.raises(ServiceUnavailable) as refused, SqlStore(engine).begin(TENANT) as work:
        work.jobs.get(JobId("some-job"))
    engine.dispose()
    return str(refused.value)


def test_a_missing_folder_names_the_file(tmp_path: Path) -> None:
    """The commonest mistake in a path; SQLite itself only says "unable to open database file"."""
    path = tmp_path / "absent" / "antiphon.db"

    complaint = complaint_of(make_engine(f"sqlite:///{path}"))

    assert str(path) in complaint
    assert "its folder exists" in complaint


@pytest.mark.parametrize("content", [b"name,prompt\n" * 500, bytes(range(256)) * 40], ids=["text", "binary"])
def test_a_file_that_is_no_database_is_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    """A user who names a wrong file must learn so, and keep the file."""
    path = tmp_path / "tests.csv"
    path.write_bytes(content)

    with pytest.raises(ServiceUnavailable, match="no SQLite database") as refused:
        upgrade(make_engine(f"sqlite:///{path}"))

    assert str(path) in str(refused.value)
    assert path.read_bytes() == content


def test_a_damaged_database_says_so(engine: Engine, tmp_path: Path) -> None:
    """A damaged file is not repaired by trying again: the way out is a backup."""
    engine.dispose()
    path = tmp_path / "antiphon.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    assert "damaged; restore it from a backup" in complaint_of(engine)


def test_missing_tables_name_the_command_that_makes_them(tmp_path: Path) -> None:
    """A new database, or one of an older version, needs one command: the message is that command."""
    complaint = complaint_of(make_engine(f"sqlite:///{tmp_path / 'empty.db'}"))

    assert "run `antiphon db upgrade`" in complaint


def test_foreign_tables_of_the_same_name_are_not_touched(tmp_path: Path) -> None:
    """A database of another program must not be half taken over."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE shard (x)")
    engine = make_engine(f"sqlite:///{path}")

    with pytest.raises(ServiceUnavailable, match="give Antiphon a database of its own"):
        upgrade(engine)

    assert not is_current(engine)
    assert {name for (name,) in other.execute("SELECT name FROM sqlite_master")} == {"shard"}
    other.close()
    engine.dispose()


def test_a_lock_held_too_long_is_said_to_be_one(engine: Engine, tmp_path: Path) -> None:
    """Somebody's open transaction is no reason to search the disk for damage."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    other = sqlite3.connect(tmp_path / "antiphon.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert "locked by others for 20 s; try again" in complaint_of(engine)
    other.close()


def test_a_file_that_may_not_be_written_says_so(migrated: Path) -> None:
    """An unwritable home is the user's to mend; the message says what to look at."""
    engine = make_engine(f"sqlite:///file:{migrated}?mode=ro&uri=true")

    with (
        pytest.raises(ServiceUnavailable, match="can't be written to; check who owns"),
        connected(engine, tenant=None) as connection,
    ):
        connection.execute(text("DELETE FROM job"))
    engine.dispose()


def test_a_full_disk_says_that_nothing_committed_is_lost(engine: Engine) -> None:
    """A full disk in the middle of a run must not make anybody start it anew."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))

    with (
        pytest.raises(ServiceUnavailable, match="disk is full") as refused,
        connected(engine, tenant=None) as connection,
    ):
        connection.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000)"))  # more than migrations left free

    assert "nothing that was committed is lost" in str(refused.value)


def test_all_connections_in_use_is_not_the_databases_fault(tmp_path: Path) -> None:
    """The remedy is in this process' settings, so the message must point there."""
    engine = create_engine(f"sqlite:///{tmp_path / 'antiphon.db'}", pool_size=1, max_overflow=0, pool_timeout=0)

    with engine.connect(), pytest.raises(ServiceUnavailable, match="stayed in use"), connected(engine, tenant=None):
        pass
    engine.dispose()


def test_a_mistake_in_a_statement_is_not_called_an_outage(engine: Engine) -> None:
    """A bug that tells users to try again would never be reported."""
    with pytest.raises(SQLAlchemyError, match="syntax error"), connected(engine, tenant=None) as connection:
        connection.execute(text("SELECT FROM WHERE"))


def test_an_unreachable_server_is_named_without_the_password() -> None:
    """Messages end in logs and issues: the password must be in none, wherever in the URL it stood."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        in_user = make_engine(f"postgresql://ada:pa%3Ass%2Fword%4042@127.0.0.1:{port}/runs")
        in_query = make_engine(f"postgresql://ada@127.0.0.1:{port}/runs?password=pa%3Ass%2Fword%4042")

        complaints = [complaint_of(in_user), complaint_of(in_query)]

    for complaint in complaints:
        assert f"Postgres database runs at 127.0.0.1:{port}: it can't be reached" in complaint
        assert PASSWORD not in complaint


def test_a_password_in_the_drivers_words_is_taken_out() -> None:
    """Nobody promises that a driver never repeats what it was given."""
    engine = make_engine("postgresql://ada:pa%3Ass%2Fword%4042@db.example/runs")
    error = OperationalError("SELECT 1", None, psycopg2.OperationalError(f"invalid dsn: password={PASSWORD}\nmore"))

    complaint = service_unavailable(error, engine=engine)

    assert "password=***" in str(complaint)
    assert PASSWORD not in str(complaint) + place(engine)


@pytest.mark.parametrize(
    "url",
    ["", "runs.db", f"mysql://ada:{PASSWORD}@db/runs", f"postgresql+asyncpg://ada:{PASSWORD}@db/runs", "sqlite://"],
)
def test_a_url_antiphon_cannot_use_is_refused_without_being_repeated(url: str) -> None:
    """The settings are checked at the start; a mistyped URL still holds a password."""
    with pytest.raises(BrokenSettings, match="database URL") as refused:
        make_engine(url)

    assert PASSWORD not in str(refused.value)
