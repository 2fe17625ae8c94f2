"""
What the database's errors mean to a user: what happened, where, and what to do about it.

Errors that only a bug can cause (a wrong statement, a broken reference) are left as they are: telling somebody to try
again would hide them. No message holds a statement's parameters or the URL's password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from sqlite3 import Error as SqliteError

from psycopg2 import Error as PostgresError
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from adapters.database.engine import WAIT_FOR_LOCK_S
from domain.jobs.errors import ServiceUnavailable

_LOCKED = f"it was locked by others for {WAIT_FOR_LOCK_S} s; try again, or end what holds it"
_FULL = "its disk is full; free some space and resume the job: nothing that was committed is lost"
_READ_ONLY = "it can't be written to; check who owns the file and its folder, and that the disk is not read-only"
_OUTDATED = "its tables are missing or of another version; run `antiphon db upgrade`"
_OCCUPIED = "it holds tables of these names that Antiphon did not make; give Antiphon a database of its own"
_OVERTAKEN = "another transaction got in the way; nothing of this one was kept, so try again"

_SQLITE = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_PROTOCOL": _LOCKED,
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CANTOPEN": "the file can't be opened; check that its folder exists and that you may write there",
    "SQLITE_NOTADB": "the file is no SQLite database; name another file, or move this one away",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a backup",
    "SQLITE_IOERR": "reading or writing the file failed; check its disk",
}
# Errors without a code of their own: SQLITE_ERROR also stands for every mistake in a statement.
_SQLITE_WORDS = {
    "no such table": _OUTDATED,
    "no such column": _OUTDATED,
    "has no column named": _OUTDATED,
    "already exists": _OCCUPIED,
}

_POSTGRES = {
    "25006": "it is read-only (a standby?); name the primary server in the URL",
    "28000": "it refused the user; check the user in the URL and the server's pg_hba.conf",
    "28P01": "it refused the user or password; check both in the URL",
    "3D000": "there is no database of that name; create it, or correct the URL",
    "40001": _OVERTAKEN,
    "40P01": _OVERTAKEN,
    "42501": "the user lacks a right; `antiphon db upgrade` must run as the owner of the tables, and all else as a "
    "member of the roles antiphon_app and antiphon_system",
    "42703": _OUTDATED,
    "42P01": _OUTDATED,
    "42P07": _OCCUPIED,
    "53100": _FULL,
    "53300": "it has no connection left; raise max_connections, or run fewer processes",
    "55P03": _LOCKED,
    "57014": "a statement took too long and was ended; try again when the server has less to do",
}


_NOT_PERMITTED, _POLICY = "42501", "row-level security policy"  # a row for somebody else: a bug of ours
_WRONG_VALUE, _ROLE = "22023", re.compile('role "antiphon_[a-z]+" does not exist')


@contextmanager
def sql_errors(engine: Engine) -> Iterator[None]:
    """Raise `ServiceUnavailable` for what goes wrong with the database of *engine* inside; bugs pass through."""
    try:
        yield
    except SQLAlchemyError as error:
        unavailable = service_unavailable(error, engine=engine)
        if unavailable is None:
            raise
        raise unavailable from error


def service_unavailable(error: SQLAlchemyError, *, engine: Engine) -> ServiceUnavailable | None:
    """Return what to tell the user about *error*, or None when only a bug can have caused it."""
    reason = _reason(error)
    return _unavailable(reason, engine) if reason else None


def locked(engine: Engine) -> ServiceUnavailable:
    """Return what to tell who did not get to write in time."""
    return _unavailable(_LOCKED, engine)


def _unavailable(reason: str, engine: Engine) -> ServiceUnavailable:
    return ServiceUnavailable(f"The {place(engine)}: {_censored(reason, engine)}.")


def place(engine: Engine) -> str:
    """Return which database that is, for people, without its password."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return f"SQLite database {url.database}"
    return f"Postgres database {url.database or url.username} at {url.host or 'its socket'}:{url.port or 5432}"


def _reason(error: SQLAlchemyError) -> str | None:
    if isinstance(error, PoolExhausted):
        return "all connections of this process stayed in use; allow more of them, or run fewer threads"
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, SqliteError):
        return _sqlite_reason(error.orig)
    return _postgres_reason(error)


def _sqlite_reason(cause: SqliteError) -> str | None:
    name = getattr(cause, "sqlite_errorname", "")  # errors of the driver itself have none
    coded = (reason for code, reason in _SQLITE.items() if name == code or name.startswith(f"{code}_"))
    worded = (reason for words, reason in _SQLITE_WORDS.items() if words in str(cause))
    return next(chain(coded, worded), None)


def _postgres_reason(error: DBAPIError) -> str | None:
    cause = error.orig
    code = cause.pgcode if isinstance(cause, PostgresError) else None
    if code is None and "password authentication failed" in str(cause):
        code = "28P01"  # while connecting, the driver passes on no code
    if code == _NOT_PERMITTED and _POLICY in str(cause):
        return None
    if code == _WRONG_VALUE and _ROLE.search(str(cause)):
        return _OUTDATED
    if code in _POSTGRES:
        return _POSTGRES[code]
    # The classes of trouble with the server as such; the others (data, integrity, programming) are bugs.
    if type(error) in (OperationalError, InterfaceError, DatabaseError):
        return f"it can't be reached or refuses to work ({_first_line(cause)})"
    return None


def _first_line(cause: BaseException | None) -> str:
    return str(cause).strip().partition("\n")[0].rstrip(".")


def _censored(text: str, engine: Engine) -> str:
    secrets = (engine.url.password, engine.url.query.get("password"))
    for secret in secrets:
        if secret:
            text = text.replace(str(secret), "***")
    return text
