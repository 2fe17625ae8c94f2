"""
How a database is reached: one engine per process, set up so that no write is lost and no reader waits for a writer.

SQLite: WAL, and every unit of work that may write begins with BEGIN IMMEDIATE; under the driver's own transactions
1200 read-then-write commits of four processes left a counter at 448, under this at 1200. Postgres: time limits that end
a statement somebody else blocks before it piles up, and no transaction that does not say for whom it acts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from sqlite3 import Connection as SqliteConnection
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from adapters.database.types import storable_json
from domain.jobs.errors import BrokenSettings

WAIT_FOR_LOCK_S = 20
APP, SYSTEM = "antiphon_app", "antiphon_system"
"""The group roles of row-level security: one sees an organization's rows, the other what relay and sweeper need."""
READING = "antiphon_reading"
"""Execution option of connections that only read; see `reading`."""
ACTING = "antiphon_acting"
"""Execution option of connections: for whom their transactions act, an organization or one of the two below."""
INSTALLATION = object()
"""Work of the whole installation: relay, sweeper, duties."""
LOGIN = object()
"""Nobody: the transaction stays what the user of the URL is; migrations, and questions about no organization's rows."""

WRITING = "antiphon_writing"
"""Execution option of SQLite engines: the lock of the one thread that writes."""
TURN = "antiphon_turn"
"""Execution option of connections that may write: the `WriteTurn` of their unit of work."""

_SQLITE_PRAGMAS = (
    f"busy_timeout = {WAIT_FOR_LOCK_S * 1000}",  # first: the next one may have to wait for another process
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
)
_POSTGRES_OPTIONS = (
    f"-c lock_timeout={WAIT_FOR_LOCK_S}s",
    "-c statement_timeout=60s",
    "-c idle_in_transaction_session_timeout=120s",
    "-c timezone=UTC",
)
_BIND = "SELECT set_config('role', %s, true), set_config('app.current_organization', %s, true)"


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """
    Return an engine for the database at *url*; nothing is opened yet.

    At most *pool_size* connections are opened, as they are needed at once, and kept: to open one for each time it is
    needed is work for a Postgres server. What was used last is used first, so that the others can be ended by whoever
    ends idle ones. An engine must not cross a fork: make it in the process that uses it.

    Raises:
        BrokenSettings: the URL is none, or names a database Antiphon does not run on.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, pool_size=pool_size)
    return _postgres(parsed, pool_size=pool_size)


def reading(engine: Engine) -> Mapping[str, object]:
    """Return the options of a connection whose transaction only reads: one snapshot, and no lock."""
    if engine.dialect.name == "sqlite":
        return {READING: True}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _parse(url: str) -> URL:
    # The URL itself may hold a password: no message repeats it.
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BrokenSettings(
            "The database URL can't be read; expected sqlite:////path/to/file or postgresql://user:password@host/name; "
            "percent-encode special characters of the password, / as %2F"
        ) from None
    if parsed.drivername == "sqlite":
        parsed = parsed.set(drivername="sqlite+pysqlite")
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg2")
    if parsed.drivername not in ("sqlite+pysqlite", "postgresql+psycopg2"):
        raise BrokenSettings(f"The database URL begins with {parsed.drivername}://; expected sqlite or postgresql")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BrokenSettings("The database URL names no file: a SQLite database in memory is lost between threads")
    return parsed


def _sqlite(url: URL, *, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={"timeout": WAIT_FOR_LOCK_S},
        json_serializer=storable_json,
        hide_parameters=True,
    )
    engine.update_execution_options(**{WRITING: Lock()})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; `_begin_sqlite` does
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(READING, False):
        connection.connection.cursor().execute("BEGIN")  # straight away: it waits for nothing, and is half of a look
        return
    turn = options.get(TURN)
    if turn is not None:  # already had, but for what a unit of work does behind its commit
        turn.take()
    # Deferred, one that reads before it writes fails (or loses an update) when somebody wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres(url: URL, *, pool_size: int) -> Engine:
    options = " ".join((*_POSTGRES_OPTIONS, str(url.query.get("options", "")))).strip()
    engine = create_engine(
        url.difference_update_query(["options"]),
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={"options": options, "connect_timeout": 10, "application_name": "antiphon"},
        executemany_mode="values_plus_batch",
        executemany_batch_page_size=500,
        json_serializer=storable_json,
        json_deserializer=json.loads,
        hide_parameters=True,
    )
    event.listen(engine, "begin", bind_transaction)
    return engine


def bind_transaction(connection: Connection) -> None:
    """
    Say for whom the transaction that begins on a Postgres connection acts.

    Raises:
        RuntimeError: nobody was named; nothing was sent.
    """
    # For this transaction only (true): what a session keeps, the pool or a pooler gives to the next organization.
    acting = connection.get_execution_options().get(ACTING)
    if acting is LOGIN:
        connection.exec_driver_sql("SELECT 1")  # a connection that was cut off shows here, where it can be replaced
        return
    if acting is None:
        raise RuntimeError("a transaction begins for nobody; begin it with `connected`, which asks for whom")
    is_tenant = acting is not INSTALLATION
    connection.exec_driver_sql(_BIND, (APP, acting) if is_tenant else (SYSTEM, ""))
