"""
The two group roles that row-level security distinguishes on Postgres, and making them.

`antiphon_app` sees the rows of one organization; `antiphon_system` sees the few columns that relay and sweeper need of
all of them. Nobody logs in as either. Roles belong to the server, not to a database: whoever makes them may find that
another database's owner was quicker.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from adapters.database.errors import place
from domain.jobs.errors import ServiceUnavailable

APP, SYSTEM = "antiphon_app", "antiphon_system"
ROLES = (APP, SYSTEM)

_MAY_MAKE = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
_KNOWN = text("SELECT rolname FROM pg_roles WHERE rolname IN ('antiphon_app', 'antiphon_system')")
# Two databases of one server may be upgraded at once, and locks do not reach from one to the other.
_MAKE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


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


def _ask_administrator(connection: Connection, missing: list[str]) -> str:
    statements = [f"CREATE ROLE {role} NOLOGIN;" for role in missing]
    statements.append(f"GRANT {', '.join(ROLES)} TO <the user of ANTIPHON_DATABASE_URL>;")
    return (
        f"The {place(connection.engine)}: the roles {', '.join(missing)} are missing, and this user may not make them; "
        f"have an administrator run once: {' '.join(statements)} Then run `antiphon db upgrade` again."
    )
