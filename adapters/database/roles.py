"""
The users of a Postgres database: making the two group roles of row-level security, and judging who logs in.

`antiphon_app` sees the rows of one organization; `antiphon_system` sees the few columns that relay and sweeper need of
all of them. Nobody logs in as either: the user of the URL is a member of both and becomes one for each transaction.
Roles belong to the server, not to a database: whoever makes them may find that another database's owner was quicker.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.database.connection import logged_in
from adapters.database.engine import APP, SYSTEM
from adapters.database.errors import place
from domain.jobs.errors import BrokenSettings, ServiceUnavailable

ROLES = (APP, SYSTEM)
_KNOWS_SET = 160_000
"""The version of Postgres from which on membership and the right to become a role are two things."""

_MAY_MAKE = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
_KNOWN = text("SELECT rolname FROM pg_roles WHERE rolname IN ('antiphon_app', 'antiphon_system')")
# Two databases of one server may be upgraded at once, and locks do not reach from one to the other.
_MAKE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
# Who may become a role that is not bound is not bound.
_UNBOUND = text(
    "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(session_user, oid, 'MEMBER') "
    "ORDER BY rolname = session_user DESC LIMIT 1"
)
_CLOSED = text(
    "SELECT rolname FROM pg_roles WHERE rolname IN ('antiphon_app', 'antiphon_system') "
    "AND NOT pg_has_role(session_user, oid, :right) ORDER BY rolname"
)


def make_roles(connection: Connection) -> None:
    """
    Make the group roles that are missing.

    Raises:
        ServiceUnavailable: the user of *connection* may not make roles; the message holds what an administrator runs.
    """
    missing = sorted(set(ROLES) - set(connection.execute(_KNOWN).scalars()))
    if not missing:
        return
    if not connection.execute(_MAY_MAKE).scalar():
        raise ServiceUnavailable(_ask_administrator(connection, missing))
    for role in missing:
        connection.execute(text(_MAKE.format(role=role)))


def admit(engine: Engine, login: str) -> None:
    """Let the user *login* become either role, where the user of *engine* may grant that; `check_login` says if not."""
    with logged_in(engine) as connection:
        quoted = connection.dialect.identifier_preparer.quote(login)
        # not inherited: without a role, a statement that was begun by mistake sees nothing at all
        form = " WITH INHERIT FALSE, SET TRUE" if _knows_set(connection) else ""
        try:
            connection.execute(text(f"GRANT {', '.join(ROLES)} TO {quoted}{form}"))
            connection.commit()
        except DBAPIError:
            connection.rollback()


def check_login(engine: Engine) -> None:
    """
    Make sure that the user of *engine* is bound by row-level security; on SQLite, which has none, do nothing.

    Raises:
        BrokenSettings: it is a superuser, or passes row-level security, or can't become both roles.
        ServiceUnavailable: the database can't be reached.
    """
    if engine.dialect.name != "postgresql":
        return
    with logged_in(engine, reads=True) as connection:
        user = connection.execute(text("SELECT session_user")).scalar_one()
        unbound = connection.execute(_UNBOUND).scalar()
        right = "SET" if _knows_set(connection) else "MEMBER"
        closed = connection.execute(_CLOSED, {"right": right}).scalars().all()
    if unbound is not None:
        raise BrokenSettings(_unbound(user, unbound))
    if closed:
        raise BrokenSettings(
            f"ANTIPHON_DATABASE_URL: the user {user} can't become {' or '.join(closed)}, and so could read no row; "
            f"have an administrator run once: GRANT {', '.join(closed)} TO {user};"
        )


def _unbound(user: str, role: str) -> str:
    what = "passes row-level security" if role == user else f"may become {role}, which passes row-level security"
    return (
        f"ANTIPHON_DATABASE_URL: the user {user} {what} (as a superuser, or by BYPASSRLS), so organizations would see "
        "each other's rows; name a plain user there: CREATE ROLE antiphon LOGIN NOINHERIT PASSWORD '...'; GRANT "
        f"{', '.join(ROLES)} TO antiphon; the owner of the tables goes into ANTIPHON_OWNER_DATABASE_URL"
    )


def _knows_set(connection: Connection) -> bool:
    version = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    return bool(version >= _KNOWS_SET)


def _ask_administrator(connection: Connection, missing: list[str]) -> str:
    statements = [f"CREATE ROLE {role} NOLOGIN;" for role in missing]
    statements.append(f"GRANT {', '.join(ROLES)} TO <the user of ANTIPHON_DATABASE_URL>;")
    return (
        f"The {place(connection.engine)}: the roles {', '.join(missing)} are missing, and this user may not make them; "
        f"have an administrator run once: {' '.join(statements)} Then run `antiphon db upgrade` again."
    )
