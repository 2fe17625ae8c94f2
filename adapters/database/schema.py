"""
Making the tables, and bringing older ones up to date: Alembic migrations that travel inside the package.

Upgrading is safe however many processes ask at once: the first does it, the others wait and find it done.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from adapters.database.connection import logged_in
from adapters.database.errors import place
from domain.jobs.errors import ServiceUnavailable

HEAD = "0027"
"""The newest migration: known here without loading Alembic, which would double the start-up time of a command."""

_VERSION_TABLE = "alembic_version"
_ONE_AT_A_TIME = 0x616E7469  # any number, as long as nobody else takes the same advisory lock


def upgrade(engine: Engine) -> None:
    """
    Bring the database up to date; nothing happens when it is.

    Raises:
        ServiceUnavailable: it can't be reached or written, or a newer Antiphon has made its tables.
    """
    if is_current(engine):
        return
    with logged_in(engine) as connection:  # on SQLite this waits for other writers
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        _migrate(connection)
        connection.commit()


def is_current(engine: Engine) -> bool:
    """
    Return whether the tables are of this version.

    Raises:
        ServiceUnavailable: the database can't be reached.
    """
    with logged_in(engine, reads=True) as connection:
        return _version(connection) == HEAD


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    version = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()
    return None if version is None else str(version)


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ServiceUnavailable(
            f"The {place(connection.engine)}: its tables are of version {_version(connection)}, and this program knows "
            f"those up to {HEAD}; use the newer Antiphon that made them."
        ) from error
