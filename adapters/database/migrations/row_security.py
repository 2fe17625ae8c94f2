"""
Row-level security, as migrations set it up; on SQLite, which has none, all of this does nothing.

Every migration that makes a table with an organization calls `protect`; what relay, sweeper and other work of the whole
installation need of it is granted by `let_system`, column by column. A table without an organization is granted with
`share`. A migration that changes rows does it inside `all_rows`. A meta-test looks for tables that were forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection

from adapters.database.engine import APP, SYSTEM

ALL_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
CURRENT_ORGANIZATION = "nullif(current_setting('app.current_organization', true), '')"
"""Null outside of a tenant's transaction: after one that set it, the setting is an empty text and not unknown."""


class Operations(Protocol):
    """The part of `alembic.op` that is used here."""

    def get_bind(self) -> Connection:
        """Return the connection of the migration."""

    def execute(self, sqltext: str) -> None:
        """Run a statement."""


def protect(op: Operations, table: str, *, key: str = "organization_id", rights: str = ALL_RIGHTS) -> None:
    """
    Let a tenant's transaction see and change only the rows whose *key* is its organization.

    *rights* are those of the tenants; fewer for a table that is only added to (`SELECT, INSERT`), or whose numbers the
    database gives (`SELECT, INSERT (columns)`). The owner of the table is bound as well.
    """
    if _has_none(op):
        return
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_organization ON {table} TO {APP} USING ({key} = {CURRENT_ORGANIZATION})")
    op.execute(f"GRANT {rights} ON {table} TO {APP}")


def let_system(
    op: Operations,
    table: str,
    *,
    reads: Sequence[str] = (),
    changes: Sequence[str] = (),
    adds: Sequence[str] = (),
    removes: bool = False,
) -> None:
    """
    Let work of the whole installation read, change and add these columns of a protected table, or remove rows.

    Name as little as will do: this is what a mistake in relay or sweeper can reach. To find rows by a column, read it.
    """
    if _has_none(op):
        return
    for right, columns in (("SELECT", reads), ("UPDATE", changes), ("INSERT", adds)):
        if columns:
            op.execute(f"GRANT {right} ({', '.join(columns)}) ON {table} TO {SYSTEM}")
            _allow(op, table, right)
    if removes:
        op.execute(f"GRANT DELETE ON {table} TO {SYSTEM}")
        _allow(op, table, "DELETE")


def share(op: Operations, table: str, *, app: str = "", system: str = "") -> None:
    """Grant these rights (`SELECT, INSERT`) on a table that holds nobody's rows; it is to be on the reviewed list."""
    if _has_none(op):
        return
    for role, rights in ((APP, app), (SYSTEM, system)):
        if rights:
            op.execute(f"GRANT {rights} ON {table} TO {role}")


@contextmanager
def all_rows(op: Operations, table: str) -> Iterator[None]:
    """
    Let the migration read and change the rows of a protected table inside the block.

    Its owner is bound as everybody is: without this an UPDATE finds no row, and says nothing.
    """
    if _has_none(op):
        yield
        return
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def unprotect(op: Operations, table: str) -> None:
    """Undo `protect` and `let_system`, for a table that stays."""
    if _has_none(op):
        return
    for policy in ("of_organization", *(f"of_system_{right}" for right in ("select", "update", "insert", "delete"))):
        op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM}")


def _allow(op: Operations, table: str, right: str) -> None:
    condition = "WITH CHECK" if right == "INSERT" else "USING"
    name = f"of_system_{right.lower()}"
    op.execute(f"DROP POLICY IF EXISTS {name} ON {table}")  # a later migration may grant more columns
    op.execute(f"CREATE POLICY {name} ON {table} FOR {right} TO {SYSTEM} {condition} (true)")


def _has_none(op: Operations) -> bool:
    return op.get_bind().dialect.name != "postgresql"
