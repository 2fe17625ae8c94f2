"""
Who tests are on Postgres: processes log in as a plain user, and the tables belong to another one.

Under row-level security neither is above the law; the administrator, whose URL the environment holds, only makes
databases and looks behind the curtain. Users belong to the server, which several test runs share.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from attrs import frozen
from sqlalchemy import URL, create_engine, make_url, text

OWNER, LOGIN = "antiphon_test_owner", "antiphon_test_login"
_ONE_AT_A_TIME = 0x74657374
_MAKE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name} {form}; END IF;
END $$
"""


@frozen(kw_only=True)
class Addresses:
    """The URLs of one database: as the server's *administrator*, the tables' *owner*, and who runs processes."""

    administrator: str
    owner: str
    login: str


def administrator_of(url: str) -> str:
    """Return the URL of the same database for looking at everybody's rows."""
    return _shown(make_url(os.environ["ANTIPHON_TEST_DATABASE_URL"]).set(database=make_url(url).database))


@contextmanager
def fresh_database(server: str, *, template: str = "template1") -> Iterator[Addresses]:
    """Make a database on the *server*, whose administrator's URL that is; drop it at the end."""
    name = f"antiphon_{os.getpid()}_{uuid4().hex[:12]}"
    yield make_database(server, name, template=template)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def make_database(server: str, name: str, *, template: str = "template1") -> Addresses:
    """Make a database of that name, which lives as long as the server."""
    make_users(server)
    _run(server, f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")
    url = make_url(server).set(database=name)
    owner, login = (url.set(username=user, password=_password(url)) for user in (OWNER, LOGIN))
    return Addresses(administrator=_shown(url), owner=_shown(owner), login=_shown(login))


def make_users(server: str) -> None:
    """Make the two users and the roles between them, once; several processes may ask at the same time."""
    secret = _password(make_url(server))
    users = {OWNER: f"LOGIN PASSWORD '{secret}'", LOGIN: f"LOGIN NOINHERIT PASSWORD '{secret}'"}
    roles = dict.fromkeys(("antiphon_app", "antiphon_system"), "NOLOGIN")
    _run(
        server,
        f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})",
        *(_MAKE.format(name=name, form=form) for name, form in (roles | users).items()),
        f"GRANT {', '.join(roles)} TO {LOGIN}",
        is_one=True,
    )


def _run(server: str, *statements: str, is_one: bool = False) -> None:
    """Run the statements, in one transaction where they are one."""
    engine = create_engine(server, isolation_level="READ COMMITTED" if is_one else "AUTOCOMMIT")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _password(server: URL) -> str:
    # the same in every process that knows the administrator's
    return hashlib.sha256(f"tests of {server.password}".encode()).hexdigest()[:32]


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)
